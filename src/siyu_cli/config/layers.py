"""Where settings are given: files with line numbers, SIYU_* variables, options. Nothing is checked here.

Each layer becomes the same flat form, ``{(section, key): Given}``, so that laying one over another is ``|``.
"""

from __future__ import annotations

import json
import os
import re
import stat
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_origin

import platformdirs

from siyu_cli.errors import ConfigError, Where
from siyu_cli.tables.inputs import find_input
from siyu_cli.toml import parse_toml

FILE_NAME = "siyu.toml"
PREFIX = "SIYU_"
OPTION = "option"
LARGEST = 4_000_000  # bytes: long lists of excluded phones fit, a member's list given by mistake does not


@dataclass(frozen=True)
class Given:
    """One value and where it was given; an empty key is a section that holds a single value, an error."""

    section: str
    key: str
    value: Any
    origin: str  # "path:line", the name of a variable, or "option"
    where: Where | None = None

    @property
    def name(self) -> str:
        """Return the dotted key: ``stages.new_days``."""
        return f"{self.section}.{self.key}" if self.key else self.section


Layer = dict[tuple[str, str], Given]


def find_nearest(start: Path) -> Path | None:
    """Return the siyu.toml of ``start`` or of the nearest folder above it, or None."""
    for folder in (start.absolute(), *start.absolute().parents):
        try:
            if (folder / FILE_NAME).is_file():
                return folder / FILE_NAME
        except (OSError, ValueError):  # a folder we may not look into holds no settings of ours
            continue
    return None


def find_user_file(environ: Mapping[str, str]) -> Path | None:
    """Return the user's own siyu.toml where there is one; without a home (``env -i``) there is none."""
    folder = find_user_folder(environ)
    try:
        return folder / FILE_NAME if folder and (folder / FILE_NAME).is_file() else None
    except OSError:
        return None


def find_user_folder(environ: Mapping[str, str]) -> Path | None:
    """Return the folder of the user's own settings and presets, there or not; None without a home."""
    if not (environ.get("HOME") or environ.get("USERPROFILE")):
        return None
    return Path(platformdirs.user_config_dir("siyu", appauthor=False))


def read_file(path: Path) -> Layer:
    """Return what one TOML file gives. Raises ``ConfigError`` with the line of a mistake in its syntax."""
    text = read_text(path)
    document = parse_toml(text, path)
    lines = key_lines(text)
    layer: Layer = {}
    for section, key, value in _flatten(document):
        keys = (section, *key.split(".")) if section == "map" else (section, key)
        line = lines.get((section, key)) or lines.get(keys) or lines.get((section,), 1)
        place = Where(file=str(path), row=line, column=f"{section}.{key}".strip("."))
        named = _column(section, key)
        given = Given(section, named, _beside(path.parent, section, key, value), f"{path}:{line}", place)
        layer[section, named] = given
    return layer


def read_environ(environ: Mapping[str, str], start: Path, kind_of: Callable[[str, str], Any]) -> Layer:
    """Return what ``SIYU_SECTION__KEY`` variables give; blank ones count as not set.

    ``kind_of`` says of which type a setting is: a list may be written ``3,5`` or as JSON.
    """
    layer: Layer = {}
    for variable, text in sorted(environ.items()):
        if not variable.startswith(PREFIX) or "__" not in variable or not text.strip():
            continue
        section, _, key = variable.removeprefix(PREFIX).lower().partition("__")
        key = key.replace("__", ".")
        value = _beside(start, section, key, _from_text(text.strip(), kind_of(section, key)))
        layer[section, key] = Given(section, key, value, variable)
    return layer


def read_options(options: Mapping[str, object], start: Path) -> Layer:
    """Return what options give: ``{"stages.new_days": 14}``, or a whole section ``{"map": {...}}``."""
    layer: Layer = {}
    for name, value in options.items():
        section, dot, key = name.partition(".")
        found = [(section, key, value)] if dot else _flatten({section: value})
        named = [(s, _column(s, k), v) for s, k, v in found]
        layer |= {(s, k): Given(s, k, _beside(start, s, k, v), OPTION) for s, k, v in named}
    return layer


def key_lines(text: str) -> dict[tuple[str, ...], int]:
    """Return the line, from 1, on which each key path of valid TOML is given; tomllib itself does not say.

    Tables of an array are counted from 0.

    >>> key_lines("[stages]\\nnew_days = 30\\n")
    {('stages',): 1, ('stages', 'new_days'): 2}
    >>> key_lines("[[offers]]\\nvalue = 20\\n")
    {('offers', '0'): 1, ('offers',): 1, ('offers', '0', 'value'): 2}
    """
    lines: dict[tuple[str, ...], int] = {}
    section: tuple[str, ...] = ()
    counts: dict[tuple[str, ...], int] = {}
    for started, statement in _statements(text):
        parsed = tomllib.loads(statement)
        if statement.lstrip().startswith("["):
            named = next(iter(_paths(parsed)), ())
            if statement.lstrip().startswith("[["):
                # A new table of an array begins its own arrays again.
                counts = {path: count for path, count in counts.items() if path == named or path[: len(named)] != named}
                counts[named] = counts.get(named, -1) + 1
            section = _counted(named, counts)
            lines.setdefault(section, started)
            lines.setdefault(named, started)
            continue
        for path in _paths(parsed):
            for depth in range(1, len(path) + 1):
                lines.setdefault(section + path[:depth], started)
    return lines


def _counted(named: tuple[str, ...], counts: Mapping[tuple[str, ...], int]) -> tuple[str, ...]:
    """Return a path with the place of its table in each array on the way."""
    path: tuple[str, ...] = ()
    for depth, part in enumerate(named, start=1):
        place = counts.get(named[:depth])
        path += (part,) if place is None else (part, str(place))
    return path


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield each header or assignment with its first line; it ends with the line that makes it parse."""
    open_lines: list[str] = []
    started = 0
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        if not open_lines:
            started = number
            if not line.strip() or line.lstrip().startswith("#"):
                continue
        open_lines.append(line)
        # A long list is tried again only where it may end: else n lines would be read n times.
        if len(open_lines) > 1 and not re.search(r"\]|\}|'''|\"\"\"", line):
            continue
        statement = "\n".join(open_lines)
        try:
            tomllib.loads(statement)
        except ValueError:
            continue
        yield started, statement
        open_lines = []


def _paths(value: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if not isinstance(value, dict) or not value:
        yield above
        return
    for key, inner in value.items():
        yield from _paths(inner, (*above, key))


def _flatten(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for section, content in document.items():
        if not isinstance(content, Mapping):
            yield section, "", content
            continue
        for key, value in content.items():
            # [map] keys hold a dot: "orders.paid_at" = …, orders.paid_at = … and [map.orders] are one.
            if section == "map" and isinstance(value, Mapping):
                yield from ((section, f"{key}.{inner}", header) for inner, header in value.items())
            else:
                yield section, key, value


def _column(section: str, key: str) -> str:
    """Return a key of ``[map]`` as columns are named, whether it was a name or the titles people read."""
    return (find_input(key) or key) if section == "map" else key


def _from_text(text: str, kind: Any) -> Any:
    """Return what a variable says; pydantic reads numbers and yes or no in a text, but no lists and no tables."""
    is_list = get_origin(kind) is tuple
    if text.lstrip("[ ").startswith("{"):
        return _table_from(f"[{text.strip('[]')}]" if is_list else text)
    # Where a word would do as well, as for rfm.split, only what looks like a list is one.
    if not is_list and not (_may_be_list(kind) and re.search("[,，\\[]", text)):
        return text
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, list):
        return found
    return [part.strip(" \"'") for part in re.split("[,，]", text.strip("[]")) if part.strip()]


def _table_from(text: str) -> Any:
    """Return a table written as JSON or as siyu.toml would hold it; the text itself where it is neither."""
    for read in (json.loads, lambda given: tomllib.loads(f"table = {given}")["table"]):
        with suppress(ValueError, RecursionError):
            return read(text)
    return text


def _may_be_list(kind: Any) -> bool:
    return get_origin(kind) is tuple or any(map(_may_be_list, get_args(kind)))


def _beside(folder: Path, section: str, key: str, value: Any) -> Any:
    if (section, key) == ("exclude", "files") and isinstance(value, list | tuple):
        return [folder / item if isinstance(item, str | Path) else item for item in value]
    return value


def read_text(path: Path) -> str:
    """Return the text of a file of settings; ``ConfigError`` where it is missing, too large or no text."""
    where = Where(file=str(path))
    try:
        found = path.stat()
        if path != Path(os.devnull) and not stat.S_ISREG(found.st_mode):
            # A pipe would wait for ever, a device never end.
            message = "The settings file {file} cannot be read: it is a folder, a pipe or a device."
            raise ConfigError(message, hint="Give the name of a text file.", where=where, file=path)
        if found.st_size > LARGEST:
            message = "The settings file {file} cannot be read: it is larger than {size} MB."
            raise ConfigError(
                message, hint="Give the name of a text file.", where=where, file=path, size=LARGEST // 10**6
            )
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError("There is no settings file {file}.", where=where, file=path) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(
            "{file}, line {line}: this is not UTF-8 text.",
            hint="Save the file again with the encoding UTF-8.",
            where=Where(file=str(path), row=line),
            file=path,
            line=line,
        ) from error
    except (OSError, ValueError) as error:  # a name with a NUL byte is a ValueError
        reason = getattr(error, "strerror", None) or str(error)
        message = "The settings file {file} cannot be read: {reason}."
        raise ConfigError(message, where=where, file=path, reason=reason) from error

"""Names for files that are named after what stands in a column: safe on every system, and never one for two."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

from siyu_cli.errors import UsageError
from siyu_cli.render.replace import META_SUFFIX
from siyu_cli.signs import visible

_FORBIDDEN = '\\/:*?"<>|'
_LONGEST = 255 - len(META_SUFFIX)  # bytes in UTF-8, which is never fewer than the units other systems count
_RESERVED = {"con", "prn", "aux", "nul"} | {f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³"}


def check_name(path: Path, option: str) -> None:
    """Raise UsageError for a name no file should have: with signs nobody sees, or one that Windows keeps for devices.

    Folders that are there already keep their names; bytes that are no text may be a name.
    """
    for name in _new_names(path):
        hidden = next((sign for sign in name if _is_hidden(sign)), None)
        if hidden is not None:
            raise UsageError(
                "{option} {file}: the name holds a sign that cannot be seen ({sign}).",
                hint="Choose a name without it, such as {other}.",
                option=option, file=path, sign=f"U+{ord(hidden):04X}", other=_seen(name),
            )  # fmt: skip
        if _is_reserved(name):
            raise UsageError(
                "{option} {file}: Windows keeps the name {name} for a device, whatever its ending.",
                hint="Choose another name, such as {other}.",
                option=option, file=path, name=name.split(".", maxsplit=1)[0], other=f"siyu-{name}",
            )  # fmt: skip


def _new_names(path: Path) -> Iterator[str]:
    yield path.name
    for folder in path.parents:
        if os.path.lexists(folder):
            return
        yield folder.name


def _seen(name: str) -> str:
    seen = "".join(sign for sign in name if not _is_hidden(sign))
    return seen if seen and not seen.startswith(".") else f"siyu{seen}"


def _is_hidden(sign: str) -> bool:
    return unicodedata.category(sign) == "Cc" or not visible(sign)


def name_each(values: Iterable[str], output: Path) -> list[Path]:
    """Return for each value ``output`` with the value in its name: ``risk.xlsx`` gives ``risk_王小明.xlsx``.

    What no file may be called becomes ``_``. Names that some system takes for one (another case, another form of the
    same letter, cut off at its limit) get a number, in the order of the values.

    >>> [path.name for path in name_each(["Li", "LI", "a/b", "a:b"], Path("x.csv"))]
    ['x_Li.csv', 'x_LI_2.csv', 'x_a_b.csv', 'x_a_b_2.csv']
    """
    taken: set[str] = set()
    paths = []
    for value in values:
        word, number = _word(value), 1
        path = _fitting(output, word, "")
        while _seen_as(path) in taken:
            number += 1
            path = _fitting(output, word, f"_{number}")
        taken.add(_seen_as(path))
        paths.append(path)
    return paths


def _word(value: str) -> str:
    signs = unicodedata.normalize("NFC", value)
    word = "".join("_" if sign in _FORBIDDEN or _is_unseen(sign) else sign for sign in signs).strip(". ")
    return f"_{word}" if _is_reserved(word) else word or "_"


def _is_reserved(name: str) -> bool:
    return name.split(".", maxsplit=1)[0].rstrip(" ").casefold() in _RESERVED


def _is_unseen(sign: str) -> bool:
    """Return whether a sign is a control, a mark that turns the direction of text, or no character at all."""
    return unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def _fitting(output: Path, word: str, number: str) -> Path:
    room = _LONGEST - len(os.fsencode(f"{output.stem}_{number}{output.suffix}"))
    word = word.encode()[: max(room, 1)].decode(errors="ignore").rstrip(". ")
    return output.with_name(f"{output.stem}_{word}{number}{output.suffix}")


def _seen_as(path: Path) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", path.name).casefold())

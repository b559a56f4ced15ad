"""A preset written from a sheet whose headers were settled by hand, so that the next export needs no --map."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from siyu_cli.errors import UsageError
from siyu_cli.files.recognition import headers
from siyu_cli.files.recognition.mapping import Sheet, positions
from siyu_cli.files.recognition.own_presets import ORDER_STATUSES, parse_preset
from siyu_cli.files.recognition.presets import Preset

if TYPE_CHECKING:
    from siyu_cli.files.recognise import Match

# A preset made of one shop's export asks for more of its headers than one made of a platform's.
_LEAST = 0.8


@dataclass(frozen=True)
class Settled:
    """A sheet with headers settled by hand, or with status words nobody knows; what its amounts are of.

    ``personal``: those of its headers and words that tell of somebody. A preset does without them.
    """

    file: str
    match: Match
    scope: str | None
    unknown_words: tuple[str, ...] = ()
    personal: frozenset[str] = frozenset()

    @property
    def is_mapped(self) -> bool:
        """Return whether a header of the sheet was mapped by hand."""
        return any(column.how == "map" for column in self.match.columns)


def make_preset(settled: Sequence[Settled], path: Path, presets: Sequence[Preset]) -> str:
    """Return the text of a preset that recognises the one sheet as it was settled, to be written to ``path``.

    It is tried before it is given: UsageError where a sheet so written would not be recognised the same.
    """
    settled = [sheet for sheet in settled if sheet.is_mapped] or settled
    if len(settled) != 1:
        message = "--make-preset makes one preset from one sheet settled by --map; here are {count} such sheets."
        hint = "Give one file and what was settled: --map TABLE.COLUMN=HEADER."
        raise UsageError(message, hint=hint, count=len(settled))
    (sheet,) = settled
    seen = sheet.match.seen
    assert seen is not None
    at = positions(seen)
    for column in sheet.match.columns:
        if at.get(headers.plain(column.header)) != column.position:
            message = "Two columns of {file} are called {header}: a preset cannot tell them apart."
            raise UsageError(message, hint="Give one of them another name.", file=sheet.file, header=column.header)
    text = "\n".join(_lines(sheet, path.stem)) + "\n"
    _try(sheet, seen, parse_preset(text, path), presets)
    return text


def _try(sheet: Settled, seen: Sheet, preset: Preset, presets: Sequence[Preset]) -> None:
    from siyu_cli.files.recognise import recognise

    rows = [seen.cells, *zip_longest(*seen.columns)]
    others = tuple(other for other in presets if other.name != preset.name)
    again = recognise(rows, file=sheet.file, sheet=None, header_map={}, presets=(preset, *others))
    wanted = {(column.key, column.position) for column in sheet.match.columns}
    found = {(column.key, column.position) for column in again.columns}
    if again.preset is None or again.preset.name != preset.name or found != wanted:
        message = "A preset made from {file} would not recognise it: too few of its headers tell it apart."
        raise UsageError(message, hint="Go on with --map, or [map] in siyu.toml.", file=sheet.file)


def _lines(sheet: Settled, name: str) -> Iterator[str]:
    match, base = sheet.match, sheet.match.preset
    assert match.seen is not None
    columns: dict[str, list[str]] = defaultdict(list)
    for column in match.columns:
        columns[column.key].append(column.header)
    used = {column.position for column in match.columns}
    named = [(at, cell) for at, cell in match.seen.named if at in used or cell not in sheet.personal]
    yield f"table = {_toml(match.table)}"
    yield from (f"{key} = {_toml(name)}" for key in ("title_en", "title_zh"))
    if match.table == "orders" and sheet.scope:
        yield f"amount_scope = {_toml(sheet.scope)}"
    yield f"least = {_LEAST}"
    yield f"signature = {_toml(_unique(cell for _, cell in named))}"
    yield f"ignored = {_toml(_unique(cell for at, cell in named if at not in used))}"
    if base is not None:
        yield from _of_platform(base)
    yield from _section("columns", columns)
    words = [word for word in sheet.unknown_words if word not in sheet.personal]
    if words:
        yield from ("", "# 无法识别的状态，请写到其含义之后 · words nobody knows: write them after what they mean")
        yield f"# {', '.join(map(_toml, words))}"
    if base is not None:
        yield from _words_of_platform(base, has_status=bool(words))
    elif words:
        yield from ("[status]", *(f"# {status} = []" for status in ORDER_STATUSES))


def _of_platform(base: Preset) -> Iterator[str]:
    facts: dict[str, object] = {"platform": base.platform, "date_order": base.date_order, "timezone": base.timezone}
    facts |= {"order_id_date": base.order_id_date, "min_paid": None if base.min_paid is None else str(base.min_paid)}
    facts |= {"delivered": sorted(base.delivered), "documents": sorted(base.documents)}
    yield from (f"{key} = {_toml(value)}" for key, value in facts.items() if value)


def _words_of_platform(base: Preset, *, has_status: bool) -> Iterator[str]:
    """Yield what a platform's words mean; ``has_status``: every status has its line, to write a word after it."""
    given = {"status": base.status, "refund": base.refund_words, "kind": base.kinds, "currency": base.currencies}
    for section, words in given.items():
        by_meaning: dict[str, list[str]] = defaultdict(list)
        if section == "status" and has_status:
            by_meaning.update({status: [] for status in ORDER_STATUSES})
        for word, meaning in words.items():
            by_meaning[meaning].append(word)
        yield from _section(section, by_meaning)
    for kind in dict.fromkeys(kind for _, kind in base.kind_parts):
        own = [word for word, meant in base.kind_parts if meant == kind]
        yield from ("", "[[kind_part]]", *([f"kind = {_toml(kind)}"] if kind else ()), f"words = {_toml(own)}")
    for section, texts in (("status_prefix", base.status_prefix), ("order_scope_when", base.order_scope_when)):
        yield from _section(section, texts)


def _section(name: str, values: Mapping[str, object]) -> Iterator[str]:
    if values:
        yield from ("", f"[{name}]")
        names = {key: key if key.isascii() and key.isidentifier() else _toml(key) for key in values}
        yield from (f"{names[key]} = {_toml(value)}" for key, value in values.items())


def _unique(cells: Iterable[str]) -> list[str]:
    return list({headers.plain(cell): cell for cell in cells if headers.plain(cell)}.values())


def _toml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")

"""Words of exports: each distinct status, kind of row and currency is looked up once, in its preset, then in all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from siyu_cli.files.loading.report import Note
from siyu_cli.files.loading.roles import sheet_name
from siyu_cli.files.loading.scripts import first_row
from siyu_cli.files.recognition import headers
from siyu_cli.files.recognition.mapping import known
from siyu_cli.files.recognition.marks import is_sale_mark, kind_of_mark, kinds_of_letters
from siyu_cli.files.recognition.presets import (
    currency_of,
    is_document,
    kind_of_row,
    order_status,
    refund_state,
    was_delivered,
)

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import SheetSource

_MOST_WORDS = 2_000
_MOST_SHOWN = 5
_MANY = 0.01
# How a refund stands, as the status of a row that is one.
_STATUS_OF_REFUND = {"none": "cancelled", "pending": "unpaid", "partial": "refunded", "full": "refunded"}


def map_words(
    connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource], own_kinds: Mapping[str, str]
) -> None:
    """Make ``status_words``, ``refund_status_words``, ``kind_words`` and ``currency_words``: what each word means.

    ``status_kind_words`` are those of a status column which says what rows are.
    A meaning nobody knows is null. ``was_delivered`` marks words which tell that the goods had left the shop,
    whatever became of the order. ``own_kinds`` are those of ``[kinds]``, which go first.
    """
    orders = [sheet for sheet in sheets if sheet.match.table == "orders"]
    for name in ("status", "refund_status"):
        _create(connection, name, "status varchar, was_delivered boolean")
    for name in ("kind", "status_kind"):
        _create(connection, name, "kind varchar, was_delivered boolean")
    _create(connection, "currency", "code varchar")
    for sheet in orders:
        _map_statuses(connection, sheet, own_kinds)
        words = _words(connection, sheet, "kind")
        letters = kinds_of_letters(words)
        kinds = [_kind(word, sheet, {**letters, **own_kinds}) for word in words]
        _insert(connection, "kind", sheet, kinds)
        codes = [(word, currency_of(word, sheet.match.preset)) for word in _words(connection, sheet, "currency")]
        _insert(connection, "currency", sheet, codes)


def kind_notes(
    connection: duckdb.DuckDBPyConnection, sheets: Sequence[SheetSource], own_kinds: Mapping[str, str]
) -> list[Note]:
    """Return a note per sheet in which many rows are of a kind nobody knows; most of them, and it is a finding.

    What letters were taken for is told as well, unless ``own_kinds`` say it.
    """
    notes = []
    for sheet in sheets:
        notes += _letter_notes(connection, sheet, own_kinds)
        asked = "select word from kind_words where source = $source and kind is null order by word"
        unknown = [word for (word,) in connection.execute(asked, {"source": sheet.source}).fetchall()]
        if not unknown:
            continue
        of_them = exp.column("kind").isin(*unknown)
        counted = exp.select(exp.func("count", exp.Case().when(of_them, exp.Literal.number(1))), "count(*)").from_(
            f"source_{sheet.source}"
        )  # fmt: skip
        rows, of = first_row(connection, counted.sql("duckdb"))
        if rows > _MANY * of:
            notes.append(Note(
                "{file}: {rows} rows are of an unknown kind ({words}) and count as sales; [kinds] says what they are.",
                {"file": sheet.raw.file, "rows": rows, "words": ", ".join(unknown[:_MOST_SHOWN])},
                is_finding=rows > of / 2 and sheet.match.preset is None,
            ))  # fmt: skip
    return notes


def _letter_notes(
    connection: duckdb.DuckDBPyConnection, sheet: SheetSource, own_kinds: Mapping[str, str]
) -> list[Note]:
    asked = "select word from kind_words where source = $source order by word"
    words = [word for (word,) in connection.execute(asked, {"source": sheet.source}).fetchall()]
    back = [word for word, kind in kinds_of_letters(words).items() if kind == "return" and word not in own_kinds]
    if not back:
        return []
    return [Note(
        "{sheet}: {word} under {header} was taken for returns. If it means something else, [kinds] says what.",
        {"sheet": sheet_name(sheet.raw.file, sheet.raw.sheet), "word": back[0], "header": sheet.header_of("kind")},
    )]  # fmt: skip


def _kind(word: str, sheet: SheetSource, own_kinds: Mapping[str, str]) -> tuple[str, str | None, bool]:
    preset = sheet.match.preset
    kind = own_kinds.get(word.strip()) or kind_of_row(word, preset)
    if kind is None and _is_of_returns(sheet):
        kind = kind_of_mark("is_return", word)
    elif kind is None and is_sale_mark(word):
        kind = "sale"
    return word, kind, was_delivered(word, preset)


def _is_of_returns(sheet: SheetSource) -> bool:
    """Return whether the column of kinds was chosen by hand among those that ask whether a row is a return."""
    names = known("orders").get(headers.plain(sheet.header_of("kind") or ""), ())
    return any(key == "is_return" for key, _, _ in names)


def _map_statuses(connection: duckdb.DuckDBPyConnection, sheet: SheetSource, own_kinds: Mapping[str, str]) -> None:
    preset = sheet.match.preset
    words, refund_words = _words(connection, sheet, "status"), _words(connection, sheet, "refund_status")
    means = {word: order_status(word, preset) for word in words}
    kinds = [_kind(word, sheet, own_kinds) for word in words]
    if any(is_document(word, preset) for word in words) and all(kind for _, kind, _ in kinds) and not sheet.has("kind"):
        # 销售 and 退货 under 状态 say what a row is, not how an order stands.
        means = dict.fromkeys(words, "completed")
        _insert(connection, "status_kind", sheet, kinds)
    elif sheet.is_returns:
        means = {word: _STATUS_OF_REFUND.get(refund_state(word, preset) or "", means[word]) for word in words}
    _insert(connection, "status", sheet, [(word, means[word], was_delivered(word, preset)) for word in words])
    _insert(connection, "refund_status", sheet, [
        (word, refund_state(word, preset), was_delivered(word, preset)) for word in refund_words
    ])  # fmt: skip


def _words(connection: duckdb.DuckDBPyConnection, sheet: SheetSource, key: str) -> list[str]:
    if not sheet.has(key) and not (key == "currency" and sheet.names_currency):
        return []
    distinct = exp.select(key).distinct().from_(f"source_{sheet.source}").limit(_MOST_WORDS)
    return [word for (word,) in connection.execute(distinct.sql("duckdb")).fetchall() if word is not None]


def _create(connection: duckdb.DuckDBPyConnection, name: str, columns: str) -> None:
    connection.execute(
        "create or replace temp table " + name + "_words (source integer, word varchar, " + columns + ")"
    )


def _insert(
    connection: duckdb.DuckDBPyConnection, name: str, sheet: SheetSource, rows: Sequence[tuple[object, ...]]
) -> None:
    # All at once: row by row, two thousand words would take seconds.
    columns = {"c" + str(place): list(column) for place, column in enumerate(zip(*rows, strict=True))}
    unnested = ", ".join("unnest(cast($" + key + " as varchar[]))" for key in columns)
    if rows:
        connection.execute(
            "insert into " + name + "_words select $source, " + unnested, {"source": sheet.source, **columns}
        )

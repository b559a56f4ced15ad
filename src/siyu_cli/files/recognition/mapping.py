"""Columns of one table found in a header row: presets first, then known names, then words that mean the same.

One header is one column, and a column has one header, except where a preset lists several. Which of two
headers wins is the order of its other names (``tables/aliases.toml``): what was paid, what was due, a total.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from siyu_cli.files.recognition import amounts, evidence, headers
from siyu_cli.files.recognition.marks import MARKS, is_mark, is_sale_mark, kinds_of_letters, tells_marks
from siyu_cli.files.recognition.presets import Preset, is_return_word, kind_of_row
from siyu_cli.tables.column import dropped_headers
from siyu_cli.tables.inputs import INPUTS

EXACT = 1.0
SYNONYM = 0.95
_PER_RANK = 0.0004
_OF_EMPTY = 0.3
_SUPPORTED = 0.02
_WITHOUT_BRACKETS = 0.8
_ELSEWHERE = -2.0
# More than any two names differ in how well they are known.
_PER_AMOUNT = 0.3
_SAME = 0.004

# Columns a wrong choice of which changes whose order it is, when it was, or how much was paid.
DECISIVE = frozenset({"member_id", "phone", "account", "order_id", "ordered_at", "paid_amount"})
# Kinds of columns whose cells may stand under several headers of a preset.
_SEVERAL = frozenset({"text", "phone"})
# Headers that name a person and not what is told of them: the values decide.
_BARE = frozenset({"会员", "客户", "顾客", "用户", "买家", "customer", "member", "client", "buyer"})
# Headers of kinds of rows, whatever the words below them.
_OF_ROWS = frozenset(
    {
        "单据类型",
        "单据类别",
        "交易类型",
        "流水类型",
        "记录类型",
        "transactiontype",
        "documenttype",
        "recordtype",
    }
)
# Headers of amounts that are none where the cells below them say yes and no.
_ANSWERED = {**dict.fromkeys(("refunded", "refund", "退款", "已退款"), "refund_status"), "paid": "is_paid"}
_BARE_IDS = frozenset({"id", "编号"})
_ANY_PHONE = frozenset({"PHONE", "CONTACT", "ID"})
_DELIVERED_TO = frozenset({"RECEIVER", "LOGISTICS", "ADDRESS"})
_BRACKETED = re.compile(r"[(（\[【].*?[)）\]】]")
_DROPPED = re.compile(r"身份证|证件号|护照|住址|(?<!ip)(?<!邮箱)(?<!邮件)(?<!网站)地址$")


@dataclass(frozen=True)
class ColumnMatch:
    """One column found: its key, its header, where it stands (0-based), how sure, and how it was found.

    ``how``: preset, exact, synonym, similar, values or map. Only the first, the second and the last are certain.
    """

    key: str
    header: str
    position: int
    confidence: float
    how: str


@dataclass(frozen=True)
class Sheet:
    """A header row, and below each header the first cells that are not blank, and all of them."""

    cells: tuple[str | None, ...]
    values: tuple[tuple[str, ...], ...]
    columns: tuple[tuple[str | None, ...], ...]

    @property
    def has_rows(self) -> bool:
        """Return whether there is any cell of data to look at."""
        return any(self.values)

    @property
    def named(self) -> tuple[tuple[int, str], ...]:
        """Return the position and text of every header that is not empty."""
        return tuple((at, cell) for at, cell in enumerate(self.cells) if cell)


@dataclass(frozen=True)
class Found:
    """The columns found for one table, the runners-up, and ties between two headers for a decisive column."""

    table: str
    columns: tuple[ColumnMatch, ...]
    alternatives: tuple[ColumnMatch, ...] = ()
    ties: tuple[tuple[ColumnMatch, ColumnMatch], ...] = ()

    @property
    def keys(self) -> frozenset[str]:
        """Return the keys that have a column."""
        return frozenset(column.key for column in self.columns)

    def sure(self, *keys: str) -> float:
        """Return the confidence of the surest of some columns, 0 when none was found."""
        return max((column.confidence for column in self.columns if column.key in keys), default=0.0)


def sheet_of(cells: Sequence[str | None], rows: Sequence[Sequence[str | None]]) -> Sheet:
    """Return a header row and the rows below it by column; rows may be shorter or longer than the header."""
    columns = tuple(tuple(row[at] if at < len(row) else None for row in rows) for at in range(len(cells)))
    values = tuple(tuple(cell for cell in column if cell and not evidence.is_blank(cell)) for column in columns)
    return Sheet(tuple(cells), values, columns)


def is_dropped(header: str) -> bool:
    """Return whether a header is an ID card or an address: recognised only to be left behind."""
    text = headers.plain(header)
    return text in _dropped() or bool(_DROPPED.search(text))


def by_preset(sheet: Sheet, preset: Preset) -> list[ColumnMatch]:
    """Return the columns a preset names; several headers for one key only in columns of text.

    A decisive column is left open when the header the preset prefers is not there: it is then chosen from the
    preset's other names and every unknown header alike.
    """
    at = positions(sheet)
    found: list[ColumnMatch] = []
    taken: set[int] = set()
    for key, names in preset.columns.items():
        spots = [(at[name], name) for name in map(headers.plain, names) if name in at and at[name] not in taken]
        if key in DECISIVE and spots and spots[0][1] != headers.plain(names[0]):
            continue
        several = INPUTS[preset.table][key].kind in _SEVERAL
        for spot, name in spots if several else spots[:1]:
            found.append(ColumnMatch(key, sheet.cells[spot] or name, spot, EXACT, "preset"))
            taken.add(spot)
    for key, pattern in preset.patterns.items():
        fits = sorted((cell, spot) for spot, cell in sheet.named if spot not in taken and pattern.search(cell))
        found += [ColumnMatch(key, cell, spot, EXACT, "preset") for cell, spot in fits]
    return found


def positions(sheet: Sheet) -> dict[str, int]:
    """Return where each header stands, by its plain form; the first column with cells where one repeats."""
    at: dict[str, int] = {}
    for spot, cell in sheet.named:
        name = headers.plain(cell)
        if name not in at or (sheet.values[spot] and not sheet.values[at[name]]):
            at[name] = spot
    return at


def find_columns(sheet: Sheet, table: str, fixed: Sequence[ColumnMatch] = (), skip: Iterable[int] = ()) -> Found:
    """Return the columns of a table: those fixed before, and the best of what is left for every other key.

    ``skip``: positions that are not to be used. A header the values speak against is not used.
    """
    taken = {column.position for column in fixed} | set(skip)
    keys = {column.key for column in fixed}
    candidates = [
        candidate
        for spot, _ in sheet.named
        if spot not in taken
        for candidate in _candidates(sheet, table, spot)
        if candidate[1].key not in keys
    ]
    candidates.sort(key=lambda candidate: (-candidate[0], candidate[1].position))
    chosen: dict[str, tuple[float, ColumnMatch]] = {}
    spots: set[int] = set()
    for score, match in candidates:
        if match.key not in chosen and match.position not in spots:
            chosen[match.key] = (score, match)
            spots.add(match.position)
    others = [(score, match) for score, match in candidates if match.position not in spots and match.key in chosen]
    ties = tuple(
        (chosen[match.key][1], match)
        for score, match in others
        if match.key in DECISIVE
        and chosen[match.key][0] - score < _SAME
        and _differ(sheet, chosen[match.key][1].position, match.position)
        and (match.how == "similar" or _same_name(chosen[match.key][1], match))
    )
    columns = _with_number(sheet, [*fixed, *(match for _, match in chosen.values())], [match for _, match in others])
    order = {key: rank for rank, key in enumerate(INPUTS[table].keys)}
    columns.sort(key=lambda column: order[column.key])
    return Found(table, tuple(columns), tuple(match for _, match in others), ties)


def _with_number(sheet: Sheet, columns: list[ColumnMatch], others: Sequence[ColumnMatch]) -> list[ColumnMatch]:
    """Return the columns with an order's own number told from its parent's: 主订单号 may be either."""
    found = {column.key: column for column in columns}
    number, named = found.get("order_id"), found.get("parent_id") or found.get("original_order_id")
    named = named or found.get("payment_id")
    if number is None:
        return [replace(column, key="order_id") if column is named else column for column in columns]
    is_parents = any(key == "parent_id" for key, _, _ in known("orders").get(headers.plain(number.header), ()))
    if not is_parents or number.how == "preset" or found.keys() & {"item_id", "parent_id"}:
        return columns
    own = next((other for other in others if other.key == "order_id" and _is_finer(sheet, other, number)), None)
    if own is None:
        return columns
    return [*(column for column in columns if column is not number), own, replace(number, key="parent_id")]


def _is_finer(sheet: Sheet, one: ColumnMatch, other: ColumnMatch) -> bool:
    if one.how == "similar" or None in sheet.columns[one.position]:
        return False
    return len(set(sheet.values[one.position])) > len(set(sheet.values[other.position]))


@cache
def all_names() -> frozenset[str]:
    """Return every name of a column of members, contacts or orders, and of what is dropped, in plain form."""
    return _dropped().union(*map(known, INPUTS))


@cache
def known(table: str) -> dict[str, tuple[tuple[str, float, str], ...]]:
    """Return plain header → its columns in a table as ``(key, score, how)``: titles first, then aliases."""
    found: dict[str, dict[str, tuple[str, float, str]]] = {}
    for column in INPUTS[table].columns:
        for rank, title in enumerate((column.key, column.zh, column.en)):
            entry = (column.key, EXACT - _PER_RANK * rank, "exact")
            found.setdefault(headers.plain(title), {}).setdefault(column.key, entry)
        for rank, alias in enumerate(column.aliases):
            entry = (column.key, SYNONYM - _PER_RANK * rank, "synonym")
            found.setdefault(headers.plain(alias), {}).setdefault(column.key, entry)
    if table != "members":
        for name in _BARE_IDS & found.keys():
            found[name].pop("member_id", None)
    return {name: tuple(entries.values()) for name, entries in found.items() if name}


def _candidates(sheet: Sheet, table: str, spot: int) -> list[tuple[float, ColumnMatch]]:
    header = sheet.cells[spot] or ""
    name = headers.plain(header)
    if is_dropped(header) and name not in known(table):
        return []
    found: list[tuple[float, ColumnMatch]] = []
    is_pieces = table == "orders" and amounts.counts_pieces(sheet.cells, sheet.columns, spot)
    meant = [("quantity", SYNONYM, "synonym")] if is_pieces else _meant(table, header, name)
    for known_key, score, how in meant:
        key = _by_values(known_key, name, sheet.values[spot])
        verdict = evidence.verdict(_kind(table, key, name, how), sheet.values[spot])
        if verdict < 0 or (table == "orders" and not _tells(key, name, sheet.values[spot])):
            continue
        value = score + _SUPPORTED * verdict + _towards(sheet, table, key, spot)
        if value < 0:
            continue
        if sheet.has_rows and not sheet.values[spot]:
            value -= _OF_EMPTY
        if key == "paid_amount":
            value += _as_amount(sheet, spot)
        sure = EXACT if how == "exact" else SYNONYM if how == "synonym" else min(score, headers.SIMILAR_BEST)
        found.append((value, ColumnMatch(key, header, spot, round(sure, 3), how)))
    return found


def _meant(table: str, header: str, name: str) -> Iterable[tuple[str, float, str]]:
    exact = known(table).get(name)
    if exact:
        return exact
    parts = [headers.plain(part) for part in re.split(r"[/／|、或]", header) if headers.plain(part)]
    if len(parts) > 1:
        # 手机号/电话 is a phone; 姓名/手机号 may be either, so it is none.
        shared = [dict.fromkeys(key for key, _, _ in known(table).get(part, ())) for part in parts]
        common = [key for key in shared[0] if all(key in keys for keys in shared[1:])]
        if common:
            return [(key, headers.SIMILAR_BEST, "similar") for key in common]
    meant = [(meaning.key, meaning.confidence, "similar") for meaning in headers.meanings(table, header)]
    if meant:
        return meant
    bare = headers.plain(_BRACKETED.sub("", header))
    return [(key, _WITHOUT_BRACKETS, "similar") for key, _, _ in known(table).get(bare, ()) if bare != name]


def _as_amount(sheet: Sheet, spot: int) -> float:
    """Return how a header falls behind as what was paid: by what amount it means, or because nothing is under it."""
    header = sheet.cells[spot] or ""
    is_empty = sheet.has_rows and (not sheet.values[spot] or amounts.is_nothing(sheet.values[spot]))
    return amounts.buyer_first(header) - _PER_AMOUNT * (amounts.rank(header) + is_empty * (amounts.LIST + 1))


def _kind(table: str, key: str, name: str, how: str) -> str:
    kind = INPUTS[table][key].kind
    if key in {"name", "nickname"}:
        return "bare_name" if name in _BARE else "name"
    if key == "member_id" and (name in _BARE or how == "similar"):
        return "bare_id"
    return kind


def _by_values(key: str, name: str, values: Sequence[str]) -> str:
    """Return the column a known one is by its cells: an account of mobiles is a phone."""
    if key == "account" and evidence.are_mobiles(values):
        return "phone"
    if name in _ANSWERED and set(values) - {"0"} and all(map(is_mark, values)):
        return _ANSWERED[name]
    return key


def _tells(key: str, name: str, values: Sequence[str]) -> bool:
    if key in MARKS:
        return tells_marks(key, values)
    return key != "kind" or _tells_kinds(name, values)


def _tells_kinds(name: str, values: Sequence[str]) -> bool:
    """Return whether a column says what its rows are: a type may as well be that of goods, members or channels.

    A return among words nobody knows is one of its rows: no goods, members or channels are called so.
    """
    if name in _OF_ROWS or any(map(is_return_word, values)) or kinds_of_letters(values):
        return True
    return 2 * sum(kind_of_row(value) is not None or is_sale_mark(value) for value in values) > len(values)


def _towards(sheet: Sheet, table: str, key: str, spot: int) -> float:
    """Return how the headers around a phone that says not whose it is speak for buyer or receiver."""
    if table != "orders" or key not in {"phone", "receiver_phone"}:
        return 0.0
    header = sheet.cells[spot] or ""
    if not headers.concepts(header)[0] <= _ANY_PHONE:
        return 0.0
    if any({"RECEIVER", "PHONE"} <= headers.concepts(cell)[0] for at, cell in sheet.named if at != spot):
        # The receiver's stands under its own name: this one is the buyer's.
        return _ELSEWHERE if key == "receiver_phone" else 0.0
    before = headers.concepts(sheet.cells[spot - 1] or "")[0] if spot else frozenset()
    beside = "RECEIVER" in before and not before & {"PHONE", "BUYER"}
    parcel = any(headers.concepts(cell)[0] & _DELIVERED_TO for at, cell in sheet.named if at != spot)
    is_receivers = beside or (parcel and header.strip().startswith("联系"))
    return _ELSEWHERE if (key == "receiver_phone") != is_receivers else 0.0


def _differ(sheet: Sheet, one: int, other: int) -> bool:
    pairs = zip(sheet.columns[one], sheet.columns[other], strict=True)
    return any(a and b and a.strip() != b.strip() for a, b in pairs)


def _same_name(one: ColumnMatch, other: ColumnMatch) -> bool:
    return headers.plain(one.header) == headers.plain(other.header)


@cache
def _dropped() -> frozenset[str]:
    return frozenset(headers.plain(name) for name in dropped_headers())

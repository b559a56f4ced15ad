"""Run the core on rows: an invented shop goes into an engine as the loader would leave it, labels come back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, get_args

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import Phase, given, settings

from shops import Row, Shop, shops
from siyu_cli.config.sections import CostPart
from siyu_cli.config.settings import Settings
from siyu_cli.core.lifecycle.segment import label_members, list_members
from siyu_cli.core.lifecycle.tables import FEATURES
from siyu_cli.core.parameters import parameters
from siyu_cli.demo import make_shop
from siyu_cli.engines.protocol import Engine
from siyu_cli.engines.step import Params
from siyu_cli.tables.cleaned import ORDER_LINES
from siyu_cli.tables.column import Column
from siyu_cli.tables.inputs import MEMBERS

# Who someone is stays with the loader; the core gets what is left, and whether a members export names them.
UNSEEN = (
    "phone",
    "account",
    "name",
    "nickname",
    "became_customer_on",
    "became_member_on",
    "added_on",
    "registered_on",
    "own_codes",
    "used_code",
)
MEMBER_COLUMNS = (
    *(column for column in MEMBERS.columns if column.key not in UNSEEN),
    FEATURES["is_registered"],
    Column("has_invite_code", "flag", "", ""),
)
LINE_COLUMNS = ORDER_LINES.columns
# Invites as the loader leaves them: two keys, fingerprints, the sheet and row they stand in.
REFERRAL_TYPES = {
    "inviter_id": "varchar", "invitee_id": "varchar",
    "invited_on": "date", "joined_on": "date", "is_join_stated": "boolean",
    **dict.fromkeys(("campaign", "variant", "referral_source", "source_channel"), "varchar"),
    "reward_amount": "decimal(18, 2)", "reward_level": "bigint", "entry_fee": "decimal(18, 2)",
    **dict.fromkeys(("phone", "device", "address", "payment"), "varchar"),
    "sheet_number": "bigint", "sheet_row": "bigint",
}  # fmt: skip
COST_TYPES = {
    "spent_on": "date",
    **dict.fromkeys(("source_channel", "campaign", "partner", "store", "owner", "item"), "varchar"),
    **dict.fromkeys(
        ("amount", *(f"{part}_cost" for part in (*get_args(CostPart), "cac", "paid_cac"))), "decimal(18, 2)"
    ),
}  # fmt: skip
POINT_TYPES = {
    "member_id": "varchar", "log_id": "varchar", "changed_on": "date", "second_of_day": "bigint", "kind": "varchar",
    "change": "decimal(18, 2)", "balance_after": "decimal(18, 2)", "expires_on": "date", "order_id": "varchar",
    "sheet_number": "bigint", "sheet_row": "bigint",
}  # fmt: skip
LEVEL_LOG_TYPES = {
    "member_id": "varchar", "changed_on": "date", "second_of_day": "bigint",
    **dict.fromkeys(("level_from", "level_to", "kind"), "varchar"),
    "valid_until": "date", "sheet_number": "bigint", "sheet_row": "bigint",
}  # fmt: skip
REVIEW_TYPES = {
    "member_id": "varchar", "level_name": "varchar", "valid_until": "date", "last_chance_on": "date",
    "days_left": "bigint", "state": "varchar", **dict.fromkeys(("need", "secured", "lack"), "decimal(18, 2)"),
    **dict.fromkeys(("lack_orders", "keep_probability"), "double"),
}  # fmt: skip
LOT_TYPES = {
    "member_id": "varchar", "kind": "varchar", "earned_on": "date", "expires_on": "date",
    **dict.fromkeys(("points", "burned", "taken", "lapsed", "remaining"), "decimal(18, 2)"),
}  # fmt: skip
ARROW_TYPES = {
    "varchar": pa.string(),
    "date": pa.date32(),
    "decimal(18, 2)": pa.decimal128(18, 2),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
}


@dataclass(frozen=True)
class Labelled:
    """A shop whose members are labelled: every table of the core, read back from the engine."""

    engine: Engine
    params: Params

    def list_members(self, **listing: Any) -> None:
        """Make the table ``segments``: ``where``, ``segments`` and ``lang`` as list_members has them."""
        list_members(self.engine, self.params, **{"where": None, "segments": {}, "lang": "en"} | listing)

    def table(self, name: str, order_by: str = "member_id") -> pa.Table:
        """Return a whole table, exact to the cent, sorted."""
        return self.engine.read(name, [order_by])

    def rows(self, name: str) -> dict[str, Row]:
        """Return a table of members as plain rows by member_id."""
        return {row["member_id"]: row for row in self.table(name).to_pylist()}

    @property
    def features(self) -> pd.DataFrame:
        return self.table("features").to_pandas().set_index("member_id")

    @property
    def segments(self) -> pd.DataFrame:
        return self.table("segments").to_pandas().set_index("member_id")


def typed(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column]) -> pa.Table:
    """Return rows as Arrow, typed as the contract says; a column that no row knows is empty."""
    schema = pa.schema([(column.key, ARROW_TYPES[column.sql_type]) for column in columns])
    return pa.table({field.name: pa.array([row.get(field.name) for row in rows], field.type) for field in schema})


def open_rows(engine: Engine, members: Any, order_lines: Any) -> None:
    """Give an engine ``members`` and ``order_lines``, as rows or as Arrow."""
    for name, rows, columns in (
        ("members", members, MEMBER_COLUMNS),
        ("order_lines", order_lines, LINE_COLUMNS),
    ):
        engine.open(name, rows if isinstance(rows, pa.Table) else typed(rows, columns))


def label_rows(engine: Engine, members: Any, order_lines: Any, as_of: date, chosen: Settings | None = None) -> Labelled:
    """Return the shop with every table that labels its members, and no list of them."""
    open_rows(engine, members, order_lines)
    params = parameters(chosen or Settings(), as_of)
    label_members(engine, params)
    return Labelled(engine, params)


def label(
    engine: Engine,
    members: Any,
    order_lines: Any,
    as_of: date,
    chosen: Settings | None = None,
    **listing: Any,
) -> Labelled:
    """Return the shop labelled and listed; ``listing`` is list_members' ``where``, ``segments`` and ``lang``."""
    labelled = label_rows(engine, members, order_lines, as_of, chosen)
    labelled.list_members(**listing)
    return labelled


def demo_rows(count: int, as_of: date, seed: int = 7) -> tuple[pa.Table, pa.Table]:
    """Return members and order_lines of the demo shop, as its files would be loaded; guests are left out."""
    shop = make_shop(count, seed=seed, as_of=as_of)
    given, orders = shop.members, shop.orders.filter(pc.is_valid(shop.orders["member_id"]))
    renamed = {
        "joined_on": given["joined_at"],
        "last_event_on": given["last_event_at"],
        "total_order_count": given["order_count"],
        "total_net_sales": given["net_sales"],
        "total_last_order_on": given["last_order_at"],
        "is_unfriended": pc.invert(given["is_friend"]),
        "is_registered": pa.array([True] * given.num_rows),
        "has_invite_code": pa.array([False] * given.num_rows),
        "joined_by": pa.array(["became_member_on"] * given.num_rows),
        "first_campaign": pa.nulls(given.num_rows, pa.string()),
        "level_valid_until": pa.nulls(given.num_rows, pa.date32()),
        "paid_level": pa.nulls(given.num_rows, pa.string()),
        "growth": pa.nulls(given.num_rows, pa.float64()),
    }
    members = {name: given[name] for name in given.column_names if name in MEMBERS.keys} | renamed
    lines = {name: orders[name] for name in orders.column_names} | {
        "ordered_on": pc.coalesce(orders["paid_at"], orders["ordered_at"]),
        "is_delivered": pc.or_(pc.is_valid(orders["shipped_at"]), pc.is_valid(orders["completed_at"])),
        "refunded_on": orders["refunded_at"],
    }
    return _chosen(members, MEMBER_COLUMNS), _chosen(lines, LINE_COLUMNS)


def _chosen(columns: Mapping[str, Any], wanted: Sequence[Column]) -> pa.Table:
    return pa.table(
        {column.key: columns[column.key].cast(ARROW_TYPES[column.sql_type], safe=False) for column in wanted}
    )


@cache
def gathered_shops(count: int = 300) -> tuple[Shop, ...]:
    """Return one large shop per as_of, made of small drawn ones: every oddity the strategies know, always the same."""
    drawn: list[Shop] = []

    @given(shops())
    @settings(max_examples=count, derandomize=True, database=None, deadline=None, phases=[Phase.generate])
    def draw(shop: Shop) -> None:
        drawn.append(shop)

    draw()
    gathered: dict[date, Shop] = {}
    for number, shop in enumerate(drawn):
        whole = gathered.setdefault(shop.as_of, Shop([], [], shop.as_of))
        whole.members.extend(_renamed(row, number) for row in shop.members)
        whole.order_lines.extend(_renamed(row, number) for row in shop.order_lines)
    return tuple(gathered[as_of] for as_of in sorted(gathered))


def _renamed(row: Row, number: int) -> Row:
    return row | {key: f"{number}/{row[key]}" for key in ("member_id", "inviter_id") if row.get(key)}

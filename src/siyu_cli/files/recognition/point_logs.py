"""Whether a sheet is a log of points: whose they are, when they changed, by how many, and that they are points."""

from __future__ import annotations

import re

from siyu_cli.files.recognition import headers
from siyu_cli.files.recognition.mapping import Found, Sheet

WHOSE = ("member_id", "phone", "account")
# A column of changes by its own name; 积分 alone may be a balance.
_CHANGE = re.compile(r"变[动更化]|增减|chang|updat|delta", re.IGNORECASE)
# Logs of stored value, growth and stock look alike: somewhere the word is said.
_OF_POINTS = re.compile(r"积分|points?\b|point_|(?<![a-z])score|红利|updatedvalue|点数", re.IGNORECASE)
_BARE_SOURCES = frozenset({"来源", "source", "remark", "摘要", "原因", "reason", "时间", "余额"})
# What a list of members says of a person besides.
_OF_MEMBERS = frozenset(
    {"level", "birthday", "gender", "owner", "tags", "total_order_count", "total_net_sales", "city"}
)
_SURE = 0.9


def is_points_log(seen: Sheet, log: Found, orders: Found, members: Found) -> bool:
    """Return whether a sheet tells of single movements of members' points."""
    if not {"change", "changed_at"} <= log.keys or not log.keys & {*WHOSE, "name"}:
        return False
    if not any(_OF_POINTS.search(cell) for _, cell in seen.named):
        return False
    taken = {column.position for column in log.columns}
    paid = [column for column in orders.columns if column.key in ("paid_amount", "unit_price")]
    if orders.sure("order_id") >= _SURE and any(column.position not in taken for column in paid):
        return False
    told = [
        column
        for column in log.columns
        if column.key in ("direction", "scene", "balance_after", "log_id", "expires_on")
        and headers.plain(column.header) not in _BARE_SOURCES
    ]
    if is_named_change(log):
        return True
    own = {column.key for column in members.columns if column.key in _OF_MEMBERS and column.position not in taken}
    # A number of points beside the balance they led to is a change.
    return len(own) < 2 and (len(told) >= 2 or "balance_after" in {column.key for column in told})


def is_named_change(log: Found) -> bool:
    """Return whether a column of a sheet is a change of points by its own name."""
    return any(column.key == "change" and _CHANGE.search(column.header) for column in log.columns)


def lacks_one_role(seen: Sheet, log: Found) -> tuple[str, ...]:
    """Return the columns any one of which a sheet lacks to be a log of points; none where it lacks more, or nothing."""
    if not is_named_change(log) or not any(_OF_POINTS.search(cell) for _, cell in seen.named):
        return ()
    is_dated, is_somebodys = "changed_at" in log.keys, bool(log.keys & {*WHOSE, "name"})
    if is_dated == is_somebodys:
        return ()
    return WHOSE if is_dated else ("changed_at",)

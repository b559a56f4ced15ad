"""Whether a sheet is a log of levels: whose they are, when they changed, and to which."""

from __future__ import annotations

import re

from siyu_cli.files.recognition.mapping import Found, Sheet

WHOSE = ("member_id", "phone", "account")
# The level after a change by its own name; 等级 alone may be that of a list of members.
_CHANGED = re.compile(
    r"变[动更化]后|调整后|升级后|降级后|[现新]等级|现级别|新级别|目标等级|等级变[动更化]|(?:^|[^a-z])(?:new|to|after|current).*(?:level|tier|grade)|(?:level|tier|grade).*(?:to|after|new)",
    re.IGNORECASE,
)
_OF_LEVELS = re.compile(r"等级|级别|会员级|level|tier|grade", re.IGNORECASE)


def is_level_log(seen: Sheet, log: Found) -> bool:
    """Return whether a sheet tells of single changes of members' levels."""
    if not {"level_to", "changed_on"} <= log.keys or not log.keys & {*WHOSE, "name"}:
        return False
    if not any(_OF_LEVELS.search(cell) for _, cell in seen.named):
        return False
    return "level_from" in log.keys or _is_named_change(log)


def _is_named_change(log: Found) -> bool:
    return any(column.key == "level_to" and _CHANGED.search(column.header) for column in log.columns)


def lacks_one_role(log: Found) -> tuple[str, ...]:
    """Return the columns any one of which a sheet lacks to be a log of levels; none where it lacks more, or nothing."""
    if "level_to" not in log.keys or not ("level_from" in log.keys and _is_named_change(log)):
        return ()
    is_dated, is_somebodys = "changed_on" in log.keys, bool(log.keys & {*WHOSE, "name"})
    if is_dated == is_somebodys:
        return ()
    return WHOSE if is_dated else ("changed_on",)

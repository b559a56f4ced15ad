"""Who is who: ids that share a phone become one member, and every id, phone and account leads to one key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from siyu_cli.engines.duckdb import exact_path
from siyu_cli.files.loading.scripts import script

if TYPE_CHECKING:
    import duckdb

    from siyu_cli.files.loading.sheet import SheetSource

_NICKNAME = re.compile("昵称|旺旺|微信名|nick", re.IGNORECASE)


def link_members(
    connection: duckdb.DuckDBPyConnection,
    sheets: Sequence[SheetSource],
    aliases: Mapping[str, str],
    snapshot: Path | None = None,
) -> dict[str, str]:
    """Make the key tables from the raw ones and return ``{id: key}`` for the ids that were joined to another key.

    The key of a group of ids is the least of them, so that no order of rows or files matters. What earlier
    runs knew wins: ``aliases`` as they were remembered, and phones that were keys in the ``snapshot`` of an
    earlier list: a member first known by phone keeps that key when an id turns up.
    """
    statements = script("identity")
    connection.execute("create or replace temp table member_links (member_id varchar, member_key varchar)")
    connection.execute(statements["bonds"])
    connection.execute(statements["phones"], {"named": _named_sources(sheets)})
    known = dict(aliases)
    if snapshot is not None:
        found = connection.execute(statements["known_by_phone"], {"snapshot": exact_path(snapshot)}).fetchall()
        known = {**dict(found), **known}
    groups = joined_ids(connection.execute(statements["linked"]).fetchall())
    keys = _group_keys(groups, known)
    links = {member: keys[least] for member, least in groups.items() if member != keys[least]}
    links |= {member: key for member, key in known.items() if member not in groups}
    _remember(connection, links)
    connection.execute(statements["phone_keys"])
    by_phone = dict(connection.execute(statements["phones_as_ids"]).fetchall())
    _remember(connection, by_phone)
    connection.execute(statements["account_keys"])
    return links | by_phone


def _named_sources(sheets: Sequence[SheetSource]) -> list[int]:
    return [
        sheet.source for sheet in sheets
        if sheet.match.table == "orders" and sheet.has("name") and not _NICKNAME.search(sheet.header_of("name") or "")
    ]  # fmt: skip


def _remember(connection: duckdb.DuckDBPyConnection, links: Mapping[str, str]) -> None:
    members = sorted(links)
    connection.execute(
        "insert into member_links select unnest(cast($members as varchar[])), unnest(cast($keys as varchar[]))",
        {"members": members, "keys": [links[member] for member in members]},
    )


def _group_keys(groups: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    # A group one of whose ids was known by another key before goes on under that key, the least if several.
    keys = {least: least for least in groups.values()}
    for member in sorted(set(groups) & set(known), key=lambda member: known[member], reverse=True):
        keys[groups[member]] = known[member]
    return keys


def joined_ids(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return ``{id: least id of its group}`` where ids that share a phone, directly or through others, are a group.

    >>> joined_ids([("p1", "b"), ("p1", "a"), ("p2", "b"), ("p2", "c")])
    {'b': 'a', 'a': 'a', 'c': 'a'}
    """
    parent: dict[str, str] = {}
    first_of: dict[str, str] = {}

    def root(member: str) -> str:
        while parent.setdefault(member, member) != member:
            parent[member] = parent[parent[member]]
            member = parent[member]
        return member

    for phone, member in pairs:
        other, own = root(first_of.setdefault(phone, member)), root(member)
        parent[max(other, own)] = min(other, own)
    return {member: root(member) for member in parent}

"""Who is who: ids that share a phone become one member, and every id, phone and account leads to one key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from siyu_cli.files.scripts import script

if TYPE_CHECKING:
    import duckdb


def link_members(connection: duckdb.DuckDBPyConnection, aliases: Mapping[str, str]) -> dict[str, str]:
    """Make the key tables from the raw ones and return ``{id: key}`` for the ids that were joined to another.

    The key of a group of ids is the least of them, so that no order of rows or files matters. ``aliases`` are
    remembered from earlier runs and win: a member first known by phone keeps that key when an id turns up.
    """
    statements = script("identity")
    connection.execute("create or replace temp table member_links (member_id varchar, member_key varchar)")
    connection.execute(statements["bonds"])
    connection.execute(statements["phones"])
    pairs = connection.execute(statements["linked"]).fetchall()
    links = {member: key for member, key in joined_ids(pairs).items() if member != key}
    remembered = {member: aliases.get(key, key) for member, key in links.items()}
    remembered |= dict(aliases)
    if remembered:
        connection.executemany("insert into member_links values (?, ?)", sorted(remembered.items()))
    connection.execute(statements["keys"])
    return links


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

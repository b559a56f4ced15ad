"""A whole load, kept and taken up again: the tables every question begins with, and the account of every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from siyu_cli.files.cache.keys import load_key
from siyu_cli.files.cache.seal import UnsealedError
from siyu_cli.files.cache.store import Cache
from siyu_cli.files.cache.unstored import without_dropped
from siyu_cli.files.cache.values import NotKeptError, as_text, from_text
from siyu_cli.files.loading.report import LoadReport
from siyu_cli.files.loading.scripts import first_row, script
from siyu_cli.files.recognition.preset_making import Settled
from siyu_cli.files.recognition.presets import Preset

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from siyu_cli.config.settings import Settings
    from siyu_cli.files.request import LoadRequest

# What is read once a load is over: by the core, by masks, by who writes rejects.
TABLES = (
    "account_keys", "costs", "events", "friends", "known_names", "level_log", "member_links", "members", "order_items",
    "order_lines", "people", "phone_keys", "points_log", "referrals", "rejects", "sheets_read", "touches",
    "unfriended",
)  # fmt: skip
# Where exports tell of items, both tables of orders are views of one that is kept in their place.
_ROWS, _VIEWS = "counted_rows", ("order_lines", "order_items")

# Those of them that lead from a phone or an account to a member, whoever that is.
_LEADS_TO = {"account_keys": "account_key", "member_links": "member_key", "phone_keys": "phone_key"}


@dataclass(frozen=True)
class Loaded:
    """What a load found; ``aliases`` are those it was given, ``links`` those it knows now."""

    report: LoadReport
    min_paid: Decimal | None
    links: Mapping[str, str]
    settled: tuple[Settled, ...]
    aliases: Mapping[str, str]
    has_items: bool = False

    @property
    def tables(self) -> tuple[str, ...]:
        """Return the tables that are kept."""
        return (_ROWS, *(name for name in TABLES if name not in _VIEWS)) if self.has_items else TABLES


class KeptLoad:
    """The place of one load in the cache."""

    def __init__(self, cache: Cache, settings: Settings, request: LoadRequest, presets: Sequence[Preset]) -> None:
        self._cache, self._request = cache, request
        self._presets = {preset.name: preset for preset in presets}
        self._key = load_key(settings, request, presets, cache.forgotten)

    def recall(self, connection: duckdb.DuckDBPyConnection) -> Loaded | None:
        """Return what the same load found before, its tables there to be read; None where it has to be done."""
        entry = self._cache.find(self._key)
        if entry is None:
            return None
        try:
            found: Loaded = from_text(entry.state, self._presets)
            # The runs since may have remembered what this load itself found, and nothing else.
            if self._request.aliases not in (found.aliases, {**found.aliases, **found.links}):
                return None
            tables = {name: entry.dataset(name) for name in found.tables}
        except (UnsealedError, KeyError):
            self._cache.drop(self._key)
            return None
        for name, rows in tables.items():
            connection.register(name, rows)
        if found.has_items:
            for name in _VIEWS:
                connection.execute(script("orders")[name])
        self._cache.used(self._key)
        return found

    def keep(self, connection: duckdb.DuckDBPyConnection, found: Loaded) -> None:
        """Keep what a load found and its tables; one that was kept before under the same key is replaced."""
        settled = tuple(replace(one, match=without_dropped(one.match)) for one in found.settled)
        try:
            found = replace(found, settled=settled, has_items=_is_view(connection, _ROWS))
            state = as_text(found)
        except NotKeptError:
            return
        tables = {name: _without_excluded(connection, name) for name in found.tables}
        self._cache.drop(self._key)
        self._cache.keep(self._key, ", ".join(Path(path).name for path in self._request.paths), state, tables)


def _is_view(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    return first_row(connection, "select 1 from duckdb_views() where view_name = $name", {"name": name}) is not None


def _without_excluded(connection: duckdb.DuckDBPyConnection, name: str) -> pa.Table:
    """Return a table without those who are excluded or forgotten: other tables lead to nobody by then."""
    key = _LEADS_TO.get(name)
    if key is None:
        return connection.table(name).to_arrow_table()
    kept = f"{key} is null or {key} not in (select member_key from excluded where member_key is not null)"
    return connection.table(name).filter(kept).to_arrow_table()

"""Names of people in texts about others: 王小明的妈妈 tells who 王小明 is as well as a column of names does."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from siyu_cli.files.loading.scripts import script
from siyu_cli.masks import FULL_NAME, ORDINARY

if TYPE_CHECKING:
    import duckdb


class Named:
    """The names of a shop's people, looked for in texts; made when it is first asked, of those known by then."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self._found: dict[str, list[str]] = {}
        self._asked: set[str] | None = None

    def names_in(self, texts: Collection[str]) -> dict[str, list[str]]:
        """Return the texts in which somebody is named, each with the names; whether they are words there, masks say."""
        import pyarrow as pa

        if self._asked is None:
            given = {"full_name": FULL_NAME, "ordinary": list(ORDINARY)}
            self.connection.execute(script("masks")["telling_names"], given)
            self._asked = set()
        unseen = set(texts) - self._asked
        if unseen:
            asked = pa.table({"text": pa.array(list(unseen), pa.string())})
            self.connection.register("asked_texts", asked)
            self._found |= dict(self.connection.execute(script("masks")["names_in"]).fetchall())
            self.connection.unregister("asked_texts")
            self._asked |= unseen
        return {text: self._found[text] for text in texts if text in self._found}

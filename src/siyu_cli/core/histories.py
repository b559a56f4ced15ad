"""Members' histories as of today or of an earlier date, whose future is then known."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from siyu_cli.core.query import Params, step

if TYPE_CHECKING:
    import pandas as pd

    from siyu_cli.engines.protocol import Engine


def look_back(engine: Engine, params: Params, days: int) -> pd.DataFrame:
    """Make ``histories`` as of ``days`` before as_of, and return them as distinct triples with counts."""
    as_of = params["as_of"]
    assert isinstance(as_of, date)
    engine.run(step("histories"), {**params, "as_of": as_of - timedelta(days=days)})
    # Engines give rows in any order, and sums of floats depend on it.
    triples = engine.fetch(step("triples"), {})
    return triples.sort_values(["repeats", "active_days", "tenure_days"], ignore_index=True)

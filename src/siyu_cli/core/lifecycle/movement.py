"""Movement between stages since an earlier snapshot, with people who came and went, so that the margins tie."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from siyu_cli.engines.step import step

if TYPE_CHECKING:
    import pandas as pd

    from siyu_cli.engines.protocol import Engine


def compare_stages(engine: Engine, snapshot: Path) -> pd.DataFrame:
    """Return ``stage_from, stage_to, members``: ``new`` stands before, ``gone`` after, who is in one list only."""
    engine.open("snapshot", snapshot)
    return engine.fetch(step("movement"), {})

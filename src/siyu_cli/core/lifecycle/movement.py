"""Movement between stages since an earlier snapshot, with people who came and went, so that the margins tie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from siyu_cli.engines.step import step

if TYPE_CHECKING:
    import pandas as pd

    from siyu_cli.engines.protocol import Engine


def compare_stages(engine: Engine) -> pd.DataFrame:
    """Return ``stage_from, stage_to, members``: ``new`` stands before, ``gone`` after, who is in one list only.

    Compared with is the ``snapshot`` that the members were listed with.
    """
    return engine.fetch(step("movement"), {})

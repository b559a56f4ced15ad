"""siyu: lifecycle segmentation for private-domain retail, from the spreadsheets operators export.

>>> import siyu_cli
>>> siyu_cli.__all__
['Churn', 'ReferralReport', 'Segmentation', 'Shop', 'SiyuError', '__version__', 'open_shop']
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from siyu_cli.errors import SiyuError

if TYPE_CHECKING:
    from siyu_cli.shop import Shop, open_shop
    from siyu_cli.shop_answers import Churn, Segmentation
    from siyu_cli.shop_referrals import ReferralReport

__version__ = "0.1.0"
__all__ = ["Churn", "ReferralReport", "Segmentation", "Shop", "SiyuError", "__version__", "open_shop"]


def __getattr__(name: str) -> Any:
    # Late, so that `siyu --help` need not wait for DuckDB and Arrow.
    if name in ("Churn", "Segmentation", "Shop", "open_shop"):
        return getattr(import_module("siyu_cli.shop"), name)
    if name == "ReferralReport":
        return import_module("siyu_cli.shop_referrals").ReferralReport
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

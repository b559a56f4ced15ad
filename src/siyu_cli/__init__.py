"""siyu: lifecycle segmentation for private-domain retail, from the spreadsheets operators export.

>>> import siyu_cli
>>> "Segment" in siyu_cli.__all__, "open_shop" in siyu_cli.__all__
(True, True)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from siyu_cli.errors import SiyuError

if TYPE_CHECKING:
    from siyu_cli.core.acquisition.question import Acquisition, AcquisitionAnswer
    from siyu_cli.core.activation.question import Activation, ActivationAnswer
    from siyu_cli.core.churn.question import Backtest, BacktestAnswer, Churn, ChurnAnswer
    from siyu_cli.core.funnel.question import Funnel, FunnelAnswer
    from siyu_cli.core.levels.question import Levels, LevelsAnswer
    from siyu_cli.core.lifecycle.explain import Explain, Explanation
    from siyu_cli.core.lifecycle.question import Segment, Segmentation
    from siyu_cli.core.monitor.question import Monitor, MonitorAnswer
    from siyu_cli.core.movement.question import Movement, MovementAnswer
    from siyu_cli.core.points.question import Points, PointsAnswer
    from siyu_cli.core.profile.question import Profile, ProfileAnswer
    from siyu_cli.core.referral.question import ReferralAnswer, ReferralReport
    from siyu_cli.core.retention.question import Retention, RetentionAnswer
    from siyu_cli.core.risk.question import Risk, RiskAnswer
    from siyu_cli.core.value.question import Value, ValueAnswer
    from siyu_cli.core.weekly.question import WeeklyAnswer, WeeklyReport
    from siyu_cli.core.winback.question import Winback, WinbackAnswer
    from siyu_cli.shop import Shop, open_shop

__version__ = "0.1.0"
__all__ = [
    "Acquisition",
    "AcquisitionAnswer",
    "Activation",
    "ActivationAnswer",
    "Backtest",
    "BacktestAnswer",
    "Churn",
    "ChurnAnswer",
    "Explain",
    "Explanation",
    "Funnel",
    "FunnelAnswer",
    "Levels",
    "LevelsAnswer",
    "Monitor",
    "MonitorAnswer",
    "Movement",
    "MovementAnswer",
    "Points",
    "PointsAnswer",
    "Profile",
    "ProfileAnswer",
    "ReferralAnswer",
    "ReferralReport",
    "Retention",
    "RetentionAnswer",
    "Risk",
    "RiskAnswer",
    "Segment",
    "Segmentation",
    "Shop",
    "SiyuError",
    "Value",
    "ValueAnswer",
    "WeeklyAnswer",
    "WeeklyReport",
    "Winback",
    "WinbackAnswer",
    "__version__",
    "open_shop",
]
_ROOMS = {
    "shop": ("Shop", "open_shop"),
    "core.acquisition.question": ("Acquisition", "AcquisitionAnswer"),
    "core.activation.question": ("Activation", "ActivationAnswer"),
    "core.churn.question": ("Backtest", "BacktestAnswer", "Churn", "ChurnAnswer"),
    "core.funnel.question": ("Funnel", "FunnelAnswer"),
    "core.levels.question": ("Levels", "LevelsAnswer"),
    "core.lifecycle.explain": ("Explain", "Explanation"),
    "core.lifecycle.question": ("Segment", "Segmentation"),
    "core.monitor.question": ("Monitor", "MonitorAnswer"),
    "core.movement.question": ("Movement", "MovementAnswer"),
    "core.points.question": ("Points", "PointsAnswer"),
    "core.profile.question": ("Profile", "ProfileAnswer"),
    "core.referral.question": ("ReferralAnswer", "ReferralReport"),
    "core.retention.question": ("Retention", "RetentionAnswer"),
    "core.risk.question": ("Risk", "RiskAnswer"),
    "core.value.question": ("Value", "ValueAnswer"),
    "core.weekly.question": ("WeeklyAnswer", "WeeklyReport"),
    "core.winback.question": ("Winback", "WinbackAnswer"),
}


def __getattr__(name: str) -> Any:
    # Late, so that `siyu --help` need not wait for DuckDB and Arrow.
    for room, names in _ROOMS.items():
        if name in names:
            return getattr(import_module(f"siyu_cli.{room}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

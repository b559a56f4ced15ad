"""What the steps are told: settings and the as-of date as one flat set of ``$parameters``."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from siyu_cli.config.settings import Settings
    from siyu_cli.engines.step import Value

LEAST_PAID = Decimal("0.01")


def parameters(settings: Settings, as_of: date, min_paid: Decimal | None = None) -> dict[str, Value]:
    """Return every parameter a step can take; ``min_paid`` is what the exports' presets ask for, if anything."""
    stages, rfm = settings.stages, settings.rfm
    split: dict[str, Value] = {
        "split": rfm.split if isinstance(rfm.split, str) else "custom",
        "recency_split": float(stages.dormant_after),
        "frequency_split": 1.0,
        "money_split": None,
    }
    if not isinstance(rfm.split, str):
        recency, frequency, money = rfm.split
        # "at least f purchase days" is "more than the whole number below f".
        split |= {
            "recency_split": float(recency),
            "frequency_split": float(math.ceil(frequency) - 1),
            "money_split": float(money),
        }
    configured = settings.orders.min_paid
    chosen = configured if configured is not None else min_paid
    return {
        "as_of": as_of,
        "min_paid": LEAST_PAID if chosen is None else Decimal(chosen),
        "new_days": stages.new_days,
        "dormant_after": stages.dormant_after,
        "churned_after": stages.churned_after,
        "declining_ratio": float(stages.declining_ratio),
        "mature_orders": stages.mature_orders,
        "welcome_points": float(stages.welcome_points),
        "bins": rfm.bins,
        **split,
    }


def referral_parameters(settings: Settings, campaign: str | None = None) -> dict[str, Value]:
    """Return the parameters that the steps of referral take besides; no ``campaign`` is all of them."""
    margin = settings.shop.gross_margin
    return {
        "campaign": campaign or "",
        "mature_days": settings.referral.mature_days,
        "gross_margin": None if margin is None else float(margin),
    }


def churn_parameters(settings: Settings, horizon_days: int | None = None) -> dict[str, Value]:
    """Return the parameters that the steps of churn take besides."""
    churn = settings.churn
    return {
        "horizon_days": horizon_days or churn.horizon_days,
        "risk_high": float(churn.risk_high),
        "risk_medium": float(churn.risk_medium),
    }

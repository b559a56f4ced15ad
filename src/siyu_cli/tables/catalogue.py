"""Every table siyu reads or writes, and every word that labels stand for."""

from __future__ import annotations

from collections.abc import Mapping

from siyu_cli.tables.churn import BACKTEST, CHURN, RELIABILITY, RISK_BANDS, RISK_SUMMARY
from siyu_cli.tables.cleaned import ORDER_ITEMS, ORDER_LINES, REJECTS
from siyu_cli.tables.inputs import CONTACTS, COSTS, MEMBERS, ORDERS, REFERRALS
from siyu_cli.tables.lifecycle import (
    FEATURES,
    HISTORY,
    JOINED_BY,
    RFM_SEGMENTS,
    RFM_SUMMARY,
    SEGMENTS,
    STAGE_SUMMARY,
    STAGES,
)
from siyu_cli.tables.referral import (
    CHANNEL_COSTS,
    GENERATIONS,
    INVITERS,
    MILESTONES,
    REFERRAL_FIGURES,
    REFERRAL_GROUPS,
    SUSPICION_ROWS,
    SUSPICION_SUMMARY,
    SUSPICIONS,
    VARIANTS,
    WEEKS,
)

# What people read for the values of a column, wherever it stands.
LABELS: dict[str, Mapping[str, tuple[str, ...]]] = {
    "stage": STAGES,
    "previous_stage": STAGES,
    "rfm_segment": RFM_SEGMENTS,
    "history": HISTORY,
    "joined_by": JOINED_BY,
    "risk_band": RISK_BANDS,
    "reason": SUSPICIONS,
}

TABLES = {
    table.name: table
    for table in (
        MEMBERS,
        CONTACTS,
        REFERRALS,
        COSTS,
        ORDERS,
        ORDER_ITEMS,
        ORDER_LINES,
        REJECTS,
        FEATURES,
        SEGMENTS,
        STAGE_SUMMARY,
        RFM_SUMMARY,
        CHURN,
        RISK_SUMMARY,
        BACKTEST,
        RELIABILITY,
        REFERRAL_FIGURES,
        INVITERS,
        REFERRAL_GROUPS,
        GENERATIONS,
        WEEKS,
        MILESTONES,
        CHANNEL_COSTS,
        VARIANTS,
        SUSPICION_SUMMARY,
        SUSPICION_ROWS,
    )
}

"""The sentence beside a buyer's chance, in two languages: their own rhythm; ``churn.sql`` puts the numbers in."""

from __future__ import annotations

# What makes a buyer's silence long or short: {days} since the last order · {gap} between their orders · {ratio}
# days / gap · {norm} the shop's usual gap.
CHURN_REASONS = {
    "own": (
        "Usually buys every {gap} days; silent for {days}, {ratio} × as long",
        "平常每 {gap} 天购买一次，已沉默 {days} 天，是平常的 {ratio} 倍",
    ),
    "two": (
        "Bought on two days, {gap} days apart; silent for {days}",
        "两次购买相隔 {gap} 天，已沉默 {days} 天",
    ),
    "once": (
        "Bought once, {days} days ago; members usually return after {norm}",
        "仅购买一次，距今 {days} 天；会员一般 {norm} 天后回购",
    ),
}

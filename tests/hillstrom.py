"""The counts and sums of a published mail experiment (K. Hillstrom, MineThatData, 64,000 customers), no customers.

By arm: people, sums, and sums of products of visit, conversion, spend and history (what was spent the year before).
"""

from __future__ import annotations

from siyu_cli.core.campaign.outcomes import Arm

COLUMNS = ("visit", "conversion", "spend", "history")


def _arm(name: str, people: int, sums: tuple[float, ...], squares: tuple[float, ...], mixed: tuple[float, ...]) -> Arm:
    (visit, conversion, spend, history), (spends, histories) = sums, squares
    with_history = dict(zip(COLUMNS[:3], mixed, strict=True))
    products = {
        ("visit", "visit"): visit, ("visit", "conversion"): conversion, ("visit", "spend"): spend,
        ("conversion", "conversion"): conversion, ("conversion", "spend"): spend, ("spend", "spend"): spends,
        ("history", "history"): histories, **{(column, "history"): total for column, total in with_history.items()},
    }  # fmt: skip
    return Arm(name, people, dict(zip(COLUMNS, (visit, conversion, spend, history), strict=True)), products)


MENS = _arm(
    "Mens E-Mail", 21_307, (3_894, 267, 30_311.69, 5_174_105.18), (6_759_024.4973, 2_700_687_619.2752),
    (1_092_584.38, 86_340.81, 9_857_526.2586),
)  # fmt: skip
WOMENS = _arm(
    "Womens E-Mail", 21_387, (3_238, 189, 23_038.11, 5_187_130.98), (4_911_446.5763, 2_652_326_978.521),
    (907_033.28, 60_463.89, 7_513_096.1923),
)  # fmt: skip
NONE = _arm(
    "No E-Mail", 21_306, (2_262, 122, 13_908.33, 5_132_245.81), (2_870_050.3621, 2_597_172_414.5563),
    (652_531.54, 38_725.18, 4_267_933.8399),
)  # fmt: skip
ARMS = (MENS, NONE, WOMENS)

# Visits and people of the men's mail and of none, by what was spent before.
BY_HISTORY = {
    "0-100": ((1_185, 7_724), (646, 7_612)),
    "100-200": ((751, 4_691), (440, 4_836)),
    "200-350": ((862, 4_090), (511, 4_044)),
    "350-500": ((502, 2_097), (319, 2_124)),
    "500-750": ((333, 1_597), (181, 1_652)),
    "750-1000": ((139, 644), (96, 622)),
    "1000+": ((122, 464), (69, 416)),
}

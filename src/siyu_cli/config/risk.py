"""The settings of risks: from which value an indicator is medium, and from which it is high.

Importing this module costs pydantic.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from siyu_cli.config.sections import StrictModel, _Count, _no_flag, _Share, said


def _in_order(band: tuple[float, float]) -> tuple[float, float]:
    if band[0] > band[1]:
        raise ValueError("does not rise")
    return band


_Counted = Annotated[_Count, Field(ge=1)]
_Above = Annotated[_Share, Field(gt=0)]
_Part = Annotated[float, BeforeValidator(_no_flag), Field(gt=0, le=100, allow_inf_nan=False)]
_Counts = Annotated[tuple[_Counted, _Counted], AfterValidator(_in_order)]
_Shares = Annotated[tuple[_Above, _Above], AfterValidator(_in_order)]
_Parts = Annotated[tuple[_Part, _Part], AfterValidator(_in_order)]
_COUNTS = "Allowed: two whole numbers of 1 or more, the second not below the first, such as [1, 5]."
_SHARES = "Allowed: two shares above 0 and at most 1, the second not below the first, such as [0.3, 0.5]."


class RiskSettings(StrictModel):
    """``[risk]``: of every indicator the values from which it is medium and high.

    What the law settles stands in no setting: contacts after a withdrawal, the depth of rewards.
    """

    old_files: _Counts = said(
        (1, 10), "Files of exports with personal columns that are older than retention_days and still there.", _COUNTS
    )
    readable_files: _Counts = said((1, 5), "Files of exports that others on this machine may read.", _COUNTS)
    personal_inputs: _Counts = said((1, 5), "Files given that carried ID cards or addresses.", _COUNTS)
    unknown_basis: _Counts = said(
        (1, 250),
        "Contacts of 90 days with members of whom neither a consent nor another basis is known.",
        _COUNTS,
    )
    top_share: _Shares = said(
        (0.3, 0.5), "The share of a year's net sales behind the first employee, store, channel or member.", _SHARES
    )
    hhi: _Shares = said((0.15, 0.25), "The sum of the squares of those shares (Herfindahl–Hirschman index).", _SHARES)
    sole_employee_share: _Shares = said(
        (0.5, 0.8), "The share of a year's net sales behind members who are friends of one employee only.", _SHARES
    )
    only_with_coupon_rate: _Shares = said(
        (0.3, 0.5), "The share of redemptions by members who never bought without a coupon.", _SHARES
    )
    sharing_people: _Counts = said(
        (3, 30), "Invited people who share a phone, device, payment account or address.", _COUNTS
    )
    extra_first_coupons: _Counts = said(
        (1, 10), "Coupons redeemed in first orders beyond one for each group of people who share.", _COUNTS
    )
    suspicious_members: _Counts = said((1, 10), "Members who return suspiciously many orders.", _COUNTS)
    suspicious_employees: _Counts = said((1, 3), "Employees whose members return suspiciously many orders.", _COUNTS)
    liability_share: _Parts = said(
        (0.02, 0.05),
        "What points, and what offers of running campaigns, may still cost, as a part of a year's net sales.",
        "Allowed: two numbers above 0 and at most 100, the second not below the first, such as [0.02, 0.05].",
    )
    stale_days: _Counts = said((7, 30), "Days since the newest order of the export.", _COUNTS)
    behind_recency: _Shares = said(
        (0.005, 0.02), "By how much recency told leavers better than the model: AUC, mean of the cut-offs.", _SHARES
    )
    failed_notices: _Counts = said((1, 3), "Notifications that a service did not take, one after the other.", _COUNTS)

"""The settings of points: what one is worth, and how long it counts.

Importing this module costs pydantic.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from siyu_cli.config.sections import StrictModel, _Count, _no_flag, _Share, said


class PointSettings(StrictModel):
    """``[points]``: what a point is worth and how long it counts, where the log does not say."""

    value: Annotated[Decimal, BeforeValidator(_no_flag), Field(gt=0, le=10_000, allow_inf_nan=False)] | None = said(
        None,
        "What one point buys, in the shop's currency: 0.01 where 100 points are 1 yuan.",
        "Allowed: a number above 0.",
        example="0.01",
    )
    valid_days: Annotated[_Count, Field(ge=1, le=36_500)] | None = said(
        None,
        "Points count for so many days after the day they came in, where the log has no last day.",
        "Allowed: a whole number of days from 1 to 36500; not beside end_of_year.",
        example="365",
    )
    end_of_year: Annotated[_Count, Field(ge=0, le=20)] | None = said(
        None,
        "Or to the end of a year: 0 is that in which they came in, 1 the next.",
        "Allowed: a whole number from 0 to 20; not beside valid_days.",
        example="1",
    )
    expected_rate: _Share | None = said(
        None,
        "The share of points expected to be spent in the end; else it is learned from the log.",
        "Allowed: a share from 0 to 1, such as 0.85.",
        example="0.85",
    )

    @model_validator(mode="after")
    def _one_rule(self) -> PointSettings:
        if self.valid_days is not None and self.end_of_year is not None:
            raise ValueError("valid_days and end_of_year are two rules")
        return self

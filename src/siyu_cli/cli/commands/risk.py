"""``siyu risk``: what may go wrong, measured; who answers for it, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from siyu_cli.cli.frame import asks
from siyu_cli.cli.options import check_condition, text
from siyu_cli.core.risk.tables import FIGURES
from siyu_cli.locale import get_language

if TYPE_CHECKING:
    from siyu_cli.core.question import Question

EXAMPLES = """siyu risk 导出/*.xlsx -o 风险.xlsx
siyu risk --set R-7 owner=王店长 due=2026-07-10 likelihood=3 consequence=4 status=analysed
siyu risk 导出/*.xlsx --fail-on "overdue > 0" --quiet
"""
_SAID = "What is decided of a risk: owner, due, likelihood, consequence, treatment, residual, status; repeatable."
Set = Annotated[list[str] | None, text("--set", "RISK KEY=VALUE...", _SAID)]
_ENDS = "End with exit code 3 when it holds, such as 'overdue > 0'."
FailOn = Annotated[str | None, text("--fail-on", "CONDITION", _ENDS)]


@asks("Measuring risks…", needs_files=False)
def risk(set: Set = None, fail_on: FailOn = None) -> Question:
    """Show what may go wrong, by indicators that are measured, and what needs somebody this week.

    People say how likely a risk is and what would follow, who answers for it and until when; that is kept beside
    siyu.toml with every change. What needs a file that was not given says so. A suspicion is no proof.
    """
    check_condition(fail_on, FIGURES)
    from siyu_cli.core.risk.question import Risk

    return Risk(tuple(set or ()), lang=get_language())

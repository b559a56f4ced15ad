"""A shop whose campaigns are planned, listed and sent through the command line. Everybody is invented."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from commands import Ended, Run
from siyu_cli.guard import forget

AS_OF = "2026-06-30"
MEMBERS = 300
PLAN = """
[campaign]
name = "{name}"
starts_on = {starts}
ends_on = {ends}
budget = {budget}
control_share = 0.2
horizon_days = 10
{more}

[[offers]]
name = "{offer}"
kind = "coupon"
value = {value}

[[responses]]
offer = "{offer}"
redemption_rate = {used}
purchase_rate = 0.1
order_value = {order}
{limits}
"""
SUMMER = {
    "name": "夏日", "starts": "2026-07-01", "ends": "2026-07-10", "budget": 9000, "offer": "c10", "value": 10,
    "used": 0.3, "order": 200, "more": "", "limits": "",
}  # fmt: skip
AUTUMN = SUMMER | {"name": "秋日", "starts": "2026-07-08", "ends": "2026-07-20", "offer": "c20", "value": 20}


def write_shop() -> None:
    """Write a shop of three employees that remembers, its members' orders of May among its files."""
    Path("siyu.toml").write_text("[shop]\ngross_margin = 0.5\n", "utf-8")
    numbers = range(MEMBERS)
    pd.DataFrame({
        "会员编号": [f"m{n:03}" for n in numbers], "导购": [f"导购{n % 3}" for n in numbers], "企微同意": "是",
        "手机号": [f"138{n:08}" for n in numbers],
    }).to_csv("会员.csv", index=False)  # fmt: skip
    orders(lambda _number: False).to_csv("订单.csv", index=False)


def orders(buys: Callable[[int], bool], day: str = "2026-07-03") -> pd.DataFrame:
    """Everybody ordered in May; who ``buys`` does on a day of the campaign."""
    rows = [(f"m{n:03}", str(date(2026, 5, 1) + timedelta(n % 20)), 200.0) for n in range(MEMBERS)]
    rows += [(f"m{n:03}", day, 200.0) for n in range(MEMBERS) if buys(n)]
    return pd.DataFrame(rows, columns=["会员编号", "付款时间", "实付金额"]).assign(订单号=range(len(rows)))


def plan(run: Run, facts: dict[str, Any], *options: str, as_of: str = AS_OF) -> Ended:
    path = Path(f"{facts['name']}.toml")
    path.write_text(PLAN.format(**facts), "utf-8")
    forget()
    ended = run("campaign", "plan", str(path), "会员.csv", "订单.csv", "--as-of", as_of, "--lang", "en", *options)
    assert ended.code in (0, 3), ended.err
    return ended


def listed(run: Run, facts: dict[str, Any], *options: str, as_of: str = AS_OF) -> dict[str, str]:
    """Return the arm of each member on the list of a plan."""
    file = Path(f"{facts['name']}.csv")
    for old in Path().glob(f"{file.name}*"):
        old.unlink()
    plan(run, facts, "-o", str(file), *options, as_of=as_of)
    with file.open(encoding="utf-8-sig", newline="") as rows:
        return {row["member_id"]: row["arm"] for row in csv.DictReader(rows)}


def of(arms: dict[str, str], arm: str) -> set[str]:
    return {member for member, one in arms.items() if one == arm}


def fates(run: Run, name: str, *options: str) -> dict[str, str]:
    forget()
    ended = run(
        "export", f"{name}.csv", "会员.csv", "订单.csv", "--to", "csv", "-o", f"{name}送", "--reasons",
        f"{name}去向.csv", "--as-of", AS_OF, "--force", *options,
    )  # fmt: skip
    assert ended.code in (0, 3), ended.err
    with Path(f"{name}去向.csv").open(encoding="utf-8-sig", newline="") as rows:
        return {row["member_id"]: row["fate"] for row in csv.DictReader(rows)}

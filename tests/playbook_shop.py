"""A shop of thirty members who fall silent one after the other, a day each, and the playbook of its week."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from pathlib import Path

FIRST = date(2026, 3, 2)  # the day on which M01 is dormant; M02 is the day after, and so on
MEMBERS = [f"M{number:02}" for number in range(1, 31)]
PLAYBOOK = """
[playbook]
name = "每周召回"
as_of = "yesterday"
inputs = ["导出/*.csv"]
max_input_age_days = 36
notify = {notify}

[[step]]
id = "seg"
run = "segment --columns member_id,stage,net_sales"
output = "out/{{as_of}}/分层.csv"

[[step]]
id = "new_dormant"
trigger = "entered dormant"
cooldown_days = 30

[[step]]
id = "export"
run = "export --to csv"
when = "new_dormant.members >= 1"
audience = "new_dormant"
effect = "external"
output = "out/{{as_of}}/名单"
{more}
"""
TELL = '[[step]]\nid = "tell"\nrun = "notify"\neffect = "external"\non = "always"\n'


def write_shop(folder: Path, *, notify: str = "[]", more: str = "") -> None:
    (folder / "导出").mkdir(exist_ok=True)
    (folder / "siyu.toml").write_text('[contacts]\nassessment = "PIA-2026-03"\n', "utf-8")
    (folder / "每周.toml").write_text(PLAYBOOK.format(notify=notify, more=more), "utf-8")
    rows = [["会员编号", "手机号", "姓名", "导购", "企微同意", "短信同意", "生日"]]
    rows += [[one, f"138001380{one[1:]}", f"某{one}", "李娜", "是", "是", "1990-01-01"] for one in MEMBERS]
    (folder / "导出" / "会员.csv").write_text(_csv(rows), "utf-8")
    write_orders(folder)


def write_orders(folder: Path, *more: tuple[str, date]) -> None:
    """Write one order of each member, and more of some: (member, day)."""
    first = [(one, FIRST - timedelta(days=91 - place)) for place, one in enumerate(MEMBERS)]
    rows = [["订单号", "会员编号", "付款时间", "订单状态", "实付金额"]]
    rows += [[f"A{n}", one, f"{day} 10:00:00", "交易成功", "100"] for n, (one, day) in enumerate([*first, *more])]
    (folder / "导出" / "订单.csv").write_text(_csv(rows), "utf-8")


def _csv(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def new_export(folder: Path, day: date) -> None:
    """Write the orders as the platform exports them that day: the last one is of nobody's interest."""
    write_orders(folder, (MEMBERS[-1], day - timedelta(days=1)))

"""A shop in which every risk is planted, and asking it as an operator does."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from commands import Run

AS_OF = date(2026, 6, 30)
TOML = "[shop]\ngross_margin = 0.5\n[points]\nvalue = 0.01\nexpected_rate = 0.8\n"
STAFF = ("李娜", "周强", "陈晨", "吴桐", "钱进")


def day(before: int) -> str:
    return (AS_OF - timedelta(days=before)).isoformat()


def members() -> list[str]:
    """Forty members, eight of each employee; M01 and M02 share a device, M40 brings half of all sales."""
    rows = [
        f"M{number:02},1380013{8000 + number},{STAFF[number % 5]},总店,{'直播' if number % 2 else '门店'},2025-06-01"
        for number in range(1, 41)
    ]
    return ["会员编号,手机号,导购,门店,来源渠道,注册时间", *rows]


def orders() -> list[str]:
    """Six orders each; M07 gives five back, M08 one; M03 has a coupon for every order."""
    rows = []
    for number in range(1, 41):
        for place in range(6):
            refund = 100 if (number == 7 and place < 5) or (number in (8, 9) and place == 0) else 0
            amount = 4_000 if number == 40 else 100
            rows.append(f"O{number:02}{place},M{number:02},{day(20 + 50 * place)},{amount},{refund}")
    return ["订单号,会员编号,付款时间,实付金额,退款金额", *rows]


def events() -> list[str]:
    rows = [f"M03,{day(20 + 50 * place)} 12:00:00,核销,满100减20,O03{place}" for place in range(6)]
    rows += [f"M{number:02},{day(270)} 12:00:00,核销,首单券," for number in (1, 2)]
    rows += [f"M04,{day(20)} 12:00:00,核销,满100减20,O040"]
    return ["会员编号,互动时间,互动类型,内容,订单号", *rows]


INVITES = [
    "邀请人,被邀请人,邀请时间,加入时间,设备,奖励层级,奖励金额",
    *(f"M10,M{number:02},2025-05-20,2025-06-01,设备{number if number > 3 else 'X'},2,5" for number in range(1, 10)),
]
FRIENDS = [
    "手机号,添加人,添加时间,删除时间",
    *(f"1380013{8000 + number},李娜,2025-06-01," for number in range(1, 41)),
    *(f"1380013{8000 + number},周强,2025-06-02,{'2026-01-01' if number == 2 else ''}" for number in (1, 2)),
]
POINTS = [
    "会员编号,变动时间,变动积分,变动原因",
    *(f"M{number:02},{day(30)},1000,购物" for number in range(1, 11)),
    f"M01,{day(9)},-100,兑换",
]
CARDS = ["会员编号,身份证号,注册时间", "M01,11010519491231002X,2025-06-01"]
FILES = {
    "客户.csv": members(), "订单.csv": orders(), "互动记录.csv": events(), "邀请记录.csv": INVITES, "好友.csv": FRIENDS,
    "积分明细.csv": POINTS, "补充.csv": CARDS,
}  # fmt: skip


def write_shop(folder: Path, order: random.Random | None = None) -> None:
    for name, (title, *rows) in FILES.items():
        if order is not None:
            order.shuffle(rows)
        (folder / name).write_text("\n".join([title, *rows, ""]), "utf-8")


def of(document: dict[str, Any], code: str, measure: str, by: str | None = None) -> dict[str, Any]:
    risk = next(one for one in document["risks"] if one["code"] == code)
    return next(one for one in risk["indicators"] if one["measure"] == measure and one["by"] == by)


def asked(run: Run, *more: str, as_of: date = AS_OF) -> dict[str, Any]:
    ended = run("risk", "--as-of", str(as_of), "--format", "json", *more)
    assert ended.code in (0, 3), ended.err
    return json.loads(ended.out)

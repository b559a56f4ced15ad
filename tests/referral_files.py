"""A small campaign as its files, with everything in it that goes wrong, and ways to have it reported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from siyu_cli import open_shop

SHARED = Path(__file__).parents[2] / "shared" / "data"
AS_OF = "2026-06-30"

MEMBERS = """会员编号,手机号,姓名,注册时间,来源渠道
M1,13800138001,王小明,2026-01-05,门店
M2,13800138002,欧阳若兰,2026-03-10,裂变
M3,13800138003,陈静,2026-03-12,裂变
M4,13800138004,赵一鸣,2026-04-02,裂变
M5,13800138005,孙悦,2025-05-15,门店
M6,13800138006,钱多多,2026-03-11,门店
M7,13800138007,吴桐,2026-03-15,门店
"""
ORDERS = """订单号,会员编号,付款时间,实付金额
A1,M2,2026-03-20,100
A2,M2,2026-04-20,120
A3,M3,2026-03-14,80
A4,M5,2025-06-01,60
A5,M5,2026-04-01,70
A6,M6,2026-03-20,50
A7,M1,2026-01-06,90
"""
INVITES = """活动名称,邀请人,被邀请人,邀请时间,加入时间,海报版本,KOL,奖励金额,邀请码
春日裂变,M1,M2,2026-03-09,2026-03-10,A,小鹿,10,
春日裂变,M1,M3,2026-03-11,2026-03-12,B,,10,
春日裂变,M6,M3,2026-03-13,,B,,,
春日裂变,M1,,2026-03-15,,A,,,
春日裂变,M2,M4,2026-04-01,2026-04-02,A,小鹿,,
春日裂变,M4,M4,2026-04-03,2026-04-03,B,,,
春日裂变,M2,M5,2026-03-30,2026-03-31,A,,10,
夏日裂变,13800138001,13900139000,2026-06-01,2026-06-02,A,,,
夏日裂变,M1,M9,2026-07-15,2026-07-16,A,,,
夏日裂变,,M7,2026-03-14,2026-03-15,B,,,QQ88
"""
SPENT = "月份,渠道,活动,广告费\n2026-03,门店,,200\n2026-03,,春日裂变,60\n"
FILES = ("邀请.csv", "会员.csv", "订单.csv", "费用.csv")


def report_of(*sources: Any, **asked: Any) -> dict[str, Any]:
    chosen = asked.pop("settings", None)
    with open_shop(sources, as_of=asked.pop("as_of", AS_OF), settings=chosen) as shop:
        return shop.referral_report(**asked).as_dict()


def frame(rows: str) -> pd.DataFrame:
    header, *lines = [line.split(",") for line in rows.strip().splitlines()]
    return pd.DataFrame(lines, columns=header).replace("", None)


def last_run(folder: Path) -> dict[str, Any]:
    from siyu_cli.ledger.ledger import Ledger

    return Ledger(folder / ".siyu").runs(1)[0]

"""A shop of a few people with and without consent, its list, and exporting from it as an operator does."""

from __future__ import annotations

import csv
import json
import re
from datetime import date
from pathlib import Path

import pytest

from commands import Ended, Run
from siyu_cli.ledger import run as runs

DAY = date(2026, 3, 2)
MEMBERS = """会员编号,手机号,姓名,昵称,生日,导购,门店,标签,短信同意,企微同意,广告同意,拒绝画像,注册时间
V001,13800138001,王小明,小鱼,1990-01-01,李娜,徐家汇店,老客,是,是,是,否,2024-01-05
V002,13800138002,欧阳若兰,=1+1,1990-01-01,李娜,徐家汇店,,是,是,否,否,2024-01-05
V003,13800138003,陈静,,1990-01-01,周强,西湖店,,是,是,,否,2024-01-05
V004,13800138004,赵一鸣,,2015-01-01,周强,西湖店,,是,是,是,否,2024-01-05
V005,13800138005,孙悦,,1990-01-01,李娜,徐家汇店,,,,,否,2024-01-05
V006,138****8006,钱多多,,1990-01-01,,,,是,是,是,否,2024-01-05
V007,13800138007,吴桐,,,周强,西湖店,,否,否,否,是,2024-01-05
,13800138009,冯程,,1990-01-01,李娜,徐家汇店,,是,是,是,否,2024-01-05
"""
ORDERS = """订单号,会员编号,手机号,下单时间,付款时间,订单状态,实付金额
A1,V001,,2025-10-01 10:00:00,2025-10-01 10:01:00,交易成功,300.00
A2,V003,,2025-11-05 10:00:00,2025-11-05 10:01:00,交易成功,280.00
A3,,13800138009,2025-11-05 10:00:00,2025-11-05 10:01:00,交易成功,280.00
"""
PERSONAL = [*re.findall(r"138\d{8}", MEMBERS), "王小明", "欧阳若兰", "陈静", "赵一鸣", "孙悦", "钱多多", "吴桐", "冯程"]
EVERYBODY = "member_id,offer\n" + "".join(f"V00{number},满100减20\n" for number in range(1, 8)) + "13800138009,\n"
TEXT = "【某某店】{name}您好，新品到店，拒收请回复R"
FILES = ("会员.csv", "订单.csv", "--as-of", "2026-03-01")


def write_shop(folder: Path) -> None:
    for name, text in {"会员.csv": MEMBERS, "订单.csv": ORDERS, "名单.csv": EVERYBODY}.items():
        (folder / name).write_text(text, "utf-8")
    (folder / "siyu.toml").write_text('[contacts]\nassessment = "PIA-2026-03"\n', "utf-8")


def set_day(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    monkeypatch.setattr(runs, "today", lambda _timezone: day)


def export(
    run: Run, to: str, *more: str, listed: str = "名单.csv", folder: str = "out", campaign: str = "春季召回"
) -> Ended:
    text = ("--text", TEXT) if to in ("sms-aliyun", "sms-tencent", "sms-huawei", "wecom", "wecom-checklist") else ()
    return run("export", listed, *FILES, "--to", to, "-o", folder, "--campaign", campaign, *text, *more)


def told(ended: Ended) -> dict:
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def only(pattern: str, folder: str = "out") -> Path:
    (path,) = sorted(Path(folder).glob(pattern))
    return path

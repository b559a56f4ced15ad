"""Where a member came from is told by several lists, each with a date of its own: all of them are kept."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from exports import opened, table, write_csv
from siyu_cli import Shop

MEMBERS = table("""
    会员编号 | 会员等级 | 积分 | 注册时间 | 来源渠道 | 来源活动 | 门店
    M1 | 金 | 1 | 2026-01-09 | 门店扫码 | 开业 | 一店
    M2 | 金 | 1 | 2026-01-09 |  |  | 一店
    M3 | 金 | 1 | 2026-07-09 | 抖音 |  |
    """)
FRIENDS = table("""
    会员编号 | 添加人 | 添加时间 | 来源
    M1 | 小李 | 2026-01-03 | 朋友圈广告
    M1 | 小王 | 2026-01-03 | 朋友圈广告
    M2 | 小李 | 2026-02-03 | 扫码
    """)
INVITES = table("""
    邀请人 | 被邀请人 | 邀请时间 | 活动名称 | KOL | 分享渠道
    M2 | M1 | 2026-01-06 | 老带新 | 小鹿 | 社群
    M2 | M9 |  | 老带新 |  | 社群
    """)


def touches(shop: Shop, *keys: str) -> list[tuple[Any, ...]]:
    rows = shop.engine.read("touches", ("member_id", "touched_on", "kind", "owner")).to_pylist()
    return [tuple(row[key] for key in keys) for row in rows]


def files(folder: Path) -> list[Path]:
    lists = {"会员": MEMBERS, "好友": FRIENDS, "邀请": INVITES}
    return [write_csv(folder / f"{name}.csv", rows) for name, rows in lists.items()]


def test_each_list_that_says_where_a_member_came_from_says_it_with_its_date(tmp_path: Path):
    with opened(*files(tmp_path)) as shop:
        assert touches(shop, "member_id", "touched_on", "kind", "source_channel", "campaign") == [
            ("M1", date(2026, 1, 3), "contact", "朋友圈广告", None),
            ("M1", date(2026, 1, 3), "contact", "朋友圈广告", None),
            ("M1", date(2026, 1, 6), "invite", "社群", "老带新"),
            ("M1", date(2026, 1, 9), "member", "门店扫码", "开业"),
            ("M2", date(2026, 2, 3), "contact", "扫码", None),
        ]
        assert touches(shop, "partner", "store", "owner")[1:4] == [
            (None, None, "小王"), ("小鹿", None, None), (None, "一店", None),
        ]  # fmt: skip


def test_the_order_of_files_and_rows_changes_no_touch(tmp_path: Path):
    with opened(*files(tmp_path)) as shop:
        expected = touches(shop, "member_id", "touched_on", "kind", "source_channel")
    again = [
        write_csv(tmp_path / f"{n}.csv", [rows[0], *reversed(rows[1:])])
        for n, rows in enumerate((INVITES, FRIENDS, MEMBERS, MEMBERS))
    ]
    with opened(*again) as shop:
        assert touches(shop, "member_id", "touched_on", "kind", "source_channel") == expected

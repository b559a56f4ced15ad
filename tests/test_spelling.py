"""One id however it is spelt; ids that may be one are told, and one only where a setting says so."""

# Rows of a table stay on one line.
# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

from exports import (
    assert_every_row_is_accounted_for,
    export,
    listed,
    opened,
    order_lines,
    table,
    warnings,
    write_csv,
)
from siyu_cli import Shop
from siyu_cli.config.settings import ExcludeSettings, LoadSettings, Settings

A, B, C = "13800000001", "13800000002", "13800000003"


def files(folder: Path, *tables: str, **more: object) -> Shop:
    paths = [write_csv(folder / f"{number}.csv", table(text)) for number, text in enumerate(tables)]
    shop = opened(*paths, **more)
    assert_every_row_is_accounted_for(shop)
    return shop


def keys(shop: Shop) -> list[str]:
    """Return the member key of every order line, in the order of the order numbers."""
    return [line["member_id"] for line in sorted(order_lines(shop), key=lambda line: line["order_id"])]


# ---- one id in several spellings

ODD = ["V1001", "V1001\u00a0", "\u202dV1001\u202c", "V1001\u2060", "\ufeffV10\u200b01", "Ｖ１００１"]


def test_signs_that_cannot_be_seen_make_no_other_customer_and_are_told(tmp_path: Path) -> None:
    members_file = "会员\u200b编号 | 姓名 | 注册时间\nV1001\u200f | 张三 | 2025-01-01"
    orders = "订单号 | 会员\u2060编号 | 下单时间 | 实付金额\n" + "\n".join(
        f"A{at} | {written} | 2026-06-0{at + 1} | 10" for at, written in enumerate(ODD)
    )
    chosen = Settings(exclude=ExcludeSettings(ids=("\u202aＶ2\u202c",)))
    with files(tmp_path, members_file, orders, settings=chosen) as shop:
        assert keys(shop) == ["V1001"] * len(ODD)
        assert [note for note in warnings(shop) if "in several ways" in note and note.startswith("1 ids")]
        assert shop.explain("\u202aＶ1001\u202c").member_id == "V1001"
        chosen_members = shop.segment(where="member_id = 'V1001\u00a0'").members
        assert list(chosen_members["member_id"]) == ["V1001"]


def test_an_e_mail_is_one_account_in_any_letter_case(tmp_path: Path) -> None:
    customers = export("shopify_customers", {"Email": "li.lei@example.com", "Total Orders": "2", "Total Spent": "150"})
    orders = export("shopify_orders", *(
        {"Name": f"#{at}", "Email": email, "Financial Status": "paid", "Total": "10", "Created at": "2026-06-01 10:00:00 +0800"}
        for at, email in enumerate(("Li.Lei@Example.com", "LI.LEI@example.com\u00a0", "li.lei@ｅxample.com", "mailto:li.lei@example.com"))
    ))  # fmt: skip
    paths = [write_csv(tmp_path / "c.csv", customers), write_csv(tmp_path / "o.csv", orders)]
    for given_paths in (paths, paths[::-1]):
        with opened(*given_paths) as shop:
            assert list(listed(shop)) == ["Shopify:li.lei@example.com"]
            assert any(note.startswith("1 ids, phones or e-mails") for note in warnings(shop))
            assert (
                shop.explain("LI.Lei@example.com").member_id
                == shop.explain("mailto:LI.Lei@example.com").member_id
                == "Shopify:li.lei@example.com"
            )


# ---- ids that may be one


def test_ids_that_only_padding_would_join_are_told_with_the_setting_that_does(tmp_path: Path) -> None:
    listed_file = "会员编号 | 姓名 | 注册时间\n" + "\n".join(f"{at} | 某 | 2025-01-01" for at in (7, 42, 123))
    orders = "订单号 | 会员编号 | 下单时间 | 实付金额\n" + "\n".join(
        f"A{at} | {at:06} | 2026-06-01 | 10" for at in (7, 42, 999)
    )
    with files(tmp_path, listed_file, orders) as shop:
        (finding,) = (note for note in shop.load.report.findings if "member ids" in note.message)
        assert str(finding).startswith("1.csv: none of its 3 member ids")
        assert "load.id_width = 6" in str(finding)
        assert finding.facts["same"] == 2
    padded = Settings(load=LoadSettings(id_width=6), exclude=ExcludeSettings(ids=("999",)))
    with files(tmp_path, listed_file, orders, settings=padded) as shop:
        assert not shop.load.report.findings
        assert list(listed(shop)) == ["000007", "000042", "000123"]
        assert shop.load.report.skipped == {"excluded": 1}
        assert shop.explain("7").member_id == "000007"
    shared = listed_file + "\n000999 | 某 | 2025-01-01"
    with files(tmp_path, shared, orders) as shop:
        assert not shop.load.report.findings, "two files that share a member count alike"


def test_ids_that_differ_in_letter_case_alone_are_kept_apart_and_told(tmp_path: Path) -> None:
    listed_file = "会员编号 | 姓名 | 注册时间\nAB1001 | 甲 | 2025-01-01\nV2 | 乙 | 2025-01-01"
    orders = "订单号 | 会员编号 | 下单时间 | 实付金额\nA1 | ab1001 | 2026-06-01 | 10\nA2 | V2 | 2026-06-01 | 10"
    with files(tmp_path, listed_file, orders) as shop:
        assert list(listed(shop)) == ["AB1001", "V2", "ab1001"]
        (finding,) = shop.load.report.findings
        assert str(finding).startswith("1 member ids differ")
        assert "load.ignore_id_case" in str(finding)
    with files(tmp_path, listed_file, orders, settings=Settings(load=LoadSettings(ignore_id_case=True))) as shop:
        assert list(listed(shop)) == ["ab1001", "v2"]
        assert not shop.load.report.findings

"""``siyu monitor``: which figures of the shop are out of the ordinary."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from commands import Run, runner
from real_shops import EXPECTED, SHARED, needs_shared
from siyu_cli import Monitor, open_shop
from siyu_cli.config.settings import Settings, load_settings
from siyu_cli.core.monitor.budget import Budget
from siyu_cli.core.monitor.days import public_holidays
from siyu_cli.ledger.ledger import Ledger
from test_notify import WECOM, Chat, chat

__all__ = ["chat"]
FIRST, LAST = date(2026, 6, 21), date(2026, 9, 23)  # no festival lies between
DAYS = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
FILES = ("订单.csv", "客户.csv", "好友.csv", "积分.csv", "互动.csv")
SHOP_TOML = "[stages]\nnew_days = 5\ndormant_after = 10\nchurned_after = 20\n"


def orders_of(day: date) -> int:
    return 4 + (day.toordinal() * 7) % 5 + (2 if day.weekday() >= 5 else 0)


def order_rows(jump: int = 0) -> list[str]:
    """Return the orders of every day, ``jump`` more on the last; every twelfth is refunded two days later."""
    rows, number = [], 0
    for day in DAYS:
        for _order in range(orders_of(day) + (jump if day == LAST else 0)):
            number += 1
            refund = f"50,{day + timedelta(days=2)}" if number % 12 == 0 and day + timedelta(days=2) <= LAST else "0,"
            rows.append(f"A{number},V{number % 150:03},{day} 21:{number % 60:02}:00,{90 + number % 21},{refund}")
    return rows


def write_shop(folder: Path, orders: list[str], toml: str = SHOP_TOML) -> None:
    members = [
        f"V{one:03},{FIRST + timedelta(days=one % 90)},{'东门店' if one % 3 else '西门店'}" for one in range(150)
    ]
    friends = [f"V{one:03},小陈,2026-01-05,{FIRST + timedelta(days=one % 95)}" for one in range(0, 150, 2)]
    points = [f"V{one % 150:03},{day} 10:00:00,-{20 + one % 7},积分兑换" for one, day in enumerate(DAYS * 2)]
    events = [f"V{one % 150:03},{day} 10:00:00,投诉" for one, day in enumerate(DAYS)]
    texts = {
        "订单.csv": ["订单号,会员编号,付款时间,实付金额,退款金额,退款时间", *orders],
        "客户.csv": ["会员编号,注册时间,门店", *members],
        "好友.csv": ["会员编号,添加人,添加时间,删除时间", *friends],
        "积分.csv": ["会员编号,变动时间,变动积分,变动原因", *points],
        "互动.csv": ["会员编号,互动时间,互动类型", *events],
    }
    for name, rows in texts.items():
        (folder / name).write_text("\n".join(rows) + "\n", "utf-8")
    (folder / "siyu.toml").write_text(toml, "utf-8")


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    write_shop(empty_folder, order_rows(jump=40))
    return runner(capsys)


def asked(run: Run, *more: str, files: tuple[str, ...] = FILES) -> dict[str, Any]:
    ended = run("monitor", *files, "--as-of", str(LAST), "--format", "json", *more)
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


def test_a_day_out_of_the_ordinary_rings_and_the_command_can_fail_on_it(run: Run):
    found = asked(run, "--fail-on", "突变 > 4")
    last = {row["metric"]: row for row in found["series"]}
    assert {metric for metric, row in last.items() if row["state"] == "jump"} == {
        "gmv",
        "net_sales",
        "orders",
        "buyers",
    }
    orders = last["orders"]
    assert (orders["date"], orders["since"], orders["part"], orders["unit"]) == (str(LAST), str(LAST), None, "orders")
    assert orders["value"] == orders_of(LAST) + 40 > orders["high"] > orders["expected"] > orders["low"]
    assert orders["z"] > found["budget"]["limit_counts"]
    assert (found["alarms"], found["jumps"], found["drifts"]) == (4, 4, 0)
    assert found["expected_false_alarms"] == found["budget"]["false_alarms_per_month"] == 1
    assert {row["metric"] for row in found["past_alarms"] if row["date"] == str(LAST)} == {
        "gmv", "net_sales", "orders", "buyers",
    }  # fmt: skip
    assert [row["drop"] for row in found["power"]] == [0.15, 0.3, 0.5]
    assert run("monitor", *FILES, "--as-of", str(LAST), "--fail-on", "alarms").code == 3
    assert run("monitor", *FILES, "--as-of", str(LAST), "--fail-on", "turnover > 4").code == 2


def test_a_last_day_that_is_not_judged_is_written_to_a_workbook_too(run: Run):
    opened = [day for day in DAYS * 3 if day == LAST or day.weekday() != LAST.weekday()]
    rows = [f"A{number},M{number % 50},{day},{90 + number % 7}" for number, day in enumerate(opened)]
    Path("订单.csv").write_text("\n".join(["订单号,会员编号,付款时间,实付金额", *rows, ""]), "utf-8")
    found = asked(run, files=("订单.csv",))
    assert {row["expected"] for row in found["series"]} == {None}
    ended = run("monitor", "订单.csv", "--as-of", str(LAST), "-o", "监测.xlsx", "--quiet")
    assert (ended.code, Path("监测.xlsx").exists()) == (0, True), ended.err


def test_every_figure_is_what_the_files_tell_of_the_day(run: Run):
    found = asked(run, "--since", "95d")
    told: dict[str, dict[str, float]] = {}
    for row in found["series"]:
        told.setdefault(row["metric"], {})[row["date"]] = row["value"]
    rows = [row.split(",") for row in order_rows(jump=40)]
    paid = Counter({str(day): 0.0 for day in DAYS})
    refunded, orders, firsts = Counter(paid), Counter(paid), Counter(paid)
    buyers = {(row[2][:10], row[1]) for row in rows}
    seen: set[str] = set()
    for _number, member, at, amount, back, back_on in rows:
        paid[at[:10]] += float(amount)
        refunded[back_on or at[:10]] += float(back)
        orders[at[:10]] += 1
        firsts[at[:10]] += member not in seen
        seen.add(member)
    assert told["gmv"] == pytest.approx(dict(paid))
    assert told["net_sales"] == pytest.approx({day: paid[day] - refunded[day] for day in paid})
    assert told["orders"] == dict(orders)
    assert told["buyers"] == {day: sum(on == day for on, _member in buyers) for day in orders}
    assert told["new_buyers"] == dict(firsts)
    joined = Counter(str(FIRST + timedelta(days=one % 90)) for one in range(150))
    joined.subtract(
        str(FIRST + timedelta(days=one % 90)) for one in range(0, 150, 2)
    )  # these are friends since January
    assert {day: value for day, value in told["new_members"].items() if value} == {
        day: value for day, value in joined.items() if value and day <= max(told["new_members"])
    }
    assert sum(told["unfriended"].values()) == 75
    assert set(told["complaints"].values()) == {1}
    assert told["points_burned"][str(FIRST)] == 20 + (20 + 95 % 7)
    week = max(told["refund_rate"])
    # The 20th of September is a Sunday on which China works for a holiday: no day like others.
    of_week = [str(date(2026, 9, 14) + timedelta(days=number)) for number in range(6)]
    back = sum(back_on in of_week for *_others, back_on in rows)
    assert told["refund_rate"][week] == pytest.approx(back / sum(orders[day] for day in of_week), abs=1e-6)
    assert week == "2026-09-20"


def test_what_the_files_tell_nothing_of_is_unwatched_with_what_it_needs(run: Run):
    found = asked(run, files=("订单.csv",))
    lacking = {row["metric"]: row["needs"] for row in found["series"] if row["date"] is None}
    assert lacking == {
        "new_members": "members.joined_on", "unfriended": "contacts.deleted_on", "complaints": "events.complaint",
        "points_burned": "points_log", "stage_counts": "snapshots",
    }  # fmt: skip
    assert all(row["value"] is None and row["state"] == "unwatched" for row in found["series"] if row["date"] is None)
    assert found["unwatched"] == 5


def test_parts_are_watched_besides_the_whole_and_share_the_budget(run: Run):
    found = asked(run, "--by", "store")
    orders = {row["part"]: row["value"] for row in found["series"] if row["metric"] == "orders"}
    assert set(orders) == {None, "东门店", "西门店"}
    assert orders[None] == orders["东门店"] + orders["西门店"]
    watched = {(row["metric"], row["part"]) for row in found["series"] if row["z"] is not None}
    assert found["series_watched"] >= len(watched) > 2 * len({metric for metric, _part in watched})
    assert found["budget"]["limit_counts"] > Budget(1, 9).jump("count")
    assert {row["part"] for row in found["power"]} == {None, "东门店"}


def test_a_day_that_was_not_over_when_it_was_exported_is_left_out(run: Run, empty_folder: Path):
    morning = [row.replace(f"{LAST} 21:", f"{LAST} 11:") for row in order_rows(jump=40)]
    write_shop(empty_folder, morning)
    found = asked(run)
    assert found["last_whole_day"] == str(LAST - timedelta(days=1))
    assert {row["date"] for row in found["series"] if row["metric"] == "orders"} == {str(LAST - timedelta(days=1))}
    only_days = [row.replace(row.split(",")[2], row.split(",")[2][:10]) for row in order_rows(jump=40)]
    write_shop(empty_folder, only_days)
    assert asked(run)["last_whole_day"] == str(LAST)


def test_the_shops_own_days_are_special_and_ring_nothing(run: Run, empty_folder: Path):
    (empty_folder / "siyu.toml").write_text(f'{SHOP_TOML}[calendar]\n"店庆" = [{LAST}, {LAST}]\n', "utf-8")
    found = asked(run)
    states = {row["metric"]: row["state"] for row in found["series"] if row["date"] == str(LAST)}
    assert (found["alarms"], states["orders"], states["gmv"]) == (0, "special", "special")


def test_orders_with_undated_refunds_are_judged_once_they_are_ripe(run: Run, empty_folder: Path):
    write_shop(empty_folder, [",".join([*row.split(",")[:5], ""]) for row in order_rows()])
    weeks = [row["date"] for row in asked(run, "--since", "95d")["series"] if row["metric"] == "refund_rate"]
    assert max(weeks) == "2026-08-23"  # the last Sunday 30 days before


def test_stages_are_counted_in_the_lists_that_were_kept(run: Run, empty_folder: Path):
    ledger = Ledger.open(load_settings(None, empty_folder, {}))
    assert ledger is not None
    moment = datetime.fromisoformat("2026-09-01T00:00:00Z")
    for week in range(14, 0, -1):
        kept = ledger.start_run("segment", LAST - timedelta(weeks=week), moment, {})
        stages = ["mature"] * (100 + week % 3) + ["churned"] * 20
        rows = pa.table({"member_id": [f"x{one}" for one in range(len(stages))], "stage": stages})
        ledger.record_snapshot(kept, lambda path, rows=rows: pq.write_table(rows, path), rows.num_rows)
        ledger.finish_run(kept, moment)
    found = {row["metric"]: row for row in asked(run)["series"] if row["metric"].startswith("stage_")}
    assert found["stage_mature"]["state"] == "jump"
    assert found["stage_mature"]["expected"] == pytest.approx(101, abs=3)
    assert found["stage_mature"]["date"] == str(LAST)


def test_a_group_chat_is_told_once_an_episode_and_only_when_something_rings(run: Run, empty_folder: Path, chat: Chat):
    told = ("monitor", *FILES, "--as-of", str(LAST), "--notify", chat.url(WECOM), "--format", "json")
    chat.answer = b'{"errcode": 45009, "errmsg": "too many"}'
    assert run(*told).code == 3
    chat.answer = b'{"errcode": 0, "errmsg": "ok"}'
    assert run(*told).code == 0
    assert len(chat.received) == 2
    assert "GMV" in json.dumps(chat.received[-1], ensure_ascii=False)
    assert run(*told).code == 0
    assert len(chat.received) == 2
    write_shop(empty_folder, order_rows())
    assert run(*told).code == 0
    assert len(chat.received) == 2


@needs_shared
def test_a_year_of_a_british_wholesaler_rings_on_no_bank_holiday_and_on_its_largest_day():
    settings = Settings.model_validate({"monitor": {"country": "GB"}})
    told = json.loads((EXPECTED.parent / "membership" / "monitor" / "uci_backtest.json").read_text("utf-8"))
    with open_shop([uci_file()], as_of="2010-12-09", settings=settings) as shop:
        found: Any = shop.ask(Monitor(since=365))
    values = {(series.metric, str(point.on)): point for series, point in found.told if point is not None}
    for metric in ("gmv", "orders", "buyers"):
        kept = {day: value for day, _state, _z, value in told[metric]["alarms"] if (metric, day) in values}
        same = sum(values[metric, day].value == pytest.approx(value, abs=5) for day, value in kept.items())
        assert same >= 0.8 * len(kept), metric
    rung = [(series.metric, point) for series, point in found.past_alarms]
    holidays = public_holidays("GB", date(2010, 1, 1), date(2010, 12, 31))
    assert not [point.on for _metric, point in rung if point.on in holidays]
    largest = next(point for metric, point in rung if metric == "gmv" and point.state == "jump")
    assert (largest.on, largest.value) == (date(2010, 9, 27), pytest.approx(115_243.44))
    assert largest.z == pytest.approx(4.62, abs=0.005)
    assert len(rung) <= 12


def uci_file() -> Path:
    return SHARED / "uci" / "online_retail_ii_2010.parquet"

"""Who may be leaving: a slow oracle agrees with the SQL, small shops get an honest answer, lists can be acted on."""

from __future__ import annotations

import csv
import json
import math
import sqlite3
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siyu_cli import open_shop
from siyu_cli.cli.main import main
from siyu_cli.core.churn.backtest import auc, average_precision
from siyu_cli.core.churn.calendar import find_festivals
from siyu_cli.core.churn.estimators.beta_geometric import BetaGeometric
from siyu_cli.core.churn.estimators.gamma_gamma import GammaGamma
from siyu_cli.core.churn.estimators.histories import Histories

SAMPLE = Path(__file__).parent / "data" / "CDNOW_sample.txt"
WHOLE = Path(__file__).parents[2] / "shared" / "data" / "cdnow" / "CDNOW_master.txt"
UCI = WHOLE.parents[1] / "uci" / "online_retail_ii_2010.parquet"
needs_data = pytest.mark.skipif(not UCI.is_file(), reason="the shared data are not here")
EXAMPLES = Path(__file__).parents[1] / "examples"
FILES = [str(EXAMPLES / name) for name in ("会员.xlsx", "订单.xlsx")]


@pytest.fixture(scope="module")
def cdnow():
    with open_shop([SAMPLE], as_of="1998-06-30") as shop:
        yield shop, shop.churn(model="mbg")


def days_bought() -> dict[str, list[date]]:
    """Return the days on which each member of the sample bought, as read with nothing of siyu."""
    days: dict[str, set[date]] = defaultdict(set)
    for line in SAMPLE.read_text("ascii").splitlines():
        member, _in_sample, on, *_rest = line.split()
        days[member].add(date(int(on[:4]), int(on[4:6]), int(on[6:])))
    return {member: sorted(found) for member, found in days.items()}


def chances(model: Any, days: list[date], as_of: date, horizon: int) -> tuple[float, float]:
    """Return P(alive) and P(no order) of one member, from the formulas of MBG/NBD, not in logs."""
    r, alpha, a, b = (model.parameters[key] for key in ("r", "alpha", "a", "b"))
    x, t_x, t = len(days) - 1, (days[-1] - days[0]).days / 7, (as_of - days[0]).days / 7
    gone = a / (b + x) * ((alpha + t) / (alpha + t_x)) ** (r + x)
    alive = 1 / (1 + gone)
    return alive, 1 - alive * (1 - ((alpha + t) / (alpha + t + horizon / 7)) ** (r + x))


def test_every_chance_is_what_the_formula_gives(cdnow):
    _shop, result = cdnow
    days = days_bought()
    rows = result.scored.to_pylist()
    assert {row["member_id"] for row in rows} == set(days)
    for row in rows:
        alive, silent = chances(result.model, days[row["member_id"]], date(1998, 6, 30), 90)
        assert row["p_alive"] == pytest.approx(alive, rel=1e-9, abs=1e-12)
        assert row["churn_probability"] == pytest.approx(silent, rel=1e-9)
        assert row["risk_band"] == ("high" if silent >= 0.8 else "medium" if silent >= 0.5 else "low")


def test_the_record_counts_who_was_in_each_band_in_the_past_year_and_left(cdnow):
    _shop, result = cdnow
    bought = days_bought()
    counted = {"high": [0, 0], "medium": [0, 0], "low": [0, 0]}
    for horizons in (1, 2, 3, 4):
        then = date(1998, 6, 30) - timedelta(days=90 * horizons)
        known = {member: [day for day in days if day <= then] for member, days in bought.items()}
        known = {member: days for member, days in known.items() if days}
        rows = [(len(on) - 1, (on[-1] - on[0]).days / 7, (then - on[0]).days / 7) for on in known.values()]
        histories = Histories.of(*zip(*rows, strict=True))
        silent = BetaGeometric().fit(histories).p_silent(histories, 90 / 7)
        soon = then + timedelta(days=90)
        left = [not any(then < day <= soon for day in bought[member]) for member in known]
        for chance, has_left in zip(silent, left, strict=True):
            band = counted["high" if chance >= 0.8 else "medium" if chance >= 0.5 else "low"]
            band[0] += 1
            band[1] += has_left
    assert {row["risk_band"]: [row["members"], row["silent"]] for row in result.record} == counted


def spent_by_member() -> dict[str, float]:
    """Return what each member of the sample spent by the middle of 1998."""
    spent: dict[str, float] = defaultdict(float)
    for line in SAMPLE.read_text("ascii").splitlines():
        member, _in_sample, _on, _discs, dollars = line.split()
        spent[member] += float(dollars)
    return spent


def test_what_is_at_risk_is_the_probability_times_orders_on_rhythm_times_their_value(cdnow):
    _shop, result = cdnow
    model, values, days, spent = result.model, result.model.values, days_bought(), spent_by_member()
    for row in result.scored.to_pylist()[:400]:
        member = row["member_id"]
        orders = len(days[member])
        value = values["p"] * (values["gamma"] + spent[member]) / (values["p"] * orders + values["q"] - 1)
        tenure = (date(1998, 6, 30) - days[member][0]).days / 7
        rhythm = 90 / 7 * (model.parameters["r"] + orders - 1) / (model.parameters["alpha"] + tenure)
        assert float(row["value_at_risk"]) == pytest.approx(row["churn_probability"] * rhythm * value, abs=0.006)
        assert float(row["expected_spend"]) == pytest.approx(row["expected_orders"] * value, abs=0.006)


def test_the_value_of_an_order_is_fitted_to_all_orders_the_first_included(cdnow):
    _shop, result = cdnow
    days, spent = days_bought(), spent_by_member()
    known = [member for member in days if spent[member] > 0]
    orders = np.array([len(days[member]) for member in known])
    model = GammaGamma().fit(orders, np.array([spent[member] for member in known]) / orders)
    found = result.model.values
    assert (found["p"], found["q"], found["gamma"]) == pytest.approx((model.p_, model.q_, model.gamma_), rel=2e-3)


def test_the_list_holds_who_is_not_gone_and_at_risk_most_at_stake_first(cdnow):
    _shop, result = cdnow
    rows = result.at_risk().to_pylist()
    assert rows
    assert all(row["stage"] != "churned" and row["risk_band"] in ("high", "medium") for row in rows)
    stakes = [row["value_at_risk"] for row in rows]
    assert stakes == sorted(stakes, reverse=True)


def test_the_bands_count_who_is_on_the_list_and_who_is_gone_already(cdnow):
    _shop, result = cdnow
    listed, every = result.at_risk().to_pylist(), result.scored.to_pylist()
    for risk in result.risks.to_dict("records"):
        band = risk["risk_band"]
        assert risk["members"] == sum(row["risk_band"] == band for row in every)
        assert risk["gone"] == sum(row["risk_band"] == band and row["stage"] == "churned" for row in every)
        assert risk["listed"] == sum(row["risk_band"] == band for row in listed)
        stake = sum(row["value_at_risk"] for row in listed if row["risk_band"] == band)
        assert risk["value_at_risk"] == pytest.approx(float(stake))


def test_a_look_back_holds_what_was_at_stake_against_what_was_really_lost(cdnow):
    shop, _result = cdnow
    cutoff = date(1998, 3, 31)
    (judged,) = shop.backtest(cutoff=cutoff).cutoffs
    with open_shop([SAMPLE], as_of=cutoff) as then:
        listed = [(row["member_id"], float(row["value_at_risk"]), float(row["net_sales_365d"]))
                  for row in then.churn().at_risk().to_pylist()]  # fmt: skip
    bought = days_bought()
    stays = {member for member, days in bought.items() if any(0 < (day - cutoff).days <= 90 for day in days)}
    seen = {member: min(max((cutoff - days[0]).days, 90), 365) for member, days in bought.items()}
    lost = {member: 0.0 if member in stays else spent * 90 / seen[member] for member, _stake, spent in listed}
    money = judged["money"]
    assert (money["listed"], money["value_at_risk"], money["lost"]) == pytest.approx(
        (len(listed), sum(stake for _m, stake, _s in listed), sum(lost.values())), abs=0.5
    )
    top = sorted(listed, key=lambda row: -row[1])[: len(listed) // 10]
    caught = sum(lost[member] for member, _stake, _spent in top) / sum(lost.values())
    assert money["top_tenth"]["value_at_risk"] == pytest.approx(caught, abs=0.01)


@needs_data
@pytest.mark.parametrize(
    ("cutoff", "left", "recency", "rfm", "mbg", "brier", "ensemble"),
    [
        ("1997-12-31", 0.838, 0.793, 0.801, 0.796, 0.107, 0.800),
        ("1998-04-01", 0.860, 0.828, 0.829, 0.834, 0.091, 0.835),
    ],
)
def test_the_whole_of_cdnow_is_told_apart_as_published(cutoff, left, recency, rfm, mbg, brier, ensemble):
    with open_shop([WHOLE], as_of="1998-06-30") as shop:
        (judged,) = shop.backtest(cutoff=date.fromisoformat(cutoff), model="ensemble").cutoffs
    marks = judged["models"]
    assert judged["churn_rate"] == pytest.approx(left, abs=0.0005)
    assert marks["recency"]["auc"] == pytest.approx(recency, abs=0.003)
    assert marks["rfm"]["auc"] == pytest.approx(rfm, abs=0.003)
    assert marks["mbg"]["auc"] == pytest.approx(mbg, abs=0.003)
    assert marks["mbg"]["brier"] <= brier
    assert marks["ensemble"]["auc"] >= ensemble


@needs_data
def test_the_whole_of_cdnow_gives_the_published_parameters():
    with open_shop([WHOLE], as_of="1997-09-30") as shop:
        found = {name: shop.churn(model=name).model for name in ("bg", "mbg")}
    for name, parameters, log_likelihood in (
        ("bg", (0.2516, 4.7889, 0.7234, 2.1611), -95368.44),
        ("mbg", (0.6371, 7.3103, 0.8075, 1.2284), -95336.96),
    ):
        assert tuple(found[name].parameters.values()) == pytest.approx(parameters, abs=5e-4)
        assert found[name].log_likelihood == pytest.approx(log_likelihood, abs=0.02)


# --- Shops too small, too even, too young -------------------------------------------------------------


def write_orders(folder: Path, rows: list[tuple[str, str, float]]) -> Path:
    path = folder / "orders.csv"
    lines = ["订单号,会员编号,付款时间,实付金额", *(f"o{n},{m},{on},{paid}" for n, (m, on, paid) in enumerate(rows))]
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_a_small_shop_gets_what_became_of_members_like_these(tmp_path: Path):
    rows = [(f"m{n}", "2026-01-10", 50.0) for n in range(40)]
    rows += [(f"m{n}", "2026-05-10", 60.0) for n in range(10)]
    with open_shop([write_orders(tmp_path, rows)], as_of="2026-06-30") as shop:
        result = shop.churn()
        found = {row["member_id"]: row["churn_probability"] for row in result.scored.to_pylist()}
    assert result.model.name == "rfm_cells"
    assert [note.facts["buyers"] for note in result.model.notes] == [40]
    # Ninety days ago nobody had come back and all were recent once-buyers; ten of the forty did since.
    assert found["m0"] == pytest.approx(30 / 40, abs=0.05)
    assert all(0 <= chance <= 1 for chance in found.values())


def test_a_log_shorter_than_the_horizon_promises_nothing(tmp_path: Path):
    with open_shop([write_orders(tmp_path, [("m1", "2026-06-20", 9.0)])], as_of="2026-06-30") as shop:
        result = shop.churn()
        assert result.scored["churn_probability"].to_pylist() == [None]
        assert result.scored["risk_band"].to_pylist() == [None]
        assert result.at_risk().num_rows == 0


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("shape", ["all buy once", "nobody", "refunds only", "one loyal member"])
def test_odd_shops_end_in_a_list_or_in_none(tmp_path: Path, shape: str):
    rows = {
        "all buy once": [(f"m{n}", f"2025-{1 + n % 12:02}-10", 50.0) for n in range(300)],
        "nobody": [("m1", "2026-07-01", 5.0)],
        "refunds only": [("m1", "2026-01-01", -5.0)],
        "one loyal member": [("m1", str(date(2020, 1, 1) + timedelta(days=7 * n)), 20.0) for n in range(250)],
    }[shape]
    with open_shop([write_orders(tmp_path, rows)], as_of="2026-06-30") as shop:
        found = shop.churn().scored["churn_probability"].to_pylist()
    assert all(chance is None or (0 <= chance <= 1 and math.isfinite(chance)) for chance in found)


def test_refunds_are_no_orders_and_orders_of_nobody_are_nobodys(tmp_path: Path):
    rows = [("m1", "2026-01-01", 50.0), ("m1", "2026-03-01", -50.0), ("m2", "2026-02-01", -20.0)]
    rows.append(("", "2026-02-01", 9.0))
    with open_shop([write_orders(tmp_path, rows)], as_of="2026-06-30") as shop:
        scored = shop.churn().scored.to_pylist()
    assert [(row["member_id"], row["order_days"]) for row in scored] == [("m1", 1)]


def test_orders_of_one_day_are_one(tmp_path: Path):
    rows = [(f"m{n}", f"2026-0{1 + n % 5}-10 {hour}:00", 30.0) for n in range(200) for hour in (10, 12)]
    rows += [(f"m{n}", "2026-06-10", 30.0) for n in range(0, 200, 3)]
    apart, together = tmp_path / "apart", tmp_path / "together"
    for folder, kept in ((apart, rows), (together, [row for row in rows if " 12:" not in row[1]])):
        folder.mkdir()
        write_orders(folder, kept)
    with (
        open_shop([apart / "orders.csv"], as_of="2026-06-30") as one,
        open_shop([together / "orders.csv"], as_of="2026-06-30") as other,
    ):
        assert one.churn().model.parameters == other.churn().model.parameters


def test_the_same_shop_in_another_order_gives_the_same_bytes(tmp_path: Path):
    rows = [(f"m{n % 170}", str(date(2025, 1, 1) + timedelta(days=(n * 37) % 500)), 5.0 + n % 90) for n in range(900)]
    texts = []
    for number, order in enumerate((rows, rows[::-1])):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = folder / "orders.csv"
        lines = [f"o{member}-{on}-{paid},{member},{on},{paid}" for member, on, paid in order]
        path.write_text("\n".join(["订单号,会员编号,付款时间,实付金额", *lines]), "utf-8")
        main(["churn", str(path), "--as-of", "2026-06-30", "--all", "-o", str(folder / "list.csv")])
        texts.append((folder / "list.csv").read_bytes())
    assert texts[0] == texts[1]
    assert texts[0].count(b"\n") > 100


def test_a_log_that_begins_after_its_members_says_so(tmp_path: Path):
    rows = [(f"m{n}", f"2026-0{1 + n % 5}-10", 30.0) for n in range(200)]
    path, people = write_orders(tmp_path, rows), tmp_path / "members.csv"
    for joined, is_late in (("2019-05-01", True), ("2026-01-10", False)):
        people.write_text("会员编号,注册时间\n" + "\n".join(f"m{n},{joined}" for n in range(200)), "utf-8")
        with open_shop([people, path], as_of="2026-06-30") as shop:
            notes = [str(note) for note in shop.churn().model.notes]
        assert any("begins on 2026-01-10" in note for note in notes) is is_late


def test_times_are_weeks(cdnow):
    _shop, result = cdnow
    days = days_bought()
    as_of = date(1998, 6, 30)
    rows = [(len(on) - 1, (on[-1] - on[0]).days / 7, (as_of - on[0]).days / 7) for on in days.values()]
    weeks = BetaGeometric().fit(Histories.of(*zip(*rows, strict=True)))
    assert result.model.log_likelihood == pytest.approx(weeks.log_likelihood_, abs=1e-5)
    assert result.model.parameters == pytest.approx(weeks.parameters_, rel=1e-4)


# --- Festivals and marks ------------------------------------------------------------------------------


def test_festivals_in_the_horizon_are_named():
    def named(first: str, last: str) -> list[str]:
        return [found.name for found in find_festivals(date.fromisoformat(first), date.fromisoformat(last))]

    assert named("2026-04-01", "2026-06-29") == ["618"]
    assert named("2026-10-01", "2027-03-01") == ["双11", "春节"]
    assert named("2026-07-01", "2026-09-30") == []
    own = {"店庆": (date(2026, 7, 7), date(2026, 7, 9))}
    assert [found.name for found in find_festivals(date(2026, 7, 1), date(2026, 8, 1), own)] == ["店庆"]


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0.1, 0.4, 0.4, 0.7, 0.9]), st.booleans()), min_size=2, max_size=30))
def test_marks_are_what_counting_pairs_gives(rows):
    score, silent = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    pairs = [(high, low) for high in score[silent] for low in score[~silent]]
    expected = sum((high > low) + (high == low) / 2 for high, low in pairs) / len(pairs) if pairs else None
    assert auc(score, silent) == (None if expected is None else pytest.approx(expected))
    if silent.any():
        precision = [silent[score >= mine].mean() for mine in score[silent]]
        assert average_precision(score, silent) == pytest.approx(np.mean(precision))


# --- The command --------------------------------------------------------------------------------------


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = main(["churn", *FILES, "--as-of", "2026-06-30", "--lang", "en", *arguments])
    return code, *capsys.readouterr()


def test_the_list_is_the_same_in_every_format(capsys, tmp_path: Path):
    code, out, _err = run(capsys, "--format", "csv")
    assert code == 0
    rows = list(csv.DictReader(out.splitlines()))
    assert list(rows[0])[:4] == ["member_id", "churn_probability", "risk_band", "value_at_risk"]
    _code, out, _err = run(capsys, "--format", "jsonl", "--top", "5")
    first = [json.loads(line) for line in out.splitlines()]
    assert [row["member_id"] for row in first] == [row["member_id"] for row in rows[:5]]
    run(capsys, "-o", str(tmp_path / "list.csv"))
    assert (tmp_path / "list.csv").read_text("utf-8-sig").splitlines()[1].split(",")[0] == rows[0]["member_id"]
    _code, out, _err = run(capsys, "--format", "json")
    assert json.loads(out)["model"]["name"] == "mbg"


def test_all_scores_every_buyer(capsys):
    few = run(capsys, "--format", "csv")[1].count("\n")
    everyone = run(capsys, "--format", "csv", "--all")[1].count("\n")
    assert everyone > few


@pytest.mark.filterwarnings("ignore::UserWarning")  # openpyxl knows no data bars of its own age
def test_every_employee_gets_a_file_of_their_own(capsys, tmp_path: Path):
    code, *_told = run(capsys, "--split-by", "owner", "-o", str(tmp_path / "risk.xlsx"))
    assert code == 0
    files = sorted(tmp_path.iterdir())
    assert len(files) > 3
    seen: list[str] = []
    for path in files:
        sheet = openpyxl.load_workbook(path)["Members at risk"]
        header, *rows = sheet.iter_rows(values_only=True)
        owners = {row[header.index("Owner")] for row in rows}
        assert owners == {None if "(none)" in path.name else path.stem.removeprefix("risk_")}
        seen += [row[0] for row in rows]
    listed = [row["member_id"] for row in csv.DictReader(run(capsys, "--format", "csv")[1].splitlines())]
    assert len(seen) == len(listed)
    # A key that is a phone is masked in a workbook.
    assert {key for key in seen if "*" not in key} == {key for key in listed if not key.startswith("1")}


def test_the_backtest_says_whether_the_model_beats_recency(capsys):
    code, out, _err = run(capsys, "--backtest", "--format", "json")
    assert code == 0
    cuts = json.loads(out)["cutoffs"]
    assert cuts
    assert set(cuts[0]["models"]) == {"mbg", "recency", "rfm"}
    assert set(cuts[0]["models"]["mbg"]) == {"auc", "pr_auc", "brier", "ece", "lift_churn", "lift_buy"}
    _code, out, _err = run(capsys, "--backtest", "--format", "table")
    assert "days since the last order" in out
    assert "of their usual spend really lost; its first tenth held" in out
    (alone,) = json.loads(run(capsys, "--backtest", "--cutoff", "2026-03-01", "--format", "json")[1])["cutoffs"]
    assert alone["cutoff"] == "2026-03-01"


@pytest.mark.filterwarnings("ignore::UserWarning")  # openpyxl knows no data bars of its own age
@pytest.mark.parametrize(("lang", "words"), [
    ("zh", {"MBG/NBD", "距上次消费天数", "RFM 总分"}),
    ("en", {"MBG/NBD", "days since the last order", "sum of the RFM scores"}),
])  # fmt: skip
def test_ways_of_telling_go_by_words_where_people_read_them_and_by_keys_elsewhere(capsys, tmp_path, lang, words):
    path = tmp_path / "look-back.xlsx"
    asked = ["churn", *FILES, "--as-of", "2026-06-30", "--lang", lang, "--backtest", "--format"]
    assert main([*asked, "table", "-o", str(path)]) == 0
    table = capsys.readouterr().out
    assert not {"recency", "rfm", "mbg"} & set(table.split())
    book = openpyxl.load_workbook(path)
    sheet = book[book.sheetnames[0]]
    told = {row[3] for row in sheet.iter_rows(values_only=True)}
    assert words <= told
    assert all(word in table for word in words)
    main([*asked, "csv"])
    lines = capsys.readouterr().out
    assert {row["model"] for row in csv.DictReader(lines.splitlines())} == {"MBG/NBD", "blend", "recency", "rfm"}


@pytest.mark.filterwarnings("ignore::UserWarning")  # openpyxl knows no data bars of its own age
def test_the_backtest_workbook_draws_chances_beside_what_came_true(capsys, tmp_path: Path):
    path = tmp_path / "look-back.xlsx"
    assert run(capsys, "--backtest", "-o", str(path))[0] == 0
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Summary", "Chances and what came true", "Definitions", "Data quality"]
    sheet = book["Chances and what came true"]
    assert len(sheet._charts) == 1
    rows = [row for row in sheet.iter_rows(min_row=5, values_only=True) if row[1]]
    cut = json.loads(run(capsys, "--backtest", "--format", "json")[1])["cutoffs"][0]
    assert sum(row[1] for row in rows) == cut["members"]
    assert run(capsys, "--backtest", "-o", str(tmp_path / "look-back.csv"))[0] == 0


def test_no_file_is_written_when_one_of_them_cannot_be(capsys, tmp_path: Path):
    taken = tmp_path / "risk_(none).csv"
    taken.write_text("mine", "utf-8")
    assert run(capsys, "--split-by", "owner", "-o", str(tmp_path / "risk.csv"))[0] == 73
    assert list(tmp_path.iterdir()) == [taken]
    assert taken.read_text("utf-8") == "mine"


def test_a_shop_remembers_that_it_was_asked(capsys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "siyu.toml").write_text("[churn]\nrisk_high = 0.95\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    code, out, _err = run(capsys, "--format", "json", "-o", "list.csv")
    assert code == 0
    assert json.loads(out)["meta"]["parameters"]["risk_high"] == 0.95
    with sqlite3.connect(tmp_path / ".siyu" / "ledger.db") as ledger:
        (command, status) = ledger.execute("select command, status from runs").fetchone()
    assert (command, status) == ("churn", "done")


@pytest.mark.parametrize("cutoff", ["2026-04-02", "2026-06-20", "2027-01-01"])
def test_a_cutoff_whose_horizon_is_not_over_is_refused(capsys, cutoff: str):
    code, out, err = run(capsys, "--backtest", "--cutoff", cutoff)
    assert (code, out) == (2, "")
    assert "2026-04-01" in err


def test_split_by_needs_a_name_for_the_files(capsys):
    code, _out, err = run(capsys, "--split-by", "owner")
    assert (code, "-o" in err) == (2, True)

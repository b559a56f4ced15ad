"""What the shop's own past adds to a chance, when it may, and whether the list holds the money that is really lost.

The figures of UCI and CDNOW were measured by a program that shares nothing with this one.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from scipy.optimize import brentq, minimize
from scipy.special import expit, logit

from siyu_cli import open_shop
from siyu_cli.cli.main import main
from siyu_cli.core.churn.backtest import auc
from siyu_cli.core.churn.estimators.beta_geometric import BetaGeometric
from siyu_cli.core.churn.estimators.histories import Histories

SAMPLE = Path(__file__).parent / "data" / "CDNOW_sample.txt"
SHARED = Path(__file__).parents[2] / "shared" / "data"
CDNOW, UCI = SHARED / "cdnow" / "CDNOW_master.txt", SHARED / "uci" / "online_retail_ii_2010.parquet"
needs_data = pytest.mark.skipif(not UCI.is_file(), reason="the shared data are not here")


def write_demo(folder: Path, members: int) -> list[str]:
    """Write an invented shop, whose members buy and leave as MBG/NBD assumes, and return its files."""
    given = ["--members", str(members), "--as-of", "2026-06-30", "--layout", "generic", "--quiet"]
    assert main(["demo", str(folder / "demo"), *given]) == 0
    return [str(folder / "demo" / name) for name in ("会员.xlsx", "订单.xlsx")]


def look_back(path: Path, cutoff: str, horizon_days: int, **how: Any) -> dict[str, Any]:
    """Return the judgement of one date, looked at from as soon as its horizon is over."""
    on = date.fromisoformat(cutoff)
    with open_shop([path], as_of=on + timedelta(days=horizon_days)) as shop:
        (judged,) = shop.backtest(cutoff=on, horizon_days=horizon_days, **how).cutoffs
    return judged


# --- The blend and its gate ---------------------------------------------------------------------------

CUTOFFS = [
    # file, horizon, cut-off, what scores, AUC and Brier of MBG/NBD, AUC and Brier of what scores
    (CDNOW, 90, "1997-09-30", "blend", (0.768, 0.1175), (0.779, 0.1169)),
    (CDNOW, 90, "1997-12-31", "blend", (0.796, 0.1054), (0.807, 0.1044)),
    (CDNOW, 90, "1998-04-01", "blend", (0.834, 0.0892), (0.840, 0.0885)),
    (UCI, 90, "2010-06-01", "mbg", (0.738, 0.2053), (0.738, 0.2053)),
    (UCI, 90, "2010-07-01", "mbg", (0.749, 0.2012), (0.749, 0.2012)),
    (UCI, 90, "2010-08-01", "mbg", (0.735, 0.2090), (0.735, 0.2090)),
    (UCI, 90, "2010-09-01", "blend", (0.720, 0.2217), (0.730, 0.2186)),
    (UCI, 30, "2010-06-01", "blend", (0.737, 0.1714), (0.752, 0.1684)),
    (UCI, 30, "2010-09-01", "blend", (0.732, 0.1687), (0.740, 0.1668)),
    (UCI, 30, "2010-11-01", "blend", (0.715, 0.1958), (0.719, 0.1946)),
]


@needs_data
@pytest.mark.parametrize(("path", "horizon", "cutoff", "chosen", "mbg", "gated"), CUTOFFS)
def test_what_the_gate_lets_through_is_never_worse_than_the_model_alone(path, horizon, cutoff, chosen, mbg, gated):
    judged = look_back(path, cutoff, horizon)
    assert judged["model"] == chosen
    found = {name: (marks["auc"], marks["brier"]) for name, marks in judged["models"].items()}
    assert (found["mbg"][0], found["mbg"][1]) == pytest.approx(mbg, abs=0.001)
    assert found["mbg"][1] == pytest.approx(mbg[1], abs=0.0005)
    assert found[chosen] == pytest.approx(gated, abs=0.001)
    assert found[chosen][0] >= found["mbg"][0] - 0.001
    assert found[chosen][1] <= found["mbg"][1] + 0.0005


def plain_features(days: dict[str, list[date]], spent: dict[str, list[tuple[date, float]]], as_of: date) -> Any:
    """Return, as of a date, members' histories, their four features as they are, and who fell silent."""
    rows = []
    for member, bought in days.items():
        past = [day for day in bought if day <= as_of]
        if past:
            money = sum(paid for on, paid in spent[member] if on <= as_of)
            ahead = any(as_of < day <= as_of + timedelta(days=90) for day in bought)
            tenure, recency = (as_of - past[0]).days, (as_of - past[-1]).days
            rows.append((len(past), recency, tenure, max(money, 0.0), not ahead))
    orders, recency, tenure, money, silent = map(np.array, zip(*rows, strict=True))
    features = np.column_stack([np.log1p(recency), np.log(orders), np.log1p(tenure), np.log1p(money)])
    return Histories.of(orders - 1, (tenure - recency) / 7, tenure / 7), features, silent


def test_every_blended_chance_is_near_what_a_plain_regression_on_the_members_themselves_gives():
    spent: dict[str, list[tuple[date, float]]] = defaultdict(list)
    for line in SAMPLE.read_text("ascii").splitlines():
        member, _in_sample, on, _discs, dollars = line.split()
        spent[member].append((date(int(on[:4]), int(on[4:6]), int(on[6:])), float(dollars)))
    days = {member: sorted({on for on, _paid in orders}) for member, orders in spent.items()}
    as_of = date(1998, 6, 30)
    earlier = [plain_features(days, spent, as_of - timedelta(days=90 * number)) for number in (1, 2, 3, 4)]
    seen, left = np.concatenate([one[1] for one in earlier]), np.concatenate([one[2] for one in earlier])
    centre, spread = seen.mean(axis=0), seen.std(axis=0)

    def loss(weights: Any) -> float:
        z = weights[0] + (seen - centre) / spread @ weights[1:]
        return float(np.sum(np.logaddexp(0, z) - left * z) + weights[1:] @ weights[1:] / 2)

    weights = minimize(loss, np.zeros(5), method="BFGS").x
    histories, features, _unknown = plain_features(days, spent, as_of)
    modelled = BetaGeometric().fit(histories).p_silent(histories, 90 / 7)
    z = weights[0] + (features - centre) / spread @ weights[1:]
    shift = brentq(lambda shift: expit(z + shift).mean() - modelled.mean(), -20, 20)
    expected = expit((logit(np.clip(modelled, 1e-4, 1 - 1e-4)) + z + shift) / 2)
    with open_shop([SAMPLE], as_of=as_of) as shop:
        result = shop.churn()
        rows = result.scored.sort_by("member_id").to_pandas()
    assert result.model.name == "blend"
    order = np.argsort(list(days))
    # Times and money are learned in steps, hence not to the last digit.
    assert rows["churn_probability"].to_numpy() == pytest.approx(expected[order], abs=0.004)


def test_where_members_buy_as_the_model_assumes_the_gate_stays_shut(tmp_path: Path):
    with open_shop(write_demo(tmp_path, members=3_000), as_of="2026-06-30") as shop:
        model = shop.churn().model
    assert model.name == "mbg"
    assert "no nearer the truth" in str(model.reason)


def test_a_log_too_short_to_be_judged_on_is_scored_by_the_model_alone_and_says_so():
    with open_shop([SAMPLE], as_of="1997-06-30") as shop:
        model = shop.churn().model
    assert model.name == "mbg"
    assert "too short" in str(model.reason)


# --- Nobody leaves ------------------------------------------------------------------------------------


@needs_data
def test_a_shop_that_nobody_seems_to_leave_is_scored_by_the_limit_of_the_model():
    with open_shop([UCI], as_of="2010-06-01") as shop:
        result = shop.churn()
        rows = result.scored.to_pandas()
    assert (result.model.name, result.model.buyers) == ("mbg", 2_709)
    assert any("Nobody here seems to leave" in str(note) for note in result.model.notes)
    assert (rows["p_alive"] == 1).all()


def test_in_the_limit_orders_come_at_the_members_own_rate():
    rng = np.random.default_rng(3)
    tenure = rng.integers(100, 700, 3_000) / 7
    orders = rng.poisson(rng.gamma(0.8, 1 / 8, 3_000) * tenure)
    last = np.array([weeks * rng.random(count).max(initial=0.0) for weeks, count in zip(tenure, orders, strict=True)])
    histories = Histories.of(orders, np.where(orders > 0, (last + tenure) / 2, 0.0), tenure)  # later than by chance
    model = BetaGeometric().fit(histories)
    assert (model.is_limit_, model.is_converged_) == (True, True)
    rate = (model.r_ + orders) / (model.alpha_ + tenure)
    assert model.expected_orders(histories, 13) == pytest.approx(rate * 13, rel=1e-9)


# --- What is lost -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def uci_without_returns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """UCI's purchases alone: the published shares leave returns out, siyu takes them off."""
    path = tmp_path_factory.mktemp("uci") / "orders.parquet"
    rows = pq.read_table(UCI)
    pq.write_table(rows.filter(pc.greater(rows["Quantity"], 0)), path)
    return path


@needs_data
@pytest.mark.parametrize(
    ("cutoff", "shares"),
    [("2010-07-01", (0.377, 0.372, 0.367)), ("2010-09-01", (0.367, 0.367, 0.351))],
)
def test_the_top_tenth_of_uci_holds_the_share_of_the_loss_that_others_measured(uci_without_returns, cutoff, shares):
    money = look_back(uci_without_returns, cutoff, 90, model="mbg")["money"]
    assert tuple(money["top_tenth"].values()) == pytest.approx(shares, abs=0.007)


@needs_data
@pytest.mark.parametrize(
    ("cutoff", "shares"),
    [("1997-12-31", (0.289, 0.297, 0.294)), ("1998-04-01", (0.309, 0.338, 0.337))],
)
def test_the_top_tenth_of_cdnow_holds_the_share_of_the_loss_that_others_measured(cutoff, shares):
    money = look_back(CDNOW, cutoff, 90, model="mbg")["money"]
    assert tuple(money["top_tenth"].values()) == pytest.approx(shares, abs=0.007)
    assert money["best"] == "chance_times_past_year"


def test_a_refund_lowers_what_is_at_stake_the_same_with_and_without_a_date_of_its_own(tmp_path: Path):
    header = "订单号,会员编号,付款时间,实付金额,退款金额,退款时间"
    lines = [
        f"o{member}-{order},m{member:03},2026-0{order + 1}-{member % 27 + 1:02},{50 + member % 7 * 10},,"
        for member in range(150) for order in range(1 + member % 4)
    ]  # fmt: skip
    stakes = []
    for refunded_on in ("", "2026-05-02"):
        returned = [f"big{order},returner,2026-0{order + 1}-15,9000,8990,{refunded_on}" for order in range(3)]
        path = tmp_path / f"orders{refunded_on}.csv"
        path.write_text("\n".join([header, *lines, *returned]), "utf-8")
        with open_shop([path], as_of="2026-06-30") as shop:
            rows = {row["member_id"]: row["value_at_risk"] for row in shop.churn(model="mbg").scored.to_pylist()}
        stakes.append(rows.pop("returner"))
        assert stakes[-1] < max(rows.values())
    assert stakes[0] == stakes[1]


# --- What is said -------------------------------------------------------------------------------------


def test_an_empty_look_back_says_why(capsys, tmp_path: Path):
    path = tmp_path / "orders.csv"
    path.write_text("订单号,会员编号,付款时间,实付金额\no1,m1,2026-05-01,10\n", "utf-8")
    for form in ("table", "csv"):
        assert main(["churn", str(path), "--backtest", "--as-of", "2026-06-30", "--format", form, "--lang", "en"]) == 0
        err = capsys.readouterr().err
        assert "2026-04-01: 0 days of orders lie before it, and 90 are needed" in " ".join(err.split())
    assert main(["churn", str(path), "--backtest", "--as-of", "2026-06-30", "--format", "json"]) == 0
    assert "90 are needed" in json.loads(capsys.readouterr().out)["passed_over"]["2026-04-01"]


def test_too_small_a_shop_names_what_is_missing(capsys, tmp_path: Path):
    path = tmp_path / "orders.csv"
    lines = [f"o{n},m{n},2025-0{n % 9 + 1}-01,10" for n in range(40)]
    path.write_text("\n".join(["订单号,会员编号,付款时间,实付金额", *lines]), "utf-8")
    assert main(["churn", str(path), "--backtest", "--as-of", "2026-06-30", "--lang", "en"]) == 0
    assert "40 buyers, 0 of them more than once; a model needs 100 and 30" in " ".join(capsys.readouterr().err.split())


def test_the_list_opens_with_how_many_how_much_and_whom_each_employee_has(capsys, tmp_path: Path):
    files = write_demo(tmp_path, members=1_000)
    given = ["--as-of", "2026-06-30", "--lang", "en"]
    capsys.readouterr()
    assert main(["churn", *files, *given, "--format", "table"]) == 0
    first, second = capsys.readouterr().out.splitlines()[:2]
    assert main(["churn", *files, *given, "--format", "csv"]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.lstrip("\ufeff").splitlines()))
    owners: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        owners[row["owner"]].append(float(row["value_at_risk"]))
    assert f"{len(rows):,} members on the list" in first
    owner, values = max(owners.items(), key=lambda pair: sum(pair[1]))
    assert second.startswith(f"To be looked after by {owner or 'nobody’s'} {len(values)} ({sum(values):,.2f})")
    assert main(["churn", *files, *given, "--format", "json"]) == 0
    told = {one["owner"] or "": one["listed"] for one in json.loads(capsys.readouterr().out)["owners"]}
    assert told == {owner: len(values) for owner, values in owners.items()}


def test_one_who_stays_is_ranked_below_one_who_leaves_more_often_than_not_by_either():
    judged = look_back(SAMPLE, "1998-03-31", 90)
    assert judged["model"] == "blend"
    assert judged["models"]["blend"]["auc"] > judged["models"]["mbg"]["auc"] > auc(np.zeros(2), np.array([True, False]))

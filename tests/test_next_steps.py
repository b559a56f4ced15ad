"""A report opens with the decision: where the money is, who is falling silent, who moved, and what to do next."""

from __future__ import annotations

import csv
import io
import tomllib
from pathlib import Path

import pytest

import corner_shop
from commands import Run, runner
from siyu_cli import open_shop
from siyu_cli.config.settings import Settings
from siyu_cli.core.lifecycle.actions import action
from siyu_cli.core.lifecycle.tables import RFM_SEGMENTS, SEGMENTS, STAGES
from siyu_cli.errors import ConfigError
from siyu_cli.render.reader import Reader

FILES = ("会员.csv", "订单.csv")


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    corner_shop.write_shop(empty_folder)
    return runner(capsys)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_stage_and_every_rfm_group_has_something_to_do_next(lang: str):
    for column, names in ((SEGMENTS["stage"], STAGES), (SEGMENTS["rfm_segment"], RFM_SEGMENTS)):
        texts = {Reader(lang).say(action(column, name, {})) for name in names}
        assert len(texts) == len(names)
        assert all(20 <= len(text.encode()) <= 160 for text in texts)


def test_the_shop_says_it_in_its_own_words(run: Run):
    Path("siyu.toml").write_text('[actions]\n"沉睡期" = "本周电话回访"\n', "utf-8")
    shown = run("segment", *FILES, "--as-of", corner_shop.AS_OF, "--format", "table").out
    assert "本周电话回访" in shown
    assert "One personal message" not in shown


def test_a_group_there_is_not_is_a_mistake_of_the_settings(run: Run):
    Path("siyu.toml").write_text('[actions]\nsleepy = "x"\n', "utf-8")
    ended = run("segment", *FILES, "--as-of", corner_shop.AS_OF)
    assert ended.code == 78
    assert "siyu.toml" in ended.err
    assert "dormant or important_keep" in ended.err
    assert ConfigError.exit_code == 78


def test_what_is_advised_begins_with_a_command_that_lists_exactly_those(run: Run):
    with open_shop(FILES, as_of=corner_shop.AS_OF) as shop:
        found = shop.segment()
        report = found.masked().report()
    steps = [row for section in report.sections if section.table.name == "next_steps" for row in section.rows]
    assert len(steps) > 10
    for row in steps:
        command = Reader("en").say(row["command"]).replace("siyu churn", "siyu segment")
        condition = command.partition('--where "')[2].partition('" -o')[0]
        listed = run("segment", *FILES, "--as-of", corner_shop.AS_OF, "--where", condition, "--format", "csv").out
        assert len(list(csv.DictReader(io.StringIO(listed)))) == row["members"]


def test_the_opening_says_where_the_money_is_and_who_is_falling_silent(run: Run):
    first = run("segment", *FILES, "--as-of", corner_shop.AS_OF, "--format", "table").out.splitlines()
    assert first[1] == (
        "Where the money is: Dormant, 1 members with 57.6% of the sales · Mature, 1 members with 27.7% of the sales"
    )
    assert first[2] == "Falling silent: Dormant, 1 members with 57.6% of the sales"


def test_who_moved_is_said_with_the_date_of_the_list_before(run: Run):
    Path("siyu.toml").write_text("", "utf-8")
    run("segment", *FILES, "--as-of", "2025-12-15")
    shown = run("segment", *FILES, "--as-of", corner_shop.AS_OF, "--format", "table").out
    (moved,) = [line for line in shown.splitlines() if line.startswith("Since ")]
    assert moved.startswith("Since 2025-12-15: ")
    listed = run("segment", *FILES, "--as-of", corner_shop.AS_OF, "--format", "csv").out
    rows = [row for row in csv.DictReader(io.StringIO(listed)) if row["previous_stage"]]
    assert f": {sum(row['previous_stage'] != row['stage'] for row in rows)} of {len(rows)} members moved" in moved


def test_the_grid_holds_every_buyer_once():
    with open_shop([*Path(__file__).parents[1].glob("examples/[会订]*.xlsx")], as_of="2026-06-30") as shop:
        found = shop.segment()
        members = found.members.dropna(subset=["r_score"])
    assert found.grid["members"].sum() == found.rfm["members"].sum()
    assert found.grid["net_sales"].sum() == pytest.approx(found.rfm["net_sales"].sum())
    scores = members.groupby(["r_score", "f_score"]).size()
    assert found.grid.set_index(["r_score", "f_score"])["members"].to_dict() == scores.to_dict()


def test_a_notebook_shows_an_answer_as_the_page_does():
    with open_shop([*Path(__file__).parents[1].glob("examples/[会订]*.xlsx")], as_of="2026-06-30") as shop:
        found = shop.segment(where="stage = 'mature'")
        shown = found._repr_html_()
    assert shown.count("<section") > 4
    assert "<h1>Lifecycle stages as of 2026-06-30</h1>" in shown
    assert "<html" not in shown


def test_the_texts_are_data():
    path = Path(__file__).parents[1] / "src/siyu_cli/core/lifecycle/actions.toml"
    texts = tomllib.loads(path.read_text("utf-8"))
    assert set(texts["stage"]) == set(STAGES)
    assert set(texts["rfm_segment"]) == set(RFM_SEGMENTS)
    assert Settings().actions == {}

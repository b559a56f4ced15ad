"""Who moved is a column of the list: people who went from one stage to another can be listed and handed on."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import pytest

from siyu_cli.cli.main import main

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Ask for the list of the example shop as of a date, in a folder that remembers; return its rows."""
    for name in ("会员.xlsx", "订单.xlsx"):
        shutil.copy(EXAMPLES / name, tmp_path)
    (tmp_path / "siyu.toml").write_text("")
    monkeypatch.chdir(tmp_path)

    def ask(as_of: str, *more: str) -> list[dict[str, str]]:
        given = ["--as-of", as_of, "--lang", "en", "--quiet", "--format", "csv", *more]
        assert main(["segment", "会员.xlsx", "订单.xlsx", *given]) == 0
        return list(csv.DictReader(io.StringIO(capsys.readouterr().out.removeprefix("\ufeff"))))

    return ask


def test_the_list_says_where_everybody_was_at_the_run_before(ask):
    before = {row["member_id"]: row["stage"] for row in ask("2026-03-31")}
    now = ask("2026-06-30")
    assert {row["member_id"]: row["previous_stage"] for row in now} == {
        row["member_id"]: before.get(row["member_id"], "") for row in now
    }
    assert {row["previous_stage_on"] for row in now if row["previous_stage"]} == {"2026-03-31"}
    assert {row["previous_stage_on"] for row in now if not row["previous_stage"]} <= {""}
    assert any(row["previous_stage"] not in ("", row["stage"]) for row in now)


def test_who_slipped_away_since_can_be_listed_in_words_of_either_language(ask):
    assert {row["previous_stage"] for row in ask("2026-03-31")} == {""}
    now = ask("2026-06-30")
    slipped = [row["member_id"] for row in now if (row["previous_stage"], row["stage"]) == ("dormant", "churned")]
    asked = ask("2026-06-30", "--where", "上次阶段 = '沉睡期' and stage = 'churned'")
    assert [row["member_id"] for row in asked] == slipped != []


def test_a_first_run_compares_with_nobody(ask):
    assert {row["previous_stage"] for row in ask("2026-06-30")} == {""}

"""siyu init writes a siyu.toml that explains itself and loads; config show tells where a value is from."""

from __future__ import annotations

import csv
import io
import json
import re
import stat
import tomllib
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

import siyu_cli
from siyu_cli.cli.commands.config_show import config_show
from siyu_cli.cli.commands.init import init
from siyu_cli.cli.main import main
from siyu_cli.config.settings import Settings, known_keys, load_settings
from siyu_cli.config.template import ShopFacts, UncertainColumn, render_config
from siyu_cli.errors import OutputError
from siyu_cli.locale import set_language
from siyu_cli.shop.facts import learn

FOUND = ShopFacts(
    files=("客户.xlsx", "订单.csv"),
    platforms=("有赞",),
    as_of=date(2026, 3, 1),
    members=21_000,
    stores=12,
    timezone="Europe/London",
    uncertain=(
        UncertainColumn("订单.csv", "orders.member_id", '客户"码"', 0.82),
        UncertainColumn("旧订单.csv", "orders.member_id", "客码", 0.8),
        UncertainColumn("客户.xlsx", "members.store", "网点", 0.7),
    ),
    dormant_after=62,
    churned_after=118,
)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Work in an empty folder, without settings from outside."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.delenv("SIYU_LANG", raising=False)
    yield tmp_path
    set_language("en")


def read(text: str, folder: Path) -> Settings:
    (folder / "siyu.toml").write_text(text)
    return load_settings(None, folder, {})


def awake(text: str) -> str:
    return re.sub(r'^#(?=[\w"])', "", text, flags=re.MULTILINE)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("facts", [ShopFacts(), FOUND], ids=["no files", "files"])
def test_what_is_written_loads_and_changes_nothing_but_what_was_found(lang, facts, tmp_path):
    settings = read(render_config(facts, lang), tmp_path)
    assert settings.stages == Settings().stages
    assert settings.rfm == Settings().rfm
    assert settings.segments == {}
    if facts is FOUND:
        assert settings.shop.timezone == "Europe/London"
        assert settings.map == {"orders.member_id": '客户"码"', "members.store": "网点"}
    else:
        assert set(settings.origins.values()) == {"default"}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_setting_stands_there_and_can_be_woken_as_it_is(lang, tmp_path):
    text = awake(render_config(ShopFacts(), lang))
    given = tomllib.loads(text)
    assert given.keys() == known_keys().keys()
    for section, keys in known_keys().items():
        assert given[section], f"[{section}] shows an example"
        if section != "map":
            assert set(keys) <= given[section].keys()
    # How long points count is said by one of two rules.
    settings = read(text.replace("end_of_year = 1\n", ""), tmp_path)
    assert settings.stages == Settings().stages, "what is asleep is the default"
    assert [key for key, origin in settings.origins.items() if origin == "default"] == ["points.end_of_year"]


def test_every_setting_has_a_line_that_says_what_it_means(tmp_path):
    lines = render_config(ShopFacts(), "en").splitlines()
    for number, line in enumerate(lines):
        if re.match(r"#\w+ = ", line):
            assert lines[number - 1].startswith("# "), line


def test_what_the_files_told_stands_beside_the_settings():
    text = render_config(FOUND, "en")
    assert "# Looked at: 客户.xlsx, 订单.csv." in text
    assert "# Exports of: 有赞." in text
    assert "# Members found: 21,000." in text
    assert "12 stores were found" in text
    assert "N1 = 62 and N2 = 118 days, as of 2026-03-01" in text
    assert '# Guessed from 订单.csv, 82% sure: please check.\n"orders.member_id" = ' in text
    assert '#"orders.member_id" = "客码"' in text, "the second best guess sleeps"


def test_a_shop_with_a_short_log_is_told_so():
    facts = ShopFacts(files=("订单.csv",), as_of=date(2026, 3, 1), dormant_after=40)
    assert "Too little history" in render_config(facts, "en")
    assert "history" not in render_config(ShopFacts(), "en")


def test_a_file_name_cannot_break_out_of_its_comment(tmp_path):
    facts = ShopFacts(
        files=("a\n[stages]\nnew_days = 1\x1b[2J.csv",),
        uncertain=(UncertainColumn("b\r\nc", "orders.store", 'x"\n[shop]\nname = "y', 0.5),),
    )
    settings = read(render_config(facts, "en"), tmp_path)
    assert settings.stages.new_days == 30
    assert settings.shop.name is None
    assert settings.map == {"orders.store": 'x"\n[shop]\nname = "y'}


def test_the_facts_come_from_the_sheets_that_were_read():
    column = SimpleNamespace(key="store", header="网点", confidence=0.7)
    sure = SimpleNamespace(key="phone", header="手机号", confidence=1.0)
    sheets = (
        SimpleNamespace(file="客户.xlsx", table="members", preset="youzan-customers", columns=(sure, column)),
        SimpleNamespace(file="客户.xlsx", table=None, preset=None, columns=()),
    )
    suggested = {"dormant_after": 62, "churned_after": None, "reason": "not enough history"}
    import pandas as pd

    found = SimpleNamespace(
        load=SimpleNamespace(sheets=sheets),
        members=pd.DataFrame({"store": ["杭州", "上海", "杭州", None]}),
        windows={"suggested": suggested},
    )
    facts = learn(found, date(2026, 3, 1))
    assert facts.files == ("客户.xlsx",)
    assert facts.platforms == ("有赞",)
    assert (facts.members, facts.stores) == (4, 2)
    assert facts.uncertain == (UncertainColumn("客户.xlsx", "members.store", "网点", 0.7),)
    assert (facts.dormant_after, facts.churned_after) == (62, None)


def test_init_writes_a_private_file_and_never_over_another(here):
    init(quiet=True)
    path = here / "siyu.toml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in here.iterdir()] == ["siyu.toml"]
    path.write_text("# mine\n")
    with pytest.raises(OutputError, match="already exists"):
        init(quiet=True)
    assert path.read_text() == "# mine\n"
    init(force=True, quiet=True)
    assert "[stages]" in path.read_text()


def test_init_writes_in_the_chosen_language(here):
    set_language("zh")
    init(output=Path("分店.toml"), quiet=True)
    assert "[stages]" in (here / "分店.toml").read_text("utf-8")


def test_init_replaces_a_file_with_a_mistake_in_it(here):
    (here / "siyu.toml").write_text("[stages\n")
    init(force=True, quiet=True)
    assert load_settings(None, here, {}).stages.new_days == 30


def test_a_folder_that_is_not_there_is_named(here):
    with pytest.raises(OutputError, match=r"shop/siyu\.toml cannot be written"):
        init(output=Path("shop/siyu.toml"), quiet=True)


def test_a_write_that_fails_leaves_the_old_file(here, monkeypatch):
    (here / "siyu.toml").write_text("# mine\n")

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OutputError, match="disk is full"):
        init(force=True, quiet=True)
    assert [entry.name for entry in here.iterdir()] == ["siyu.toml"]
    assert (here / "siyu.toml").read_text() == "# mine\n"


@pytest.mark.skipif(not hasattr(siyu_cli, "open_shop"), reason="needs the loader")
def test_init_looks_at_the_files_given(here):
    with Path("订单.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["订单号", "会员编号", "付款时间", "实付金额", "门店"])
        for number in range(60):
            store = "杭州" if number % 2 else "上海"
            writer.writerow([f"D{number}", f"M{number % 20}", f"2026-01-{number % 28 + 1:02}", "99.00", store])
    init(files=[Path("订单.csv")], as_of="2026-03-01", quiet=True)
    text = Path("siyu.toml").read_text("utf-8")
    assert "订单.csv" in text
    assert "20" in text
    assert load_settings(None, here, {}).path == here / "siyu.toml"


def test_config_show_says_where_every_value_is_from(here, monkeypatch, capsys):
    (here / "siyu.toml").write_text('[stages]\nnew_days = 14\n[segments]\n"vip" = "net_sales > 9"\n')
    monkeypatch.setenv("SIYU_RFM__SPLIT", "90,2,500")
    config_show(format="csv")
    rows = {row["key"]: row for row in csv.DictReader(io.StringIO(capsys.readouterr().out))}
    assert rows["stages.new_days"]["value"] == "14"
    assert rows["stages.new_days"]["source"] == f"{here / 'siyu.toml'}:2"
    assert (rows["rfm.split"]["value"], rows["rfm.split"]["source"]) == ("[90, 2, 500]", "SIYU_RFM__SPLIT")
    assert rows["rfm.bins"]["source"] == "default"
    assert rows["segments.vip"]["value"] == "net_sales > 9"
    assert rows.keys() >= Settings().values().keys()


def test_config_show_speaks_every_format(here, capsys):
    config_show(format="json")
    document = json.loads(capsys.readouterr().out)
    assert document["path"] is None
    assert {"key": "stages.new_days", "value": 30, "source": "default"} in document["settings"]
    config_show(format="jsonl")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines == document["settings"]
    config_show(format="table")
    assert "stages.declining_ratio" in capsys.readouterr().out


def test_config_show_masks_people_and_passwords(here, capsys):
    secrets = '[exclude]\nphones = ["13800138000"]\n[ledger]\nurl = "postgresql://siyu:secret@db/siyu"\n'
    (here / "siyu.toml").write_text(secrets)
    for format in ("table", "csv", "json", "jsonl"):
        config_show(format=format)
        shown = capsys.readouterr().out
        assert "138****8000" in shown
        assert "13800138000" not in shown
        assert "secret" not in shown
    config_show(format="csv", show_personal=True)
    shown = capsys.readouterr().out
    assert "13800138000" in shown
    assert "secret" not in shown


def test_config_show_without_a_shop_points_to_init(here, capsys):
    config_show(format="csv")
    assert "siyu init" in capsys.readouterr().err


def test_settings_are_written_to_no_workbook(here):
    assert main(["init", "-o", "邀请.xlsx", "--force"]) == 2
    assert not Path("邀请.xlsx").exists()

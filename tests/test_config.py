"""Settings: what is allowed, which place wins, and what an operator is told when a line is wrong."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import platformdirs
import pytest

from siyu_cli.config.errors import shown_value, toml_value
from siyu_cli.config.layers import key_lines
from siyu_cli.config.settings import Settings, StageSettings, known_keys, load_settings, settings_said
from siyu_cli.errors import ConfigError, UsageError


@pytest.fixture
def write(tmp_path):
    """Write a siyu.toml into a folder of the test's own and return its path."""

    def write(text: str | bytes, folder: str = "shop") -> Path:
        path = tmp_path / folder / "siyu.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def load(path: Path, **environ: str) -> Settings:
    return load_settings(None, path.parent, environ)


def refused(path: Path, **environ: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load(path, **environ)
    return caught.value


def test_without_any_file_the_defaults_hold_and_nothing_is_remembered(tmp_path):
    settings = load_settings(None, tmp_path, {})
    assert settings.stages == StageSettings(
        new_days=30,
        dormant_after=90,
        churned_after=180,
        declining_ratio=1.5,
        mature_orders=4,
        welcome_points=0,
    )
    assert (settings.rfm.bins, settings.rfm.split, settings.shop.timezone) == (5, "default", "Asia/Shanghai")
    assert settings.path is None
    assert set(settings.origins.values()) == {"default"}


def test_every_section_is_read(write):
    path = write("""
        [shop]
        name = "思遇小铺"
        gross_margin = 0.55
        [orders]
        min_paid = 0
        [rfm]
        split = [90, 2, 676.69]
        [map]
        "orders.member_id" = "household_id"
        [exclude]
        ids = ["staff-1", 1002]
        phones = [13800138000]
        files = ["内部员工.xlsx"]
        [segments]
        "大客户" = "net_sales > 2000"
        [calendar]
        "双11" = [2025-11-01, 2025-11-11]
        [ledger]
        url = "postgresql://siyu@db/siyu"
    """)
    settings = load(path)
    assert settings.shop.name == "思遇小铺"
    assert settings.shop.gross_margin == Decimal("0.55")
    assert settings.orders.min_paid == 0
    assert settings.rfm.split == (90, 2, Decimal("676.69"))
    assert settings.map == {"orders.member_id": "household_id"}
    assert settings.exclude.ids == ("staff-1", "1002")
    assert settings.exclude.phones == ("13800138000",)
    assert settings.exclude.files == (path.parent / "内部员工.xlsx",)
    assert settings.segments == {"大客户": "net_sales > 2000"}
    assert settings.calendar == {"双11": (date(2025, 11, 1), date(2025, 11, 11))}
    assert settings.ledger.url == "postgresql://siyu@db/siyu"
    assert settings.path == path


@pytest.mark.parametrize(
    "text",
    [
        '[map]\n"orders.member_id" = "household_id"',
        '[map]\norders.member_id = "household_id"',
        '[map.orders]\nmember_id = "household_id"',
        'map = { "orders.member_id" = "household_id" }',
    ],
)
def test_a_mapped_column_may_be_written_in_every_way_toml_has(write, text):
    settings = load(write(text))
    assert settings.map == {"orders.member_id": "household_id"}
    assert settings.origin("map.orders.member_id").endswith(f"siyu.toml:{text.count(chr(10)) + 1}")


def test_each_place_wins_over_the_next_one(write, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    user = write("[stages]\nnew_days = 1\n", "home/siyu")
    assert user.parent == Path(platformdirs.user_config_dir("siyu", appauthor=False))
    nearest = write("[stages]\nnew_days = 2\n", "shop")
    chosen = write("[stages]\nnew_days = 3\n", "elsewhere")
    start = nearest.parent / "exports" / "2026"
    start.mkdir(parents=True)
    places = {"HOME": str(tmp_path), "SIYU_STAGES__NEW_DAYS": "4"}

    given = load_settings(chosen, start, places, {"stages.new_days": 5})
    assert (given.stages.new_days, given.origin("stages.new_days")) == (5, "option")
    given = load_settings(chosen, start, places)
    assert (given.stages.new_days, given.origin("stages.new_days")) == (4, "SIYU_STAGES__NEW_DAYS")
    del places["SIYU_STAGES__NEW_DAYS"]
    given = load_settings(chosen, start, places)
    assert (given.stages.new_days, given.origin("stages.new_days"), given.path) == (3, f"{chosen}:2", chosen)
    given = load_settings(None, start, places)
    assert (given.stages.new_days, given.origin("stages.new_days"), given.path) == (
        2,
        f"{nearest}:2",
        nearest,
    )
    nearest.unlink()
    given = load_settings(None, start, places)
    assert (given.stages.new_days, given.origin("stages.new_days"), given.path) == (1, f"{user}:2", None)
    assert load_settings(None, start, {}).stages.new_days == 30, "without a home there is no user file"


def test_places_are_laid_over_each_other_key_by_key(write, tmp_path):
    nearest = write('[stages]\nnew_days = 2\nmature_orders = 6\n[segments]\n"老客" = "order_days > 3"\n')
    chosen = write("[stages]\nnew_days = 3\n", "elsewhere")
    settings = load_settings(chosen, nearest.parent, {})
    assert (settings.stages.new_days, settings.stages.mature_orders) == (3, 6)
    assert settings.segments == {"老客": "order_days > 3"}
    assert settings.origin("stages.mature_orders") == f"{nearest}:3"


def test_variables_hold_numbers_words_lists_and_names(tmp_path):
    environ = {
        "SIYU_STAGES__DORMANT_AFTER": "120",
        "SIYU_STAGES__DECLINING_RATIO": "2.5",
        "SIYU_RFM__SPLIT": "90, 2, 500",
        "SIYU_EXCLUDE__IDS": "staff-1,staff-2",
        "SIYU_EXCLUDE__FILES": "staff.csv",
        "SIYU_MAP__ORDERS__PAID_AT": "付款时间",
        "SIYU_CALENDAR__SPRING": "2026-02-01,2026-02-20",
        "SIYU_ORDERS__MIN_PAID": " ",
        "SIYU_LANG": "zh",
        "OTHER__THING": "1",
    }
    settings = load_settings(None, tmp_path, environ)
    assert (settings.stages.dormant_after, settings.stages.declining_ratio) == (120, 2.5)
    assert settings.rfm.split == (90, 2, 500)
    assert settings.exclude.ids == ("staff-1", "staff-2")
    assert settings.exclude.files == (tmp_path / "staff.csv",)
    assert settings.map == {"orders.paid_at": "付款时间"}
    assert settings.calendar == {"spring": (date(2026, 2, 1), date(2026, 2, 20))}
    assert settings.orders.min_paid is None, "a blank variable is not set"
    assert load_settings(None, tmp_path, {"SIYU_RFM__SPLIT": "median"}).rfm.split == "median"


@pytest.mark.parametrize("text", ["3,5", "3, 5", "3，5", "[3,5]", "[3, 5]", " 3 ,5, "])
def test_a_list_in_a_variable_is_written_as_people_write_it_or_as_json(tmp_path, text):
    settings = load_settings(None, tmp_path, {"SIYU_REFERRAL__MILESTONES": text})
    assert settings.referral.milestones == (3, 5)


def written(value: object) -> str:
    if isinstance(value, list | tuple):
        return ",".join(toml_value(item) if isinstance(item, dict) else str(item) for item in value)
    if isinstance(value, dict):
        return toml_value(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("write_value", [written, lambda value: json.dumps(value, default=str)], ids=["plain", "json"])
def test_every_setting_may_be_given_by_a_variable(tmp_path, write_value):
    from siyu_cli.config.template import ShopFacts, render_config

    awake = re.sub(r'^#(?=[\w"])', "", render_config(ShopFacts(), "en"), flags=re.MULTILINE)
    for section, keys in tomllib.loads(awake).items():
        for key, value in keys.items():
            if isinstance(value, str) or re.search(r"\W", key.replace(".", "")):
                continue  # words need no form; names with blanks are no names of variables
            variable = f"SIYU_{section}__{key}".upper()
            settings = load_settings(None, tmp_path, {variable: write_value(value)})
            given = load_settings(None, tmp_path, {}, {f"{section}.{key}": value})
            assert settings.values() == given.values(), variable
            assert settings.origin(f"{section}.{key}") == variable


def test_a_list_with_commas_in_its_parts_is_written_as_json(tmp_path):
    environ = {"SIYU_REFERRAL__NOTIFY": '["mailto://a?to=b,c", "wecombot://K"]', "SIYU_RFM__SPLIT": "[90, 2, 500.5]"}
    settings = load_settings(None, tmp_path, environ)
    assert settings.referral.notify == ("mailto://a?to=b,c", "wecombot://K")
    assert settings.rfm.split == (90, 2, Decimal("500.5"))
    assert load_settings(None, tmp_path, {"SIYU_REFERRAL__MILESTONES": "[]"}).referral.milestones == ()


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("SIYU_REFERRAL__MILESTONES", "three"),
        ("SIYU_REFERRAL__MILESTONES", "[3, true]"),
        ("SIYU_RFM__SPLIT", "quartile"),
    ],
)
def test_a_variable_with_a_wrong_list_is_named_with_what_is_allowed(write, variable, text):
    error = refused(write(""), **{variable: text})
    assert str(error).startswith(f"{variable}: ")
    assert error.as_dict()["hint"].startswith("Allowed: ")


def test_every_setting_says_what_it_means_and_what_it_may_be():
    said = settings_said()
    assert said.keys() >= {*Settings().values(), *known_keys()}
    assert [name for name, words in said.items() if not words.message] == []
    fixed = {section for section, keys in known_keys().items() if keys and section != "map"}
    assert [name for name, words in said.items() if not words.hint.startswith("Allowed: ") and name not in fixed] == []


def test_an_unknown_variable_is_refused_with_the_one_that_was_meant(write):
    error = refused(write(""), SIYU_STAGES__DORMANT_AFTR="100")
    assert error.exit_code == 78
    assert "SIYU_STAGES__DORMANT_AFTR" in str(error)
    assert error.as_dict()["hint"] == "Did you mean SIYU_STAGES__DORMANT_AFTER?"
    assert "SIYU_STAGE__NEW_DAYS" in str(refused(write(""), SIYU_STAGE__NEW_DAYS="1"))


@pytest.mark.parametrize(
    ("text", "line", "closest"),
    [
        ("[stages]\nnew_days = 1\ndormant_aftr = 90\n", 3, "stages.dormant_after"),
        ("# my shop\n\n[stage]\nnew_days = 1\n", 4, "stages.new_days"),
        ("dormant_after = 90\n", 1, "stages.dormant_after"),
        ('[segment]\nvip = "net_sales > 1"\n', 2, "segments"),
        ('[map]\n"orders.memberr_id" = "x"\n', 2, "map.orders.member_id"),
        ('[[shops]]\nname = "x"\n', 1, "shop"),
    ],
)
def test_an_unknown_key_is_refused_with_its_line_and_the_one_that_was_meant(write, text, line, closest):
    path = write(text)
    error = refused(path)
    assert str(error).startswith(f"{path}:{line}: ")
    assert error.where.row == line
    assert error.as_dict()["hint"] == f"Did you mean {closest}?"


def test_a_key_unlike_any_other_points_to_the_list_of_all(write):
    assert "siyu config show" in refused(write("[weather]\nrain = 1\n")).as_dict()["hint"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("shop.name", '""'),
        ("shop.timezone", '"Asia/Beijing"'),
        ("shop.timezone", '"../etc/passwd"'),
        ("shop.timezone", "8"),
        ("shop.gross_margin", "0"),
        ("risk.top_share", "[0.5, 0.3]"),
        ("risk.old_files", "[0, 3]"),
        ("shop.gross_margin", "1.01"),
        ("shop.gross_margin", "55"),
        ("orders.min_paid", "-1"),
        ("stages.new_days", "-1"),
        ("stages.new_days", "true"),
        ("stages.new_days", "1.5"),
        ("stages.new_days", '"soon"'),
        ("stages.new_days", "999999999999"),
        ("stages.dormant_after", "0"),
        ("stages.declining_ratio", "1"),
        ("stages.declining_ratio", "inf"),
        ("stages.declining_ratio", "nan"),
        ("stages.mature_orders", "0"),
        ("stages.welcome_points", "-5"),
        ("rfm.bins", "1"),
        ("rfm.bins", "11"),
        ("rfm.split", '"quartile"'),
        ("rfm.split", "[90, 2]"),
        ("rfm.split", "[90, 2, -1]"),
        ("load.max_rejected_share", "1.5"),
        ("load.max_rejected_share", "nan"),
        ("exclude.ids", '"staff"'),
        ("exclude.ids", "[true]"),
        ("exclude.phones", '["1380013"]'),
        ("exclude.files", "3"),
        ("map.'orders.paid_at'", '""'),
        ("segments.vip", "3"),
        ("segments.'a;b'", '"net_sales > 1"'),
        ("calendar.sale", "[2025-11-11, 2025-11-01]"),
        ("calendar.sale", "[2025-11-11]"),
        ("kinds.XSTH", '"gone"'),
        ("ledger.url", '""'),
    ],
)
def test_a_value_that_is_not_allowed_is_refused_with_line_key_and_what_is(write, key, value):
    section, _, name = key.partition(".")
    path = write(f"# settings\n[{section}]\n\n{name} = {value}\n")
    error = refused(path)
    assert str(error).startswith(f"{path}:4: {section}.{name.strip(chr(39))} cannot be ")
    assert error.as_dict()["hint"].startswith("Allowed: ")
    assert (error.where.file, error.where.row) == (str(path), 4)


def test_a_member_is_dormant_before_churned(write):
    path = write("[stages]\ndormant_after = 200\n")
    error = refused(path)
    assert str(error) == f"{path}:2: dormant_after (200) is not below churned_after (180)."
    error = refused(path, SIYU_STAGES__DORMANT_AFTER="50", SIYU_STAGES__CHURNED_AFTER="50")
    assert str(error) == "SIYU_STAGES__DORMANT_AFTER: dormant_after (50) is not below churned_after (50)."
    error = refused(write("[stages]\nchurned_after = 60\n"))
    assert "dormant_after (90) is not below churned_after (60)" in str(error)


def test_a_wrong_option_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match=r"stages\.new_days cannot be -1"):
        load_settings(None, tmp_path, {}, {"stages.new_days": -1})
    with pytest.raises(UsageError, match=r"no setting map\.orders\.who"):
        load_settings(None, tmp_path, {}, {"map": {"orders.who": "x"}})


def test_a_value_where_a_section_belongs_is_named(write):
    assert "stages is a section" in str(refused(write("stages = 90\n")))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[stages]\nnew_days == 3\n", 2),
        ("[stages\nnew_days = 3\n", 1),
        ('[shop]\nname = "思遇\n', 2),
        ("[stages]\nnew_days = 1\nnew_days = 2\n", 3),
        ("[exclude]\nids = [1,\n2\n", 3),
        ("a = " + "[" * 5000, 1),
    ],
)
def test_a_mistake_in_the_syntax_is_named_with_its_line(write, text, line):
    path = write(text)
    error = refused(path)
    assert f"{path}, line {line}: this is not TOML" in str(error)
    assert error.where.row == line


def test_a_chinese_name_without_quotation_marks_is_explained(write):
    error = refused(write("[segments]\n大客户 = 'net_sales > 2000'\n"))
    assert error.where.row == 2
    assert error.as_dict()["hint"] == 'A name in Chinese stands between quotation marks: "大客户" = …'


def test_a_file_from_notepad_is_read_and_one_in_gbk_is_named(write):
    assert load(write(b"\xef\xbb\xbf[stages]\r\nnew_days = 7\r\n")).stages.new_days == 7
    error = refused(write("[shop]\nname = '思遇'\n".encode("gbk")))
    assert "line 2: this is not UTF-8 text" in str(error)


def test_a_chosen_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"There is no settings file .*shop\.toml"):
        load_settings(tmp_path / "shop.toml", tmp_path, {})
    with pytest.raises(ConfigError, match="cannot be read"):
        load_settings(tmp_path, tmp_path, {})


def test_lines_are_those_of_the_file_whatever_stands_between():
    text = '''# [stages]
title = """
[stages]
new_days = 1
"""
[stages]   # the real one
"new_days" = 2

[exclude]
ids = [
  "a]",   # ]
  "b",
]
phones = []
[map.orders]
paid_at = 'x'
'''
    lines = key_lines(text)
    assert lines["stages",] == 6
    assert lines["stages", "new_days"] == 7
    assert lines["exclude", "ids"] == 10
    assert lines["exclude", "phones"] == 14
    assert lines["map", "orders", "paid_at"] == 16


def test_a_long_list_of_phones_is_read_at_once(write):
    phones = ",\n".join(f'"138{number:08}"' for number in range(20_000))
    settings = load(write(f"[exclude]\nphones = [\n{phones}\n]\n[stages]\nnew_days = 7\n"))
    assert len(settings.exclude.phones) == 20_000
    assert settings.origin("stages.new_days").endswith(":20005")


def test_phones_and_passwords_are_masked_where_they_are_shown(write):
    assert shown_value("exclude.phones", ("13800138000",)) == '["138****8000"]'
    assert shown_value("exclude.phones", ("13800138000",), is_masked=False) == '["13800138000"]'
    assert shown_value("ledger.url", "postgresql://siyu:secret@db/siyu") == "postgresql://siyu:***@db/siyu"
    error = refused(write("[exclude]\nphones = ['138001380009']\n"))
    assert "138****80009" not in str(error)
    assert "138001380009" not in str(error)


def test_values_are_written_as_toml_reads_them():
    assert toml_value('a "b"\n中') == '"a \\"b\\"\\n中"'
    assert toml_value((Decimal("1E+2"), date(2026, 3, 1), True)) == "[100, 2026-03-01, true]"


def test_settings_made_in_python_are_frozen_and_count_as_given():
    settings = Settings(stages=StageSettings(new_days=14), segments={"vip": "net_sales > 1"})
    assert settings.origin("stages.new_days") == settings.origin("segments.vip") == "option"
    assert settings.origin("stages.dormant_after") == "default"
    with pytest.raises(ValueError, match="frozen"):
        settings.stages = StageSettings()


def test_reading_files_line_by_line_needs_no_pydantic():
    code = "import sys, siyu_cli.config.layers, siyu_cli.config.errors; sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

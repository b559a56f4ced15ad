"""Presets of one's own: made from what was settled by hand, read from the shop's folder and the user's, checked."""

from __future__ import annotations

import stat
from importlib.resources import files
from pathlib import Path

import platformdirs
import pytest

from commands import Run, runner
from siyu_cli.errors import ConfigError
from siyu_cli.files.recognise import recognise
from siyu_cli.files.recognition.own_presets import KEYS, known_presets, parse_preset
from siyu_cli.files.recognition.presets import load_presets

AS_OF = ("--as-of", "2026-03-01")
HEADER = "单子,什么时候,尊享标记,到手价,进展"
ROWS = "A1,2026-02-01 10:00:00,13900000001,10.00,阶段七\nA2,2026-02-02 11:00:00,13900000002,20.00,阶段七\n"
SETTLED = (
    "--map", "orders.order_id=单子", "--map", "orders.ordered_at=什么时候", "--map", "orders.phone=尊享标记",
    "--map", "orders.paid_amount=到手价",
)  # fmt: skip
PRESET = """
table = "orders"
title_en = "Till"
signature = ["单子", "什么时候", "尊享标记"]

[columns]
order_id = ["单子"]
ordered_at = ["什么时候"]
phone = ["尊享标记"]
paid_amount = ["到手价"]
status = ["进展"]

[status]
completed = ["阶段七"]
"""


@pytest.fixture
def run(empty_folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    (empty_folder / "订单.csv").write_text(f"{HEADER}\n{ROWS}", "utf-8")
    (empty_folder / "siyu.toml").write_text("", "utf-8")
    return runner(capsys)


def put(folder: Path, text: str = PRESET, name: str = "till.toml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, "utf-8")
    return folder / name


def test_what_was_settled_by_hand_becomes_a_preset_that_needs_no_map(run: Run, empty_folder: Path):
    made = run("check", "订单.csv", *AS_OF, *SETTLED, "--make-preset", "收银台")
    path = empty_folder / "presets" / "收银台.toml"
    assert made.code == 0
    assert str(path) in made.err
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = run("check", "订单.csv", *AS_OF, "--format", "csv")
    assert again.code == 0
    assert again.out.splitlines()[1].startswith("订单.csv,,orders,收银台,")
    ended = run("segment", "订单.csv", *AS_OF, "-o", "a.csv")
    assert "2 members, 2 of them buyers; net sales 30.00" in ended.out


def test_a_preset_for_every_shop_is_told_to_be_one(run: Run, empty_folder: Path, monkeypatch: pytest.MonkeyPatch):
    (empty_folder / "siyu.toml").unlink()
    made = ("check", "订单.csv", *AS_OF, *SETTLED, "--make-preset", "till")
    path = Path(platformdirs.user_config_dir("siyu", appauthor=False)) / "presets" / "till.toml"
    english, chinese = run(*made), run(*made, "--force", "--lang", "zh")
    assert path.exists()
    assert f"Wrote {path}: there is no siyu.toml here" in english.err
    assert "applies to all shops of this user" in english.err
    assert f"已写入 {path}：这里没有 siyu.toml，所以这个预设对该用户的所有店铺生效" in chinese.err
    (empty_folder / "siyu.toml").touch()
    assert "all shops" not in run(*made, "--force").err


def test_a_preset_is_not_overwritten_unless_forced(run: Run, empty_folder: Path):
    path = put(empty_folder / "presets")
    made = ("check", "订单.csv", *AS_OF, *SETTLED, "--make-preset", "till")
    assert (run(*made).code, path.read_text("utf-8")) == (73, PRESET)
    assert run(*made, "--force").code == 0
    assert "least" in path.read_text("utf-8")


@pytest.mark.parametrize("name", ["../oops", "a/b", "", ".hidden", "a b"])
def test_a_preset_has_a_plain_name(run: Run, name: str):
    assert run("check", "订单.csv", *AS_OF, *SETTLED, "--make-preset", name).code == 2


def test_nothing_settled_makes_no_preset(run: Run, empty_folder: Path):
    (empty_folder / "会员.csv").write_text("会员编号,手机号\nV1,13900000001\n", "utf-8")
    ended = run("check", "会员.csv", *AS_OF, "--make-preset", "x")
    assert ended.code == 2
    assert "--map TABLE.COLUMN=HEADER" in ended.err
    assert not (empty_folder / "presets").exists()


def test_words_nobody_knows_stand_in_the_preset_to_be_filled_in(run: Run, empty_folder: Path):
    (empty_folder / "订单.csv").write_text(f"订单号,下单时间,手机号,实付金额,状态\n{ROWS}", "utf-8")
    told = run("check", "订单.csv", *AS_OF)
    assert (told.code, "(阶段七)" in told.err) == (3, True)
    assert run("check", "订单.csv", *AS_OF, "--make-preset", "till").code == 3
    path = empty_folder / "presets" / "till.toml"
    text = path.read_text("utf-8")
    assert '# "阶段七"' in text
    path.write_text(text + 'completed = ["阶段七"]\n', "utf-8")
    assert run("check", "订单.csv", *AS_OF).code == 0


def test_the_users_folder_counts_and_the_shops_goes_first(run: Run, empty_folder: Path):
    users = Path(platformdirs.user_config_dir("siyu", appauthor=False)) / "presets"
    put(users)
    assert ",till," in run("check", "订单.csv", *AS_OF, "--format", "csv").out
    put(empty_folder / "presets", PRESET.replace('"到手价"', '"什么价"'))
    assert run("check", "订单.csv", *AS_OF, "--format", "csv").code == 3


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("completed =", "done =", 14, "unpaid, paid, shipped, completed, cancelled, refunded"),
        (
            'table = "orders"',
            'table = "sales"',
            2,
            "members, contacts, referrals, points_log, level_log, costs, events, orders",
        ),
        ("title_en", "titel", 3, "title_en"),
        ("phone =", "mobile =", 9, "member_id"),
        ('["尊享标记"]\npaid', '"尊享标记"\npaid', 9, "a list of texts"),
        ('signature = ["单子", "什么时候", "尊享标记"]', 'signature = ["单子"]', 4, "at least 3 headers"),
        ("[columns]", "[columns", 6, "TOML"),
        ("[columns]", 'least = "viel"\n[columns]', 6, "0.65"),
        ("[columns]", 'order_id_date = "("\n[columns]', 6, "regular expression"),
        ("[columns]", 'timezone = "Mars"\n[columns]', 6, "time zone"),
        ("[status]", '[refund]\nmaybe = ["也许"]\n\n[status]', 14, "none, pending, partial, full"),
        ("[status]", '[kind]\nverkauf = ["零售"]\n\n[status]', 14, "sale, return, topup"),
        ("[status]", '[[kind_part]]\nkind = "sold"\nwords = ["零售"]\n\n[status]', 13, "sale, return, topup"),
        ("[columns]", "documents = 1\n[columns]", 6, "a list of texts"),
        ("[status]", '[currency]\nEUR = "€"\n\n[status]', 14, "a list of texts"),
        ('table = "orders"', "", 1, "members, contacts, referrals, points_log, level_log, costs, events, orders"),
        ("[columns]", 'patterns = "x"\n[columns]', 6, "[patterns]"),
    ],
)
def test_a_fault_in_a_preset_is_a_config_error_that_names_file_line_and_what_is_allowed(
    run: Run, empty_folder: Path, old: str, new: str, line: int, said: str
):
    path = put(empty_folder / "presets", PRESET.replace(old, new, 1))
    ended = run("check", "订单.csv", *AS_OF)
    assert ended.code == 78
    assert str(path) in ended.err
    assert said in ended.err
    with pytest.raises(ConfigError) as caught:
        parse_preset(path.read_text("utf-8"), path)
    assert caught.value.where.row == line


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\x00"])
def test_bytes_that_are_no_text_are_a_config_error(run: Run, empty_folder: Path, content: bytes):
    put(empty_folder / "presets").write_bytes(content)
    assert run("segment", "订单.csv", *AS_OF).code == 78


def test_our_own_presets_pass_the_same_check():
    folder = files("siyu_cli") / "presets"
    for preset in load_presets():
        path = Path(str(folder / f"{preset.name}.toml"))
        assert parse_preset(path.read_text("utf-8"), path).columns == preset.columns


def test_a_platforms_own_export_stays_the_platforms(tmp_path: Path):
    youzan = next(preset for preset in load_presets() if preset.name == "youzan-orders")
    own = put(tmp_path, PRESET.replace('["单子", "什么时候"', '["订单号", "订单创建时间", "买家手机号"'))
    match = recognise([youzan.signature], file="a.csv", sheet=None, header_map={}, presets=known_presets([own.parent]))
    assert match.preset.name == "youzan-orders"


def test_every_key_of_a_preset_is_explained():
    page = (Path(__file__).parents[1] / "docs" / "presets.md").read_text("utf-8")
    assert [key for key in KEYS if f"| `{key}` |" not in page] == []


def test_words_nobody_knows_are_asked_for_in_a_platform_s_preset_too(run: Run, empty_folder: Path):
    from exports import HEADERS, export, write_csv, youzan_order

    rows = export("youzan_orders", youzan_order(订单状态="阶段七", 买家手机号="13900000001"))
    write_csv(empty_folder / "有赞.csv", [[*HEADERS["youzan_orders"][:-1]], rows[1][:-1]])
    run("check", "有赞.csv", *AS_OF, "--map", "orders.store=归属店铺", "--make-preset", "mine")
    path = empty_folder / "presets" / "mine.toml"
    assert '# "阶段七"' in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace("refunded = []", 'refunded = ["阶段七"]'), "utf-8")
    again = run("check", "有赞.csv", "--as-of", "2026-07-01", "--format", "csv")
    assert (again.code, ",mine," in again.out) == (0, True)


def test_a_preset_is_made_without_what_tells_of_people(run: Run, empty_folder: Path):
    header = "订单号,下单时间,手机号,买家姓名,实付金额,状态,王小明备注,13900000009"
    rows = [
        "A1,2026-02-01,13900000001,王小明,10,已完成,,",
        "A2,2026-02-01,13900000001,王小明,10,王小明,,",
        "A3,2026-02-01,13900000001,王小明,10,13900000002,,",
        "A4,2026-02-01,13900000001,王小明,10,阶段七,,",
    ]
    (empty_folder / "订单.csv").write_text("\n".join([header, *rows]), "utf-8")
    run("check", "订单.csv", *AS_OF, "--make-preset", "till")
    text = (empty_folder / "presets" / "till.toml").read_text("utf-8")
    assert '# "阶段七"' in text
    assert not [told for told in ("王小明", "139") if told in text]


def test_kinds_parts_and_currencies_of_a_preset_count(run: Run, empty_folder: Path):
    words = """
    [kind]
    return = ["逆"]

    [[kind_part]]
    kind = "topup"
    words = ["金库"]

    [currency]
    CNY = ["大洋"]
    """
    columns = 'status = ["进展"]\nkind = ["何事"]\ncurrency = ["何钱"]'
    rows = [
        "A1,2026-02-01,V1,100,阶段七,正,大洋",
        "A2,2026-02-02,V1,30,阶段七,逆,大洋",
        "A3,2026-02-03,V1,500,阶段七,入金库,CNY",
    ]
    text = PRESET.replace("尊享标记", "谁")
    put(empty_folder / "presets", text.replace("phone", "member_id").replace('status = ["进展"]', columns) + words)
    (empty_folder / "订单.csv").write_text("\n".join(["单子,什么时候,谁,到手价,进展,何事,何钱", *rows]), "utf-8")
    ended = run("segment", "订单.csv", *AS_OF, "--format", "table")
    assert "net sales 70.00" in ended.out

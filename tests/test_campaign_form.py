"""A plan is the same as a workbook and as TOML, and a wrong cell is refused by sheet and cell."""

from __future__ import annotations

import tomllib
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from siyu_cli.core.campaign.plan import Plan, plan_of
from siyu_cli.core.campaign.plan_errors import Places
from siyu_cli.core.campaign.plan_form import plan_form, plan_from_form
from siyu_cli.errors import ConfigError, DataError
from siyu_cli.files.plan.read_form import read_form
from siyu_cli.files.plan.write_form import write_form
from siyu_cli.locale import translate
from test_campaign_plan import SEEDS


def text_of(key: str, value: Any) -> str:
    """Return a value as an operator would type it."""
    if key == "steps":
        return "; ".join(f"{step['minimum']}:{step['value']}" for step in value)
    if key == "prizes":
        return "；".join(f"{one['item']}：{one['value']}：{one['stock']}：{one['chance']}" for one in value)
    if isinstance(value, list):
        return "、".join(value)
    return {True: "是", False: "否"}[value] if isinstance(value, bool) else str(value)


def filled(document: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    items = {sheet: part if isinstance(part, list) else [part] for sheet, part in document.items()}
    return {
        sheet: [{key: text_of(key, value) for key, value in item.items()} for item in part]
        for sheet, part in items.items()
    }


def write(path: Path, items: dict[str, Any] | None = None, lang: str = "zh") -> Path:
    path.write_bytes(write_form(plan_form(), items, lang=lang, translate=lambda text: translate(text, lang)))
    return path


def read(path: Path) -> Plan:
    return plan_from_form(read_form(path, plan_form()))


@pytest.fixture
def seeds() -> dict[str, Any]:
    return tomllib.loads(SEEDS)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_both_forms_say_the_same(tmp_path: Path, seeds: dict[str, Any], lang: str):
    assert read(write(tmp_path / "plan.xlsx", filled(seeds), lang)) == plan_of(seeds, Places("plan.toml"))


def test_the_template_says_what_each_field_means_and_offers_the_words_to_choose_from(tmp_path: Path):
    book = openpyxl.load_workbook(BytesIO(write(tmp_path / "plan.xlsx").read_bytes()))
    assert book.sheetnames == ["活动", "优惠", "上限", "预计响应"]
    offers = book["优惠"]
    head = [cell.value for cell in offers[1]]
    assert head[:3] == ["name", "kind", "minimum_amount"]
    assert str(offers["B3"].value).startswith("可以写：coupon 优惠券")
    assert str(offers["A4"].value).startswith("# ")
    words = {str(rule.sqref): rule.formula1 for rule in offers.data_validations.dataValidation}
    assert words["B5:B504"] == '"coupon,discount,gift,points,free_shipping,giveaway,referral,kol"'
    assert all(cell.value for cell in offers[2])


def test_the_example_is_never_a_part_of_the_plan(tmp_path: Path):
    with pytest.raises(ConfigError, match=r"活动 › A1: campaign\.name is missing"):
        read(write(tmp_path / "plan.xlsx"))


def test_the_example_would_be_a_plan_if_it_were_one(tmp_path: Path, seeds: dict[str, Any]):
    """Who takes the mark from the example's rows has an offer and a response that hold."""
    path = write(tmp_path / "plan.xlsx", filled(seeds))
    book = openpyxl.load_workbook(path)
    for name in ("优惠", "预计响应"):
        book[name]["A4"].value = str(book[name]["A4"].value).removeprefix("# ")
    book.save(path)
    plan = read(path)
    example = plan.offer("满100减20")
    assert [example.face_value(amount) for amount in (100, 250)] == [20, 50]
    assert [row.segment for row in plan.responses if row.offer == example.name] == ["沉睡期"]


def test_a_csv_is_no_plan_and_says_what_is(tmp_path: Path):
    (tmp_path / "plan.csv").write_text("name,budget\nMay,900\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"plan\.csv is no plan: it has no sheets\.") as caught:
        read(tmp_path / "plan.csv")
    assert "TOML" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("at", "text", "place", "message"),
    [
        (("campaign", 0, "budget"), "much", "活动 › B4", "campaign.budget cannot be much"),
        (("campaign", 0, "starts_on"), "2026-13-01", "活动 › B2", "cannot be 2026-13-01"),
        (("offers", 0, "kind"), "折扣", "优惠 › B5", "offers.1.kind cannot be 折扣"),
        (("offers", 1, "steps"), "100:10; 90:30", "优惠 › G6", "do not rise"),
        (("offers", 1, "steps"), "100:10:5", "优惠 › G6", "a plan has no"),
        (("offers", 4, "first_order_only"), "maybe", "优惠 › ", "cannot be maybe"),
        (("responses", 1, "redemption_rate"), "120%", "预计响应 › C6", "cannot be 1.2"),
        (("responses", 0, "offer"), "x", "预计响应 › B5", "no offer x"),
    ],
)
def test_a_wrong_cell_is_named(
    tmp_path: Path, seeds: dict[str, Any], at: tuple[str, int, str], text: str, place: str, message: str
):
    sheet, item, key = at
    items = filled(seeds)
    items[sheet][item][key] = text
    path = write(tmp_path / "plan.xlsx", items)
    with pytest.raises(ConfigError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path} › {place}")
    assert message in str(caught.value)
    assert caught.value.where.sheet == place.split(" › ", maxsplit=1)[0]
    assert caught.value.hint


def test_what_was_typed_by_hand_is_read(tmp_path: Path, seeds: dict[str, Any]):
    path = write(tmp_path / "plan.xlsx", filled(seeds))
    book = openpyxl.load_workbook(path)
    sheet = book["预计响应"]
    sheet["C5"].value, sheet["C5"].number_format = 0.08, "0%"
    sheet["D5"].value = 0.05
    book["活动"]["B4"].value = 20_000
    book["活动"]["B2"].value = date(2026, 11, 1)
    book.save(path)
    assert read(path) == plan_of(seeds, Places("plan.toml"))


def test_a_sheet_or_a_key_that_is_wrong_is_named(tmp_path: Path, seeds: dict[str, Any]):
    path = write(tmp_path / "plan.xlsx", filled(seeds))
    book = openpyxl.load_workbook(path)
    book["优惠"]["D1"].value = "discount_mod"
    book.save(path)
    with pytest.raises(ConfigError, match=r"优惠 › D\d+: a plan has no offers\.\d+\.discount_mod") as caught:
        read(path)
    assert caught.value.as_dict()["hint"] == "Did you mean discount_mode?"
    book["优惠"]["D1"].value = "name"
    book.save(path)
    with pytest.raises(DataError, match="sheet 优惠, cell D1: name stands there twice"):
        read(path)
    book["优惠"]["D1"].value = "discount_mode"
    del book["上限"]
    book.save(path)
    with pytest.raises(DataError, match="no sheet 上限"):
        read(path)

"""A rule for levels from a file: TOML as [levels] has it, or a workbook with a row for each level."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from siyu_cli.config.levels import LevelSettings, TierSettings, rule_document
from siyu_cli.core.campaign.plan_errors import Places, refusal
from siyu_cli.errors import ConfigError, DataError, Where
from siyu_cli.guard import will_read
from siyu_cli.spelling import visible
from siyu_cli.tables.column import plain_word

if TYPE_CHECKING:
    from siyu_cli.files.reading.sheets import RawSheet

# What a workbook calls the columns of its levels, and the settings beside them.
_TIER_WORDS = {
    "name": "等级 等级名称 会员等级 级别 名称 level tier name",
    "from": "门槛 升级门槛 升级条件 升级标准 达到 from threshold",
    "keep": "保级 保级门槛 保级条件 保级标准 keep",
    "discount": "折扣 优惠比例 减免比例 discount",
    "multiplier": "积分倍数 积分倍率 倍数 multiplier",
    "gift": "礼品 礼品成本 年礼品成本 生日礼 gift",
    "shipping": "包邮 包邮成本 运费成本 shipping",
    "lift": "假设提升 提升 lift",
}
_SETTING_WORDS = {
    "metric": "指标 计算指标 metric",
    "window": "周期 统计周期 window",
    "days": "窗口天数 统计天数 天数 days",
    "keep_days": "有效天数 有效期天数 保级天数 keep_days",
    "grace_days": "宽限天数 宽限期天数 grace_days",
    "down": "降级方式 down",
    "on_refund": "退款处理 on_refund",
}
_VALUE_WORDS = {
    "net_sales": "净消费额 消费金额 消费额", "order_count": "订单数 消费次数", "order_days": "购买天数",
    "points_earned": "获得积分 累计积分", "growth": "成长值", "rolling": "滚动", "calendar": "自然年",
    "anniversary": "入会周年", "lifetime": "累计 终身", "one": "降一级", "earned": "按实际 降到应得等级",
    "base": "降到最低 降到底", "review": "到期再看", "recheck": "当天复核",
}  # fmt: skip


def read_rules(path: Path) -> LevelSettings:
    """Return the rule of a TOML file or a workbook; errors name the line and key, or the sheet and cell."""
    will_read(path)
    if path.suffix.lower() == ".toml":
        document, lines = rule_document(path)
        return _rule(document, Places(str(path), lines))
    return _from_workbook(path)


def _rule(document: dict[str, Any], places: Places) -> LevelSettings:
    from pydantic import ValidationError

    try:
        rule = LevelSettings.model_validate(document)
    except ValidationError as error:
        raise refusal(error, LevelSettings, places, "{origin}: a rule for levels has no {key}.") from error
    if not rule.tiers:
        raise ConfigError(
            "{file}: no levels are named.",
            hint="Write tiers as `siyu init` shows them under [levels].",
            where=places.where(("tiers",)), file=places.file,
        )  # fmt: skip
    return rule


def _from_workbook(path: Path) -> LevelSettings:
    from siyu_cli.files.read import read_sources

    (source,) = read_sources([path])
    document: dict[str, Any] = {}
    cells: dict[tuple[str, ...], tuple[str, int, str]] = {}
    for sheet in source.sheets:
        _read_tiers(sheet, document, cells)
    if "tiers" not in document:
        raise DataError(
            "{file}: no sheet has a row for each level.",
            hint="Its columns are 等级 and 升级门槛, and 保级门槛, 折扣, 积分倍数 where there are any.",
            where=Where(str(path)), file=path,
        )  # fmt: skip
    return _rule(document, Places(str(path), cells=cells))


def _read_tiers(sheet: RawSheet, document: dict[str, Any], cells: dict[tuple[str, ...], tuple[str, int, str]]) -> None:
    """Put the levels and settings of a sheet into the document; a row of two cells that names a setting is one."""
    rows = _texts(sheet)
    header: dict[int, str] = {}
    for number, texts in rows:
        named = {place: key for place, text in enumerate(texts) if (key := _key(text, _TIER_WORDS))}
        if {"name", "from"} <= {*named.values()} and "tiers" not in document:
            header = named
            document["tiers"] = []
            continue
        setting = _key(texts[0], _SETTING_WORDS) if texts else None
        if setting and len(texts) > 1 and texts[1]:
            document[setting] = _key(texts[1], _VALUE_WORDS) or texts[1]
            cells[(setting,)] = (str(sheet.sheet or ""), number, f"B{number}")
        elif header and any(texts[place] for place in header):
            at = str(len(document["tiers"]))
            cells[("tiers", at)] = (str(sheet.sheet or ""), number, f"A{number}")
            tier = {key: _plain(key, texts[place]) for place, key in header.items() if texts[place]}
            for place, key in header.items():
                cells[("tiers", at, key)] = (str(sheet.sheet or ""), number, f"{_letter(place)}{number}")
            document["tiers"].append(tier)


def _texts(sheet: RawSheet) -> list[tuple[int, list[str]]]:
    if sheet.cells is None:
        return []
    columns = [column.to_pylist() for column in sheet.cells.columns]
    rows = (
        (sheet.first_row + at, [visible(text or "").strip() for text in row])
        for at, row in enumerate(zip(*columns, strict=True))
    )
    return [(number, texts) for number, texts in rows if any(texts)]


def _key(text: str, words: dict[str, str]) -> str | None:
    wanted = plain_word(text)
    return next((key for key, known in words.items() if wanted in {plain_word(w) for w in (key, *known.split())}), None)


def _plain(key: str, text: str) -> str:
    """Return a cell's number as TOML would have it: 9.5折 and 95% are what is paid, ¥ and commas are no part of one."""
    bare = text.replace(",", "").replace("，", "").strip("¥￥元 倍")
    if key != "discount":
        return bare if key != "name" else text
    try:
        if bare.endswith("折"):
            return str(round(1 - float(bare[:-1]) / 10, 6))
        return str(round(float(bare[:-1]) / 100, 6)) if bare.endswith("%") else bare
    except ValueError:
        return text


def _letter(place: int) -> str:
    return chr(ord("A") + place) if place < 26 else "AA"


assert {*_TIER_WORDS} == {field.alias or name for name, field in TierSettings.model_fields.items()}

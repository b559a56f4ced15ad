"""The plan as a form: its sheets from the model's fields, and back from what was filled in to a plan."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from siyu_cli.config.sections import read_said
from siyu_cli.core.campaign.offer import Offer
from siyu_cli.core.campaign.plan import Campaign, Limits, Plan, Response, plan_of
from siyu_cli.core.campaign.plan_errors import Places
from siyu_cli.tables.form import FilledCell, FilledForm, FormField, FormSheet

_SHEETS: tuple[tuple[str, type[BaseModel], str, str, bool], ...] = (
    ("campaign", Campaign, "Campaign", "活动", False),
    ("offers", Offer, "Offers", "优惠", True),
    ("limits", Limits, "Limits", "上限", False),
    ("responses", Response, "Responses", "预计响应", True),
)
# Lists inside a cell: items apart by semicolons, their parts by colons.
_PARTS = {"steps": ("minimum", "value"), "prizes": ("item", "value", "stock", "chance")}
_EXAMPLES = {
    "campaign.name": "618 会员召回", "campaign.starts_on": "2027-06-01", "campaign.ends_on": "2027-06-18",
    "campaign.budget": "20000", "campaign.where": "阶段 in ('沉睡期', '流失期')", "campaign.channels": "wecom, sms",
    "offers.name": "满100减20", "offers.kind": "coupon", "offers.minimum_amount": "100", "offers.value": "20",
    "offers.stock": "1000", "offers.valid_days": "7", "offers.contact_cost": "0.05",
    "offers.stages": "沉睡期, 流失期", "offers.steps": "100:20; 200:50", "responses.segment": "沉睡期",
    "responses.offer": "满100减20", "responses.redemption_rate": "0.08", "responses.purchase_rate": "0.05",
    "responses.order_value": "180", "limits.contacts_per_member": "2", "limits.liability": "60000",
}  # fmt: skip
_YES, _NO = {"是", "yes", "true", "1", "y"}, {"否", "no", "false", "0", "n"}
_SPLIT = re.compile(r"\s*[,，、;；]\s*")


def plan_form() -> tuple[FormSheet, ...]:
    """Return the sheets of a plan, with all that is said about their fields.

    >>> [(sheet.key, len(sheet.fields)) for sheet in plan_form()][0]
    ('campaign', 11)
    """
    return tuple(
        FormSheet(key, en, zh, tuple(_field(key, name, info) for name, info in model.model_fields.items()), is_list)
        for key, model, en, zh, is_list in _SHEETS
    )


def _field(sheet: str, name: str, info: FieldInfo) -> FormField:
    said = read_said(info)
    return FormField(name, said.message, said.hint, _choices(info.annotation), _EXAMPLES.get(f"{sheet}.{name}", ""))


def _choices(kind: Any) -> tuple[str, ...]:
    if get_origin(kind) is Literal:
        return tuple(map(str, get_args(kind)))
    return ("yes", "no") if kind is bool else ()


def plan_from_form(form: FilledForm) -> Plan:
    """Return the plan that was filled in; ``ConfigError`` names the sheet and the cell of what is not allowed."""
    models = {key: model for key, model, *_rest in _SHEETS}
    lists = {key for key, *_rest, is_list in _SHEETS if is_list}
    document: dict[str, Any] = {}
    cells: dict[tuple[str, ...], tuple[str, int, str]] = {}
    for sheet in form.sheets:
        items = []
        for place, item in enumerate(sheet.items):
            above = (sheet.key, str(place)) if sheet.key in lists else (sheet.key,)
            if item:
                cells[above] = (sheet.name, item[0].row, f"A{item[0].row}")
            cells |= {(*above, cell.key): (sheet.name, cell.row, cell.cell) for cell in item}
            items.append({cell.key: _value(models[sheet.key], cell) for cell in item})
        cells.setdefault((sheet.key,), (sheet.name, 1, "A1"))
        document[sheet.key] = items if sheet.key in lists else next(iter(items), {})
    return plan_of(document, Places(form.file, cells=cells))


def _value(model: type[BaseModel], cell: FilledCell) -> Any:
    """Return a cell's text as the model takes it; what cannot be read so is left for the model to refuse."""
    info = model.model_fields.get(cell.key)
    kind = info.annotation if info else None
    if cell.key in _PARTS:
        return [_parted(part, _PARTS[cell.key]) for part in re.split("[;；]", cell.text) if part.strip()]
    if get_origin(kind) is tuple:
        return [part for part in _SPLIT.split(cell.text.strip()) if part]
    if kind is bool:
        word = cell.text.casefold()
        return True if word in _YES else False if word in _NO else cell.text
    if date in (kind, *get_args(kind)):
        return cell.text.split(" ")[0].replace("/", "-")
    if cell.text.endswith("%") and cell.key.endswith(("rate", "rate_with", "share")):
        return _percent(cell.text)
    return cell.text


def _parted(text: str, keys: tuple[str, ...]) -> dict[str, str]:
    parts = [part.strip() for part in re.split("[:：]", text)]
    return dict(zip((*keys, *(f"{keys[-1]}:{place}" for place in range(len(parts)))), parts, strict=False))


def _percent(text: str) -> Any:
    try:
        return float(text.rstrip("% ")) / 100
    except ValueError:
        return text

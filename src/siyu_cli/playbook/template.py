"""The text of a playbook to begin with, every key explained in the operator's language."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from siyu_cli.config.sections import read_said
from siyu_cli.locale import translate as _
from siyu_cli.playbook.model import Opening, Step

# The week of a shop; {…} are in the operator's language.
_STEPS = """
[[step]]
id = "seg"
run = "segment"
output = "out/{as_of}/segments.xlsx"

[[step]]
id = "new_dormant"
trigger = "entered dormant"
cooldown_days = 30

[[step]]
id = "export"
run = "export --to staff"
audience = "new_dormant"
when = "new_dormant.members >= 1"
output = "out/{as_of}/contacts"
effect = "external"

#[[step]]
#id = "tell"
#run = "notify"
#effect = "external"
#on = "always"
"""
_OPENING = {
    "as_of": '"yesterday"', "inputs": '["*.xlsx"]', "max_input_age_days": "2", "catch_up": '"latest"',
}  # fmt: skip


def template(lang: str) -> str:
    """Return the text; it runs as it is beside a members' and an orders' workbook."""
    lines = [f"# {_('A playbook: what siyu run does, one step after the other.', lang)}", "", "[playbook]"]
    lines += [f"# {text}" for text in _said(Opening, "name", lang)]
    lines.append(f'name = "{_("Every week", lang)}"')
    for key, value in _OPENING.items():
        lines += [f"# {text}" for text in _said(Opening, key, lang)]
        lines.append(f"{key} = {value}")
    lines += [f"# {text}" for text in _said(Opening, "notify", lang)]
    lines += ['#notify = ["wecombot://KEY"]', "", f"# {_('The keys of a step:', lang)}"]
    width = max(map(len, Step.model_fields))
    lines += [f"# {key:<{width}}  {next(_said(Step, key, lang))}" for key in Step.model_fields]
    return "\n".join(lines) + "\n" + _STEPS


def _said(model: type[BaseModel], key: str, lang: str) -> Iterator[str]:
    words = read_said(model.model_fields[key])
    yield _(words.message, lang)
    if words.hint:
        yield _(words.hint, lang).format()

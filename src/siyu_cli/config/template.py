"""The text of a siyu.toml: every setting, what it means, its default, and what a shop's files suggest.

Settings stand commented out, so that a later default of siyu's is taken over; guessed headers are live.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from siyu_cli.locale import translate as _

if TYPE_CHECKING:
    from siyu_cli.config.sections import Said


@dataclass(frozen=True)
class UncertainColumn:
    """A header whose meaning was guessed: its file, the column it was taken for, how sure that is (0–1)."""

    file: str
    key: str
    header: str
    confidence: float


@dataclass(frozen=True)
class ShopFacts:
    """What a look at the files told; nothing where no files were given."""

    files: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    as_of: date | None = None
    members: int = 0
    stores: int = 0
    timezone: str | None = None
    uncertain: tuple[UncertainColumn, ...] = ()
    dormant_after: int | None = None
    churned_after: int | None = None


def render_config(facts: ShopFacts, lang: str) -> str:
    """Return the text of a siyu.toml in ``lang``; it loads as it is, and with any setting uncommented."""
    from siyu_cli.config.settings import known_keys, settings_said

    words = settings_said()
    lines = [*_opening(facts, lang)]
    for section in known_keys():
        lines += ["", f"# {_(words[section].message, lang)}", *_remarks(section, facts, lang), f"[{section}]"]
        for name, default in _defaults(section).items():
            value = _example(words[name], lang) or default
            lines += [f"# {_(words[name].message, lang)}", _setting(name.rpartition(".")[2], value, facts)]
        if section == "map" and facts.uncertain:
            lines += _guesses(facts, lang)
        elif example := _example(words[section], lang):
            lines.append(f"#{example}")
    return "\n".join(lines) + "\n"


def _defaults(section: str) -> dict[str, str]:
    """Return the defaults of a section by their dotted keys, as siyu.toml writes them."""
    from siyu_cli.config.errors import toml_value
    from siyu_cli.config.settings import Settings

    values = Settings().values()
    return {name: toml_value(value) for name, value in values.items() if name.startswith(f"{section}.")}


def _example(said: Said, lang: str) -> str:
    return said.example or _(said.template, lang)


def _opening(facts: ShopFacts, lang: str) -> Iterator[str]:
    place = _("The settings of this shop. What siyu remembers of it lies beside this file, in .siyu.", lang)
    manner = _("Lines such as #name = … are defaults and examples: take the # away to use one.", lang)
    yield from (f"# {place}", f"# {manner}")
    learnt = {
        _("Looked at: {names}.", lang): facts.files,
        _("Exports of: {names}.", lang): facts.platforms,
        _("Members found: {names}.", lang): (f"{facts.members:,}",) if facts.members else (),
    }
    if any(learnt.values()):
        yield "#"
    for text, names in learnt.items():
        if names:
            yield f"# {text.format(names=', '.join(map(_plain, names)))}"


def _remarks(section: str, facts: ShopFacts, lang: str) -> Iterator[str]:
    if section == "shop" and facts.stores > 1:
        text = _("{stores} stores were found: `siyu segment --by store` counts each of them.", lang)
        yield f"# {text.format(stores=facts.stores)}"
    if section == "stages" and facts.files:
        if facts.dormant_after is None or facts.churned_after is None:
            text = _("Too little history in these files to suggest windows of your own.", lang)
        else:
            text = _("Your own orders suggest N1 = {dormant} and N2 = {churned} days, as of {as_of}.", lang)
        yield f"# {text.format(dormant=facts.dormant_after, churned=facts.churned_after, as_of=facts.as_of)}"


def _setting(key: str, value: str, facts: ShopFacts) -> str:
    if key == "timezone" and facts.timezone and f'"{facts.timezone}"' != value:
        return f'timezone = "{facts.timezone}"'
    return f"#{key} = {value}"


def _guesses(facts: ShopFacts, lang: str) -> Iterator[str]:
    """Yield a live line for the best guess of each column, and sleeping ones for the other headers."""
    from siyu_cli.config.errors import toml_value

    for key, columns in groupby(facts.uncertain, key=lambda column: column.key):
        headers: dict[str, UncertainColumn] = {}
        for column in columns:
            headers.setdefault(column.header, column)
        for place, column in enumerate(headers.values()):
            text = _("Guessed from {file}, {confidence} sure: please check.", lang)
            yield f"# {text.format(file=_plain(column.file), confidence=f'{column.confidence:.0%}')}"
            yield f"{'#' if place else ''}{toml_value(key)} = {toml_value(column.header)}"


def _plain(name: str) -> str:
    """Return a file's name without the characters a comment may not hold."""
    return "".join(char for char in name if char.isprintable())

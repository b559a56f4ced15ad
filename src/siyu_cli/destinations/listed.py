"""The names of the destinations there are; nothing heavy is loaded for them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def destination_names() -> tuple[str, ...]:
    """Return the names, those for the shop's own people first."""
    found = {item.name.removesuffix(".toml") for item in files(__package__).iterdir() if item.name.endswith(".toml")}
    first = [name for name in ("staff", "wecom", "wecom-checklist", "csv") if name in found]
    return (*first, *sorted(found - set(first)))

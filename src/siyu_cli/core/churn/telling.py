"""What the ways of telling who leaves are called."""

from __future__ import annotations

from siyu_cli.errors import Note
from siyu_cli.report import Words

NAMES = {"mbg": "MBG/NBD", "bg": "BG/NBD", "pareto": "Pareto/NBD"}
_IN_WORDS = {
    "recency": Note("days since the last order"),
    "rfm": Note("sum of the RFM scores"),
    "rfm_cells": Note("RFM groups"),
    "blend": Note("MBG/NBD + logistic"),
    "ensemble": Note("MBG/NBD + boosting"),
}


def way_of_telling(name: str) -> Words:
    """Return the name of a model, or of what it is held against, for people."""
    return _IN_WORDS.get(name) or NAMES.get(name, name)

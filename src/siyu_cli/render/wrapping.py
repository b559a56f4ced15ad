"""Text measured in the columns of a terminal, where a Chinese character takes two."""

from __future__ import annotations

import re
import unicodedata

# A word, a space, or one wide character with the punctuation that may not start a line.
_PIECES = re.compile(r"\s+|[^\s\u2e80-\uffef]+|[\u2e80-\uffef][，。、；：！？）」』】》]*")


def width(text: str) -> int:
    """Return how many columns ``text`` takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def wrap(text: str, columns: int) -> list[str]:
    """Return ``text`` in lines no wider than ``columns``; Chinese breaks anywhere, words stay whole."""
    lines, line = [], ""
    for piece in _PIECES.findall(" ".join(text.split())):
        if line and width(line) + width(piece.rstrip()) > columns:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*lines, line.rstrip()] if line else lines

"""Texts of messages: variables filled, the length in parts, what the law wants to stand in them."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping

_VARIABLE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SIGNATURE = re.compile(r"^\s*【[^【】]{2,20}】|【[^【】]{2,20}】\s*$")
_WAY_OUT = re.compile(r"退订|拒收")
ONE_PART, EACH_PART = 70, 67
FILLED_BY = ("name", "nickname", "owner", "store", "level", "offer", "code")
UNFILLED = "is_unfilled"  # whose text in the list has a variable that is empty


def variables_of(text: str) -> tuple[str, ...]:
    """Return the variables of a text in the order they first occur.

    >>> variables_of("【某店】{name}您好，{offer}，{name}，拒收请回复R")
    ('name', 'offer')
    """
    return tuple(dict.fromkeys(_VARIABLE.findall(text)))


def fill(text: str, values: Mapping[str, str | None]) -> str | None:
    """Return the text with its variables filled; None where one of them is empty.

    >>> fill("{name}您好", {"name": "王小明"}), fill("{name}您好", {"name": None})
    ('王小明您好', None)
    """
    if not all(values.get(name) for name in variables_of(text)):
        return None
    return _VARIABLE.sub(lambda found: str(values[found[1]]), text)


def parts_of(text: str) -> int:
    """Return how many short messages a text takes: one up to 70 characters, else 67 in each; one beyond the BMP is two.

    >>> parts_of("字" * 70), parts_of("字" * 71), parts_of("字" * 134), parts_of("字" * 135), parts_of("😀" * 36)
    (1, 2, 2, 3, 2)
    """
    length = len(text.encode("utf-16-le")) // 2
    return 1 if length <= ONE_PART else math.ceil(length / EACH_PART)


def has_signature(text: str) -> bool:
    """Return whether a text says who sends it: 【…】 at its begin or end.

    >>> has_signature("【某某店】您好"), has_signature("您好【】"), has_signature("您【某某店】好")
    (True, False, False)
    """
    return bool(_SIGNATURE.search(text))


def has_way_out(text: str) -> bool:
    """Return whether a text says how to be left alone: 退订 or 拒收.

    >>> has_way_out("拒收请回复R"), has_way_out("退订回T"), has_way_out("欢迎光临")
    (True, True, False)
    """
    return bool(_WAY_OUT.search(text))


def unknown_variables(text: str, known: Collection[str]) -> tuple[str, ...]:
    """Return the variables of a text that nothing fills."""
    return tuple(name for name in variables_of(text) if name not in known)

"""Regular expressions as Spark's Java reads them: the loader writes them for RE2, and both must find the same."""

from __future__ import annotations

import re
from functools import cache

_SPACES = r"\t\n\f\r "  # Java's \s has the vertical tab besides


@cache
def java_pattern(pattern: str) -> str:
    r"""Return an RE2 pattern as Java's engine needs it written to match the same texts.

    In Java a bracket inside brackets opens another class, ``$`` also stands before a last line feed, a point is no
    line separator of any kind, and letters other than ASCII have no case unless it is asked for.

    >>> java_pattern("^[[a]+.$"), java_pattern(r"(?i:cny)\s[\s(]")
    ('^[\\[a]+[^\\n]\\z', '(?iu:cny)[\\t\\n\\f\\r ][\\t\\n\\f\\r (]')
    """
    written: list[str] = []
    place, is_class = 0, False
    while place < len(pattern):
        sign = pattern[place : place + 2] if pattern[place] == "\\" else pattern[place]
        place += len(sign)
        if is_class:
            if sign == "]" and written[-1] not in ("[", "[^"):
                is_class = False
            elif sign in ("[", "&"):
                sign = "\\" + sign
            elif sign == "\\s":
                sign = _SPACES
        elif sign == "[":
            is_class = True
            if pattern[place : place + 1] == "^":
                sign, place = "[^", place + 1
        else:
            sign = {"\\s": f"[{_SPACES}]", "$": r"\z", ".": r"[^\n]"}.get(sign, sign)
        written.append(sign)
    return re.sub(r"\(\?i(?=[:)])", "(?iu", "".join(written)).replace(r"\p{Latin}", r"\p{IsLatin}")


def java_replacement(replacement: str) -> str:
    r"""Return what a match is replaced by, groups named as Java names them.

    >>> java_replacement(r"\1-\2$")
    '$1-$2\\$'
    """
    return re.sub(r"\\([0-9])", r"$\1", replacement.replace("$", r"\$"))

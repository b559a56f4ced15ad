"""How one thing may be spelt: with signs that cannot be seen, in wide forms, an e-mail in either letter case.

Headers (recognition), values (the macros of loading/clean.sql) and what operators type go by these lists, so that
a column whose header was understood in spite of such a sign holds values that are.
"""

from __future__ import annotations

import re

# Character classes without their brackets, as both Python's re and the engine's RE2 read them.
SPACES = "\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
# What a web page, a chat or a right-to-left editor leaves around text that is copied from it: zero-width spaces,
# marks of direction, soft hyphens, fillers, control codes.
INVISIBLE = (
    "\u0001-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
)
# These join the parts of an emoji or a word, so that a name keeps them; a number has no use for them.
JOINERS = "\u200c\u200d"
NO_BREAK_SPACES = "\u00a0\u2007\u202f"

_SPACES = (
    NO_BREAK_SPACES + "\u0085\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u2028\u2029\u205f\u3000"
)
_HYPHENS = "\u2010\u2011\u2212\ufe63"
# Full-width letters, digits and signs, spaces of other widths, and what looks like a hyphen: one to one.
WIDE = "".join(map(chr, range(0xFF01, 0xFF5F))) + "\uffe5" + _SPACES + _HYPHENS
NARROW = "".join(map(chr, range(0x21, 0x7F))) + "\u00a5" + " " * len(_SPACES) + "-" * len(_HYPHENS)

# What a web page makes of an e-mail, with what it is to be about.
_MAIL_LINK = re.compile(r"^mailto:\s*([^?]*).*$")
_NARROWED = str.maketrans(WIDE, NARROW)
_UNSEEN = re.compile(f"[{INVISIBLE}{JOINERS}]")


def visible(text: str) -> str:
    """Return a text without the signs that cannot be seen and without the space around it.

    >>> visible("\u202d 手机号\u2060\u202c\u00a0")
    '手机号'
    """
    return _UNSEEN.sub("", text).strip()


def plain_id(text: str) -> str:
    """Return an id, phone or e-mail as it is kept: nothing unseen, nothing wide, an e-mail in small letters.

    >>> plain_id("ＡＢ1001\u200b"), plain_id("Li.Lei@Example.com")
    ('AB1001', 'li.lei@example.com')
    """
    plain = visible(text.translate(_NARROWED))
    return _MAIL_LINK.sub(r"\1", plain.lower()) if "@" in plain else plain

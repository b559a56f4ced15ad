"""Signs that steer whoever shows a text: control characters, bidi marks, what makes a cell a formula.

One rule, for every text that is written or shown: an order to a terminal is drawn as a picture, a mark that turns
writing round is left out, a text that a spreadsheet would run is quoted. Patterns are in the dialect all engines
share (RE2).
"""

from __future__ import annotations

import re
import unicodedata

# Line breaks and tabs are part of texts. Orders: C0, DEL, C1. Marks: bidi, invisible, annotation and tag characters.
ORDERS = r"\x00-\x08\x0b-\x1f\x7f-\x9f"
MARKS = r"\x{61c}\x{200b}\x{200e}\x{200f}\x{2028}-\x{202e}\x{2060}-\x{206f}\x{feff}\x{fff9}-\x{fffb}\x{e0000}-\x{e007f}"
HARMFUL = f"[{ORDERS}{MARKS}]"
# A spreadsheet passes over blanks and what is not seen, and takes signs of full width for those of half.
FORMULA = r"^[\s\p{Z}\p{Cf}\p{Cc}]*[=+@＝＋－＠﹦﹢﹣﹫-]|^[\t\r\n]"

_PYTHON_MARKS = re.sub(r"\\x\{([0-9a-f]+)\}", lambda found: f"\\U{int(found[1], 16):08x}", MARKS)
_HARMFUL = re.compile(f"[{ORDERS}{_PYTHON_MARKS}\ud800-\udfff]")
_SEEN_AS_BLANK = ("Zs", "Zl", "Zp", "Cf", "Cc")
_RUN = "=+-@＝＋－＠﹦﹢﹣﹫"


def visible(text: str) -> str:
    r"""Return ``text`` so that it steers no terminal and no reader's eye; a line break and a tab stay.

    >>> visible("a\x1b[2Jb\u202egnp\x9b\ud800")
    'a␛[2Jbgnp��'
    """
    return _HARMFUL.sub(lambda found: picture(found[0]), text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    r"""Return ``text`` as part of one line of a log: a line break in it is drawn as well.

    >>> one_line("a.csv\nError: b")
    'a.csv␊Error: b'
    """
    return visible(text).replace("\n", "␊").replace("\t", "␉")


def picture(sign: str) -> str:
    """Return what is shown for one harmful sign: a picture of an order, nothing for a mark nobody sees."""
    number = ord(sign)
    if number < 0x20:
        return chr(0x2400 + number)
    if number == 0x7F:
        return "␡"
    return "\ufffd" if number < 0xA0 or 0xD800 <= number < 0xE000 else ""


def inert(text: str) -> str:
    r"""Return ``text`` so that no spreadsheet runs it, whatever blanks stand before its sign: ``'=1+1``.

    >>> inert("=1+1"), inert("\xa0=1+1"), inert("a=1")
    ("'=1+1", "'\xa0=1+1", 'a=1')
    """
    if text.startswith(("\t", "\r", "\n")):
        return f"'{text}"
    for sign in text:
        if sign in _RUN:
            return f"'{text}"
        if not (sign.isspace() or unicodedata.category(sign) in _SEEN_AS_BLANK):
            break
    return text


def escaped(json_text: str) -> str:
    r"""Return JSON text in which harmful signs are written as escapes: it reads back the same.

    >>> escaped('{"a": "b\u202ec\x9b"}')
    '{"a": "b\\u202ec\\u009b"}'
    """
    return _HARMFUL.sub(lambda found: escape(found[0]), json_text)


def escape(sign: str) -> str:
    """Return one sign as JSON escapes, two of them beyond the first plane."""
    number = ord(sign)
    if number < 0x10000:
        return f"\\u{number:04x}"
    number -= 0x10000
    return f"\\u{0xD800 + (number >> 10):04x}\\u{0xDC00 + (number & 0x3FF):04x}"


def plain_markdown(text: str) -> str:
    """Return ``text`` as words of Markdown: it opens no link, no tag, no emphasis, calls nobody.

    >>> plain_markdown("[春日](http://x) <@all>")
    '［春日］(http://x) ＜＠all＞'
    """
    return one_line(text).translate(_MARKDOWN)


_MARKDOWN = str.maketrans("[]<>`*_@#|", "［］＜＞｀＊＿＠＃｜")

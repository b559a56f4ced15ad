"""Which of the encodings without a mark a text is in, told by the characters it would be made of.

GB18030 gives a character to almost every pair of bytes, so that a text decodes in it proves nothing. Text in its
true encoding is made of common characters nearly throughout; in a wrong one, of whatever the bytes happen to hit.
Counted are distinct characters: a status that repeats on every line is no more evidence than once.
"""

from __future__ import annotations

from functools import cache

from siyu_cli.errors import DataError
from siyu_cli.files.reading import alphabets
from siyu_cli.files.reading.content import Content

# The names operators know, and Python's codec that reads what Windows writes under them.
CODECS = {"big5": "cp950", "shift-jis": "cp932", "euc-kr": "cp949", "windows-1252": "cp1252"}
_MIN_SHARE = 0.85  # of a text's distinct characters that are common in its true encoding; mostly 0.95 and more
_MIN_LEAD = 0.2  # over the share in GB18030: Chinese in GB18030 reads as Big5 with 0.55 and less
_MIN_CHINESE = 0.4  # below it, what GB18030 makes of the bytes is no Chinese
_MIN_HANGUL = 40  # every Hangul syllable is a common character in GB18030, three of five of those are Hangul
_MIN_KANA = 0.15
_MIN_DISTINCT = 6
_MAX_DAMAGE = 0.05
_MIN_WESTERN = 3
_WESTERN = frozenset("äöüßéèêëàâáãåæçñíìîïóòôõøœúùûýÄÖÜÉÈÊÀÂÁÃÅÆÇÑÍÎÓÔÕØÚ€’‘“”–—…·°®™©£«»")


def tell(content: Content, sample: bytes) -> str:
    """Return the name of the encoding of lines that are not UTF-8: ``gb18030``, or one of ``CODECS``.

    DataError where it can be named but not told from Chinese, or is none that siyu knows.
    """
    if found := alphabets.cyrillic(sample):
        raise _unknown(content, found)
    chinese = _characters(sample, "gb18030")
    anyones = _simplified() | _traditional() | _rarer() | _kana()
    rivals = {"big5": _share(_characters(sample, "cp950"), _traditional())}
    rivals["shift-jis"] = _share(_characters(sample, "cp932"), _japanese())
    best = max(rivals, key=lambda name: rivals[name])
    if _share(chinese, _kana()) >= _MIN_KANA and _share(_characters(sample, "euc_jp"), _japanese()) >= _MIN_SHARE:
        raise _unknown(content, "EUC-JP")
    is_ahead = rivals[best] >= max(_MIN_SHARE, _share(chinese, _simplified()) + _MIN_LEAD)
    if is_ahead and not chinese <= anyones:
        if len(chinese) < _MIN_DISTINCT:
            raise _unknown(content, best)
        return best
    korean = _characters(sample, "cp949")
    if len(chinese) >= _MIN_HANGUL and _is_korean(korean):
        return "euc-kr"
    if len(chinese) >= _MIN_DISTINCT and _is_korean(korean) and alphabets.is_usual_hangul(korean):
        raise _unknown(content, "EUC-KR")
    if _share(chinese, anyones) >= _MIN_CHINESE:
        return "gb18030"
    return _western_or_damage(content, sample)


def _western_or_damage(content: Content, sample: bytes) -> str:
    letters = [letter for letter in sample.decode("cp1252", "replace") if not letter.isascii()]
    if len(letters) < _MIN_WESTERN:
        return "gb18030"  # may as well be a bit that fell over, and made í of m: it does not decode, and is told
    if _WESTERN.issuperset(letters):
        return "windows-1252"
    raise _unknown(content)


def refuse_escapes(content: Content, head: bytes) -> None:
    """Raise DataError for text that switches alphabets by escape codes: it would pass as ASCII."""
    if b"\x1b$" in head or b"\x1b(" in head:
        raise _unknown(content, "ISO-2022-JP")


def _unknown(content: Content, name: str | None = None) -> DataError:
    told = (
        "{file} looks like text in {encoding}, which siyu cannot be sure of."
        if name
        else "{file} is text in an encoding siyu does not know."
    )
    return DataError(
        told, hint="Open it in the program it comes from, or in a text editor, and save it as UTF-8.",
        where=content.where, file=content.file, encoding=name,
    )  # fmt: skip


def _characters(sample: bytes, codec: str) -> frozenset[str]:
    """Return the distinct characters beyond ASCII; none when the bytes are no text in this encoding."""
    letters = [letter for letter in sample.decode(codec, "replace") if not letter.isascii()]
    is_text = letters.count("\ufffd") <= _MAX_DAMAGE * len(letters) or codec == "gb18030"
    return frozenset(letters) if is_text else frozenset()


def _share(letters: frozenset[str], common: frozenset[str]) -> float:
    # Half-width katakana are left out: every second byte of Chinese text is one in Shift-JIS.
    counted = frozenset(letter for letter in letters if not "\uff61" <= letter <= "\uff9f")
    return len(counted & common) / len(counted) if counted else 0.0


def _is_korean(letters: frozenset[str]) -> bool:
    return bool(letters) and all("\uac00" <= letter <= "\ud7a3" or letter in _signs() for letter in letters)


def _pairs(codec: str, first: range, second: range) -> frozenset[str]:
    cells = (bytes((lead, trail)) for lead in first for trail in second)
    return frozenset(cell.decode(codec, "ignore") for cell in cells) - {""}


@cache
def _signs() -> frozenset[str]:
    """Return punctuation and letters in full width, which all of these encodings have."""
    return _pairs("gb2312", range(0xA1, 0xA2), range(0xA1, 0xFF)) | _pairs(
        "gb2312", range(0xA3, 0xA4), range(0xA1, 0xFF)
    )


@cache
def _simplified() -> frozenset[str]:
    """Return the 3,755 characters of GB 2312's first level."""
    return _pairs("gb2312", range(0xB0, 0xD8), range(0xA1, 0xFF)) | _signs()


@cache
def _rarer() -> frozenset[str]:
    """Return the 3,008 of its second, most of them known from names."""
    return _pairs("gb2312", range(0xD8, 0xF8), range(0xA1, 0xFF))


@cache
def _traditional() -> frozenset[str]:
    """Return the 5,401 characters of Big5's first level."""
    return _pairs("cp950", range(0xA4, 0xC7), range(0x40, 0xFF)) | _signs()


@cache
def _kana() -> frozenset[str]:
    return _pairs("gb2312", range(0xA4, 0xA6), range(0xA1, 0xFF))


@cache
def _japanese() -> frozenset[str]:
    """Return kana and the 2,965 kanji of JIS X 0208's first level."""
    return _kana() | _pairs("euc_jp", range(0xB0, 0xD0), range(0xA1, 0xFF)) | _signs()

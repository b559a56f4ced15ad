"""Cyrillic and Hangul: told from Chinese by what their words are made of, since their bytes are Chinese just as well.

Cyrillic letters stand in pairs that any text repeats, in words of one case or with a capital in front. Random bytes,
which Chinese in a wrong encoding is made of, do neither. Hangul has some two hundred syllables most text is made of.
"""

from __future__ import annotations

import re

# The names operators know, and Python's codec.
_CYRILLIC = {
    "windows-1251": "cp1251", "KOI8-R": "koi8_r", "KOI8-U": "koi8_u", "cp866": "cp866",
    "ISO-8859-5": "iso8859_5",
}  # fmt: skip
_WORD = re.compile("[А-Яа-яЁёІіЇїЄєҐґЎў]{2,}")
_ONE_CASE = re.compile("[А-ЯЁІЇЄҐЎ]?[а-яёіїєґў]+|[А-ЯЁІЇЄҐЎ]+")
_NO_LETTERS = frozenset("«»„“”‘’…–—№§©°·\u00a0")
_MIN_LETTERS = 0.9  # of what is not ASCII
_MIN_ONE_CASE = 0.9
_MIN_USUAL = 0.4  # of the pairs of letters; of random ones a tenth
_MIN_PAIRS = 10
_MIN_USUAL_SYLLABLES = 0.6  # of Hangul that Chinese would be, one in twelve
_PAIRS = (
    "ст но ен то на ов ни ра во ко ал ли по ре ол пр ро ос ла ка ер от го ль не ор та ва ел ет ом те ло ан де "
    "ри ти ин ат ес ле он ме об ск ит ве да за ил ть ак ам ви се ки мо со ас ог од ма ар ди си ча ем ий ая ый "
    "ив ир нн ьн хо лю сп тр аз ус ев ич им дн гр са ек тв па бо бе ру ше зн су др ба вл св ул ми оз ии мм ум "
    "ие ия кт зи ци ок пе ке нт дм бр бы ты ьг ук уз ид кл иц яв ят ьк ря ню ож ей ой ай ех ых"
)
_USUAL_PAIRS = frozenset(_PAIRS.split())
_USUAL_SYLLABLES = frozenset(
    "이다는의가에하고을로지한사기도어대나자리시서인정해일아스수부원전를그과라제장들여주은구보상동우세선조공거만소경마"
    "관모비문용유회으있오면게국당등무신연안중현성요적물치재개방영교외위계결품금명화미생실진김박최강윤임송호민준희철순"
    "옥숙번객배취완료급액환불입출점별특울산광천북남군길층령형태추격할총합매단량발포카드록간락처코옵션색판반된됨될십백"
    "월년청확행예약접종업체택건설팀담혜쿠폰립트메휴름녀음노래바달터크르니며까말씀님씨손"
)


def cyrillic(sample: bytes) -> str | None:
    """Return the name of the encoding in which a text is Cyrillic, words and all; None where it is anything else."""
    return next((name for name, codec in _CYRILLIC.items() if _is_cyrillic(sample.decode(codec, "replace"))), None)


def _is_cyrillic(text: str) -> bool:
    words = _WORD.findall(text)
    beyond = [sign for sign in text if not sign.isascii() and sign not in _NO_LETTERS]
    if not words or sum(map(len, words)) < _MIN_LETTERS * len(beyond):
        return False
    distinct = set(words)
    pairs = [word[at : at + 2].lower() for word in distinct for at in range(len(word) - 1)]
    if len(pairs) < _MIN_PAIRS or sum(pair in _USUAL_PAIRS for pair in pairs) < _MIN_USUAL * len(pairs):
        return False
    return sum(bool(_ONE_CASE.fullmatch(word)) for word in distinct) >= _MIN_ONE_CASE * len(distinct)


def is_usual_hangul(letters: frozenset[str]) -> bool:
    """Return whether Hangul is made of the syllables Korean text is mostly made of, so that few of them will do."""
    syllables = {letter for letter in letters if "\uac00" <= letter <= "\ud7a3"}
    return bool(syllables) and len(syllables & _USUAL_SYLLABLES) >= _MIN_USUAL_SYLLABLES * len(syllables)

"""The words people read, in their language: English is written in the code, Chinese in the catalogue beside.

After an edit of the catalogue: ``pybabel compile --domain siyu --directory src/siyu_cli/locale``.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "zh")
_CATALOGUES = {"zh": "zh_CN"}
_chosen = "en"


def set_language(lang: str) -> None:
    """Make ``lang`` (``en`` or ``zh``; anything else counts as English) the language of ``translate``."""
    global _chosen  # noqa: PLW0603  one command line speaks one language
    _chosen = lang if lang in LANGUAGES else "en"


def get_language() -> str:
    """Return the language ``translate`` speaks: ``en`` or ``zh``."""
    return _chosen


def translate(text: str, lang: str | None = None) -> str:
    """Return ``text`` in ``lang`` (or the chosen language), or as it is when the catalogue has no such text.

    Placeholders are kept: ``translate("{file} is empty.").format(file=...)``.
    """
    return _catalogue(lang or _chosen)(text) if text else text


def detect_language(environ: Mapping[str, str]) -> str:
    """Return ``zh`` or ``en`` from SIYU_LANG, else from the locale (LC_ALL, LC_MESSAGES, LANG)."""
    for name in ("SIYU_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environ.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


@cache
def _catalogue(lang: str) -> Callable[[str], str]:
    if lang not in _CATALOGUES:
        return str
    return gettext.translation("siyu", Path(__file__).parent, [_CATALOGUES[lang]], fallback=True).gettext

"""Operators read their own language: every text of the code has its Chinese, with the same placeholders."""

from __future__ import annotations

import re
import string

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from catalogue import SOURCE, find_texts, help_texts, meanings
from siyu_cli.locale import detect_language, set_language, translate

PO = SOURCE / "locale" / "zh_CN" / "LC_MESSAGES" / "siyu.po"


def read_catalogue() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="zh_CN")


def placeholders(text: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name is not None}


def spoken() -> set[str]:
    return set(find_texts().texts) | help_texts() | meanings()


def test_every_text_an_operator_may_read_is_in_the_catalogue():
    known = {message.id for message in read_catalogue() if message.string}
    missing = sorted(spoken() - known)
    assert not missing, "add to siyu.po:\n" + "\n".join(f'msgid "{escape(text)}"\nmsgstr ""\n' for text in missing)


def test_the_catalogue_holds_nothing_the_code_no_longer_says():
    assert sorted({message.id for message in read_catalogue() if message.id} - spoken()) == []


def test_no_text_is_put_together_while_the_program_runs():
    assert find_texts().unclear == []


def test_translations_keep_the_placeholders():
    wrong = {m.id: m.string for m in read_catalogue() if m.id and placeholders(m.id) != placeholders(str(m.string))}
    assert wrong == {}


def test_no_translation_is_marked_fuzzy():
    assert [message.id for message in read_catalogue() if message.id and message.fuzzy] == []


def test_the_compiled_catalogue_is_current():
    with PO.with_suffix(".mo").open("rb") as file:
        compiled = {message.id: message.string for message in read_mo(file) if message.id}
    assert compiled == {message.id: message.string for message in read_catalogue() if message.id}


def test_translate_speaks_the_chosen_language_and_leaves_the_unknown_alone():
    set_language("zh")
    try:
        assert translate("yes") == "是"
        assert translate("no such text") == "no such text"
        assert translate("") == ""
        assert translate("yes", "en") == "yes"
    finally:
        set_language("en")
    assert translate("yes") == "yes"


@pytest.mark.parametrize(
    ("environ", "lang"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LC_MESSAGES": "zh_TW", "LANG": "en_US"}, "zh"),
        ({"SIYU_LANG": "en", "LC_ALL": "zh_CN"}, "en"),
        ({"SIYU_LANG": "zh", "LC_ALL": "en_US"}, "zh"),
    ],
)
def test_the_language_comes_from_siyu_lang_then_the_locale(environ: dict[str, str], lang: str):
    assert detect_language(environ) == lang


def test_chinese_text_uses_chinese_punctuation():
    # Half-width marks after Chinese characters read like a machine's translation.
    wrong = [
        m.string
        for m in read_catalogue()
        if m.id and re.search(r"[\u4e00-\u9fff][,;!?](\s|$)", re.sub(r"\[.*?\]", "", str(m.string)))
    ]
    assert wrong == []


def escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")

"""Marks of people: the same whoever stands beside them, of no use without the key, each ledger's in its own way."""

from __future__ import annotations

import hashlib
import hmac

import numpy as np
import pyarrow as pa
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

from siyu_cli.ledger.keyring import Keyring
from siyu_cli.ledger.marking import NOBODY

KEY = bytes(range(32))
TEXTS = [
    "1",
    "13800138000",
    *("V" * length for length in (15, 16, 17, 32, 33, 1000)),
    "会员" * 5,
    "会员一二三",
    "\udcff",
]


def by_the_library(kind: str, text: str) -> bytes:
    own = [hmac.digest(KEY, f"mark\0{kind}\0{use}".encode(), "sha256") for use in ("mac", "fixed")]
    mac = CMAC(algorithms.AES(own[0]))
    mac.update(text.encode("utf-8", "surrogatepass"))
    state = mac.finalize()
    turned = Cipher(algorithms.AES(own[1]), modes.ECB()).encryptor().update(state)
    return bytes(one ^ other for one, other in zip(state, turned, strict=True))


@pytest.mark.parametrize("text", TEXTS)
def test_a_mark_is_what_the_library_makes_of_one_text(text: str):
    assert bytes.fromhex(Keyring(KEY).mark("member", text)) == by_the_library("member", text)


def test_a_mark_does_not_depend_on_who_stands_beside_it():
    listed = [*TEXTS[:-1], None, "", "13800138000"]
    together = Keyring(KEY).marks("phone", listed)
    apart = [by_the_library("phone", text) if text else NOBODY for text in listed]
    assert together == b"".join(apart)
    column = pa.chunked_array([pa.array(listed[:3]), pa.array(["x", *listed[3:]]).slice(1)])
    assert Keyring(KEY).marks("phone", column) == together
    assert Keyring(KEY).marks("phone", pa.nulls(2, pa.string())) == NOBODY * 2
    assert Keyring(KEY).marks("phone", []) == b""


def test_kinds_and_keys_make_marks_of_their_own():
    found = {
        Keyring(key).mark(kind, "13800138000") for key in (KEY, bytes(32)) for kind in ("member", "phone", "owner")
    }
    assert len(found) == 6


def test_many_are_as_different_as_their_texts():
    marks = np.frombuffer(Keyring(KEY).marks("member", [str(number) for number in range(70_000)]), "V16")
    assert len(np.unique(marks)) == 70_000


def test_a_ledger_of_before_goes_on_with_its_own_marks():
    blake = hashlib.blake2s(b"V1", digest_size=16, key=KEY, person=b"member").hexdigest()
    assert Keyring(KEY, "blake2s").mark("member", "V1") == blake
    assert Keyring(KEY, "hmac-sha256").mark("member", "V1") == hmac.new(KEY, b"member\0V1", "sha256").hexdigest()[:32]
    assert Keyring(KEY, "blake2s").marks("member", ["V1", None]) == bytes.fromhex(blake) + NOBODY

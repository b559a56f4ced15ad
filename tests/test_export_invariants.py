"""Whatever campaigns, days, lists and runs at once come: who is listed is sent or has one reason, and no cap is passed.

Drawn by Hypothesis against a real ledger: nothing here knows how the ledger keeps what it knows.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siyu_cli.core.contacts.rules import Cap, Rules, decide
from siyu_cli.core.contacts.tables import REASONS, SENT
from siyu_cli.errors import LockError
from siyu_cli.ledger.contacts import ContactBook, Names, Sending
from siyu_cli.ledger.ledger import Ledger
from siyu_cli.ledger.past import AskedContacts, Past

NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
ON = date(2026, 3, 1)
DAYS, QUIET = 10, 2
PHONES = {"A": "13800138001", "B": "13800138002", "C": "13800138001", "D": None}  # A and C are one phone

a_row = st.fixed_dictionaries({
    "member_id": st.sampled_from(sorted(PHONES)),
    "arm": st.sampled_from([None, None, "control"]),
    "consent_sms": st.sampled_from([True, True, None, False]),
})  # fmt: skip
an_export = st.fixed_dictionaries({
    "day": st.integers(0, 25),
    "campaign": st.sampled_from(["春", "夏"]),
    "to": st.sampled_from(["sms-aliyun", "sms-tencent"]),
    "rows": st.lists(a_row, min_size=1, max_size=6),
    "has_old_past": st.booleans(),  # it read the ledger when the export before it did: two runs at once
})  # fmt: skip


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(an_export, min_size=1, max_size=6), st.integers(1, 3), st.booleans())
def test_everybody_has_one_fate_and_nobody_is_over_a_cap_whatever_comes_at_once(exports, most, is_forgotten):
    with tempfile.TemporaryDirectory() as folder:
        book = ContactBook(Ledger(Path(folder) / ".siyu"), NOW)
        if is_forgotten:
            with book.ledger.begin() as connection:
                book.bury(connection, Names(("B",)), NOW)
        sent: list[tuple[str, str | None, date, str, str]] = []
        before: Past | None = None
        for number, one in enumerate(exports):
            found = run_export(book, one, most, before, number)
            before = found[0]
            sent += found[1]
        assert book.verify() == []
    check(sent, most, is_forgotten)


def run_export(book: ContactBook, one: dict[str, Any], most: int, old: Past | None, number: int) -> tuple[Past, list]:
    """Do one export and return what it had read, and whom it reached; refused where it had read too early."""
    rows = [{**row, "phone": PHONES[row["member_id"]]} for row in one["rows"]]
    schema = pa.schema(
        [("member_id", pa.string()), ("arm", pa.string()), ("consent_sms", pa.bool_()), ("phone", pa.string())]
    )
    people, on = pa.Table.from_pylist(rows, schema), ON + timedelta(one["day"])
    rules = Rules(on, ("consent_sms",), False, ("phone",), (Cap(most, DAYS),), QUIET, is_by_phone=True)
    asked = AskedContacts(one["campaign"], one["to"], "sms", on, rules.lookback_days)
    past = book.past(people["member_id"].to_pylist(), people["phone"].to_pylist(), asked)
    if one["has_old_past"] and old is not None:
        past = Past(
            past.people, past.is_forgotten, past.is_suppressed, past.was_sent, past.earlier, past.owners, old.head
        )
    fates = decide(people, past, rules)
    assert len(fates) == len(rows)
    assert set(fates) <= {SENT, *REASONS}
    assert not any(row["arm"] for row, fate in zip(rows, fates, strict=True) if fate == SENT)
    assert all(row["consent_sms"] for row, fate in zip(rows, fates, strict=True) if fate == SENT)
    try:
        with book.ledger.begin() as connection:
            book.record(connection, f"run{number}", Sending(asked, asked.campaign, past, fates), [], now=NOW)
    except LockError:
        return past, []
    assert {
        row["fate"]: row["members"] for row in book.contacts_in(one["campaign"]) if row["export_id"] == f"run{number}"
    } == {fate: fates.count(fate) for fate in set(fates)}
    reached = [row for row, fate in zip(rows, fates, strict=True) if fate == SENT]
    return past, [(row["member_id"], row["phone"], on, one["campaign"], one["to"]) for row in reached]


def check(sent: list[tuple[str, str | None, date, str, str]], most: int, is_forgotten: bool) -> None:
    """Hold the contacts of each member and each phone against the rules."""
    assert not (is_forgotten and any(member == "B" for member, *_rest in sent))
    for place in (0, 1):
        for who in {contact[place] for contact in sent if contact[place]}:
            own = [contact for contact in sent if contact[place] == who]
            dates = [contact[2] for contact in own]
            assert all(sum(0 <= (day - first).days < DAYS for day in dates) <= most for first in dates)
            apart = [abs((one - other).days) for n, one in enumerate(dates) for other in dates[n + 1 :]]
            assert all(days >= QUIET for days in apart)
            assert len({contact[3:] for contact in own}) == len(own), "the same campaign there twice"

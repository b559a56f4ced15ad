"""The figures of a referral report are those of an oracle written from docs/referral.md by somebody else.

Campaigns are drawn with all that goes wrong in them: circles, self-invites, two inviters, people nobody knows, members
who joined before they were invited, dates still to come.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core_shop import ARROW_TYPES, COST_TYPES, REFERRAL_TYPES, label_rows
from referral_oracle import Invite, Person, referral_figures, since_figures
from shops import a_line, a_member
from siyu_cli.config.settings import Settings
from siyu_cli.core.parameters import referral_parameters
from siyu_cli.core.referral.figures import Scope
from siyu_cli.core.referral.figures import referral_figures as figures_of
from siyu_cli.core.referral.trace import trace_referrals
from siyu_cli.engines.duckdb import DuckDBEngine
from siyu_cli.engines.protocol import Engine

AS_OF = date(2026, 6, 30)
SINCE = date(2026, 6, 1)
NAMES = tuple("abcdefgh")


@dataclass(frozen=True)
class Campaign:
    invites: tuple[Invite, ...]
    people: Mapping[str, Person]


def days(longest: int, future: int = 0) -> st.SearchStrategy[date]:
    return st.integers(-future, longest).map(lambda age: AS_OF - timedelta(age))


@st.composite
def people(draw: st.DrawFn) -> dict[str, Person]:
    found = {}
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True)):
        joined_on = draw(st.none() | days(60))
        orders = draw(st.lists(days(60), unique=True, max_size=3))
        is_lost = draw(st.booleans()) and bool(joined_on or orders)
        found[name] = Person(name, joined_on, tuple(sorted(orders)), draw(st.booleans()), is_lost)
    return found


@st.composite
def invites(draw: st.DrawFn) -> tuple[Invite, ...]:
    name = st.none() | st.sampled_from(NAMES)
    rows = []
    for _place in range(draw(st.integers(1, 12))):
        inviter, invitee = draw(name), draw(name)
        if inviter is None and invitee is None:
            continue
        has_joined = draw(st.booleans())
        joined_on = draw(st.none() | days(45, future=4)) if has_joined else None
        invited_on = draw(st.none() | days(50, future=4))
        rows.append(Invite(inviter, invitee, invited_on, joined_on, has_joined_column=has_joined))
    return tuple(rows)


def open_campaign(engine: Engine, campaign: Campaign) -> dict[str, Any]:
    """Give the engine a campaign as the loader leaves it, and return the parameters."""
    members = [
        a_member(
            person.member_id, is_registered=True, joined_on=person.joined_on, has_invite_code=person.has_invite_code,
            is_unfriended=person.is_lost,
        )
        for person in campaign.people.values()
    ]  # fmt: skip
    lines = [
        a_line(person.member_id, f"{person.member_id}{day}", day, 100)
        for person in campaign.people.values() for day in person.order_days
    ]  # fmt: skip
    shop = label_rows(engine, members, lines, AS_OF)
    rows = [
        {
            "inviter_id": invite.inviter_id, "invitee_id": invite.invitee_id, "invited_on": invite.invited_on,
            "joined_on": invite.joined_on, "is_join_stated": invite.has_joined_column,
            "sheet_number": 0, "sheet_row": row,
        }
        for row, invite in enumerate(campaign.invites)
    ]  # fmt: skip
    engine.open("referrals", typed_rows(rows, REFERRAL_TYPES))
    engine.open("costs", typed_rows([], COST_TYPES))
    return {**shop.params, **referral_parameters(Settings())}


def typed_rows(rows: Sequence[Mapping[str, Any]], kinds: Mapping[str, str]) -> pa.Table:
    return pa.table({key: pa.array([row.get(key) for row in rows], ARROW_TYPES[kind]) for key, kind in kinds.items()})


def report(engine: Engine, campaign: Campaign) -> dict[str, Any]:
    params = open_campaign(engine, campaign)
    found = trace_referrals(engine, params, ())
    return figures_of(found, Scope(since=SINCE, has_people=bool(campaign.people)))


def agrees(found: Mapping[str, Any], campaign: Campaign) -> None:
    stated = referral_figures(campaign.invites, campaign.people, AS_OF)
    assert {key: found["totals"][key] for key in stated["totals"]} == stated["totals"]
    generations = {row["generation"]: row["members"] for row in found["depth"]["by_generation"]}
    assert generations == stated["generations"]
    assert found["depth"]["max"] == stated["depth"]
    assert found["cascades"] == pytest.approx(stated["cascades"])
    k = {key: stated["k"][f"k_{key}"] for key in ("joined", "ordered")}
    assert {key: found["k_factor"][key] for key in k} == pytest.approx(k)
    by_generation = found["k_factor"]["by_generation"]
    for key in k:
        assert {row["generation"]: row[key] for row in by_generation} == pytest.approx(
            {generation: row[f"k_{key}"] for generation, row in stated["k"]["by_generation"].items()}
        )
    assert found["viral_cycle_days"] == stated["viral_cycle_days"]
    lately = since_figures(campaign.invites, campaign.people, AS_OF, SINCE)
    assert {key: found["since"][key] for key in lately} == lately


@settings(max_examples=60, deadline=None)
@given(invites(), people())
def test_every_figure_is_the_oracles(rows: tuple[Invite, ...], known: dict[str, Person]):
    engine = DuckDBEngine()
    campaign = Campaign(rows, known)
    agrees(report(engine, campaign), campaign)
    engine.close()


def renamed(name: str | None, number: int) -> str | None:
    return None if name is None else f"{number}/{name}"


@settings(max_examples=4, deadline=None)
@given(st.lists(st.tuples(invites(), people()), min_size=30, max_size=30), st.randoms(use_true_random=False))
def test_a_large_campaign_is_the_oracles_whatever_the_order_of_rows(drawn: Any, random: Any):
    rows = [
        replace(invite, inviter_id=renamed(invite.inviter_id, number), invitee_id=renamed(invite.invitee_id, number))
        for number, (some, _known) in enumerate(drawn) for invite in some
    ]  # fmt: skip
    known = {
        f"{number}/{name}": replace(person, member_id=f"{number}/{name}")
        for number, (_some, some) in enumerate(drawn) for name, person in some.items()
    }  # fmt: skip
    engine = DuckDBEngine()
    found = report(engine, Campaign(tuple(rows), known))
    agrees(found, Campaign(tuple(rows), known))
    random.shuffle(rows)
    again = report(engine, Campaign(tuple(rows), known))
    engine.close()
    assert again == found

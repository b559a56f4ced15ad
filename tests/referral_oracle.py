"""The figures of the referral report stated a second time: plain Python, slow and obvious.

Written from ``docs/referral.md`` alone. ``referral_figures`` answers for all invites as of one date,
``since_figures`` for what happened from one date on. A campaign is chosen by handing in only its invites.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import combinations
from statistics import mean, median
from typing import Any


@dataclass(frozen=True)
class Invite:
    """One row of an invite list, or what a member's export says of their inviter."""

    inviter_id: str | None
    invitee_id: str | None
    invited_on: date | None = None
    joined_on: date | None = None
    campaign: str | None = None
    variant: str | None = None
    reward_amount: Decimal | None = None
    has_joined_column: bool = True  # the list this row stands in has a column joined_on


@dataclass(frozen=True)
class Person:
    """A member or a buyer, as they stood on as_of."""

    member_id: str
    joined_on: date | None = None  # in the members export
    order_days: tuple[date, ...] = ()  # distinct purchase days, ascending, all up to as_of
    has_invite_code: bool = False
    is_lost: bool = False  # unfriended or churned, decided elsewhere


@dataclass(frozen=True)
class Outcome:
    """What one existing invite is and, if it is a link, what became of it."""

    kind: str
    invite: Invite
    joined_on: date | None = None
    first_order: date | None = None
    second_order: date | None = None
    is_joined: bool = False
    is_existing: bool = False
    is_new: bool = False
    is_ordered: bool = False
    is_retained: bool = False
    is_lost: bool = False

    @property
    def inviter(self) -> str | None:
        """Return who invited."""
        return self.invite.inviter_id

    @property
    def invitee(self) -> str | None:
        """Return who was invited."""
        return self.invite.invitee_id


def referral_figures(
    invites: Sequence[Invite], people: Mapping[str, Person], as_of: date, mature_days: int = 30
) -> dict[str, Any]:
    """Return every figure of the referral report as of one calendar date."""
    outcomes = judge_invites(invites, people, as_of)
    joined = [o for o in outcomes if o.is_joined]
    parents = {o.invitee: o.inviter for o in joined}
    cyclic = people_on_or_below_cycles(parents)
    generations = find_generations(parents, cyclic)
    participants = find_participants(outcomes, people)
    mature = {p for p in participants if is_mature(p, outcomes, as_of, mature_days)}
    nowhere = cyclic | people_of_unknown_inviters(outcomes)
    generation_of = {p: generations.get(p, 0) for p in participants if p not in nowhere}
    return {
        "totals": count_totals(outcomes, people, participants),
        "generations": dict(Counter(generation_of[p] for p in participants if p in generation_of)),
        "cyclic": cyclic,
        "depth": max(generations.values(), default=0),
        "cascades": describe_cascades(parents, generations),
        "k": k_by_all_and_generation(mature, outcomes, generation_of),
        "viral_cycle_days": viral_cycle_days(joined, people),
        "rows": [describe_row(o, cyclic) for o in outcomes],
    }


def since_figures(invites: Sequence[Invite], people: Mapping[str, Person], as_of: date, since: date) -> dict[str, int]:
    """Return what happened from ``since`` up to ``as_of``, each event counted on its own date."""
    outcomes = judge_invites(invites, people, as_of)
    return {
        "invites": count_from(since, (since_on(o.invite) for o in outcomes)),
        "joined": count_from(since, (o.joined_on for o in outcomes if o.is_joined)),
        "new_members": count_from(since, (o.joined_on for o in outcomes if o.is_new)),
        "ordered": count_from(since, (o.first_order for o in outcomes if o.is_ordered)),
        "retained": count_from(since, (o.second_order for o in outcomes if o.is_retained)),
    }


def count_from(since: date, days: Iterable[date | None]) -> int:
    """Return how many of the days are known and not before ``since``."""
    return sum(day is not None and day >= since for day in days)


# --- Invites ------------------------------------------------------------------------------------------


def existing_invites(invites: Sequence[Invite], as_of: date) -> list[Invite]:
    """Return the invites that exist as of the date, without joinings that have not happened yet."""
    return [forget_future_joining(i, as_of) for i in invites if exists(i, as_of)]


def exists(invite: Invite, as_of: date) -> bool:
    """Return whether the invite was sent by the date; an undated one was."""
    sent_on = since_on(invite)
    return sent_on is None or sent_on <= as_of


def forget_future_joining(invite: Invite, as_of: date) -> Invite:
    """Return the invite with an empty joined_on where that lies after the date."""
    if invite.joined_on is not None and invite.joined_on > as_of:
        return replace(invite, joined_on=None)
    return invite


def since_on(invite: Invite) -> date | None:
    """Return when the invite was sent, or else when the row says the invitee joined."""
    return invite.invited_on if invite.invited_on is not None else invite.joined_on


def find_kinds(invites: Sequence[Invite]) -> list[str]:
    """Return the kind of each invite, in the given order."""
    kinds = [kind_alone(invite) for invite in invites]
    rivals = defaultdict(list)
    for position, invite in enumerate(invites):
        if kinds[position] == "candidate":
            rivals[invite.invitee_id].append(position)
    for positions in rivals.values():
        winner = min(positions, key=lambda position: (*precedence(invites[position]), position))
        for position in positions:
            kinds[position] = "link" if position == winner else "duplicate"
    return kinds


def kind_alone(invite: Invite) -> str:
    """Return the kind as far as one row can tell: a candidate becomes a link or a duplicate."""
    if invite.inviter_id is None:
        return "unknown_inviter"
    if invite.inviter_id == invite.invitee_id:
        return "self_invite"
    if invite.invitee_id is None:
        return "open"
    return "candidate"


def precedence(invite: Invite) -> tuple[Any, ...]:
    """Return what decides between invites of one invitee: the earliest, the lesser inviter, the earlier joining."""
    sent_on, joined_on = since_on(invite), invite.joined_on
    return (
        sent_on is None, sent_on or date.max, invite.inviter_id,
        joined_on is None, joined_on or date.max, invite.has_joined_column,
    )  # fmt: skip


# --- What became of a link ----------------------------------------------------------------------------


def judge_invites(invites: Sequence[Invite], people: Mapping[str, Person], as_of: date) -> list[Outcome]:
    """Return one outcome per existing invite, in the given order."""
    existing = existing_invites(invites, as_of)
    kinds = find_kinds(existing)
    return [
        judge_link(invite, people.get(invite.invitee_id)) if kind == "link" else Outcome(kind, invite)
        for invite, kind in zip(existing, kinds, strict=True)
    ]


def judge_link(invite: Invite, person: Person | None) -> Outcome:
    """Return what became of one link; ``person`` is the invitee, None if not known."""
    start = since_on(invite)
    days = person.order_days if person else ()
    was_there = is_before(first_seen(person), start)
    is_joined = invite.joined_on is not None or (person is not None and not was_there) or not invite.has_joined_column
    is_existing = is_joined and was_there
    is_new = is_joined and not was_there
    is_ordered = is_joined and len(days) > 0 and not any(is_before(day, start) for day in days)
    return Outcome(
        kind="link",
        invite=invite,
        joined_on=link_joined_on(invite, person),
        first_order=days[0] if days else None,
        second_order=days[1] if len(days) > 1 else None,
        is_joined=is_joined,
        is_existing=is_existing,
        is_new=is_new,
        is_ordered=is_ordered,
        is_retained=is_ordered and len(days) > 1,
        is_lost=is_new and person is not None and person.is_lost,
    )


def link_joined_on(invite: Invite, person: Person | None) -> date | None:
    """Return the row's joined_on, else the person's first date, else invited_on if that is the joining."""
    if invite.joined_on is not None:
        return invite.joined_on
    if first_seen(person) is not None and not is_before(first_seen(person), since_on(invite)):
        return first_seen(person)
    return None if invite.has_joined_column else invite.invited_on


def first_seen(person: Person | None) -> date | None:
    """Return the earlier of a person's joining date and first order."""
    if person is None:
        return None
    return min((day for day in (person.joined_on, *person.order_days) if day is not None), default=None)


def is_before(day: date | None, other: date | None) -> bool:
    """Return whether both days are known and the first is the earlier."""
    return day is not None and other is not None and day < other


def describe_row(outcome: Outcome, cyclic: Collection[str]) -> dict[str, Any]:
    """Return the kind of one invite and, for a link, its flags."""
    if outcome.kind != "link":
        return {"kind": outcome.kind}
    return {
        "kind": "link",
        "is_joined": outcome.is_joined,
        "is_existing": outcome.is_existing,
        "is_new": outcome.is_new,
        "is_ordered": outcome.is_ordered,
        "is_retained": outcome.is_retained,
        "is_cyclic": outcome.invitee in cyclic,
    }


# --- Totals -------------------------------------------------------------------------------------------


def count_totals(
    outcomes: Sequence[Outcome], people: Mapping[str, Person], participants: Collection[str]
) -> dict[str, int]:
    """Return the counts over all existing invites."""
    kinds = Counter(o.kind for o in outcomes)
    links = [o for o in outcomes if o.kind == "link"]
    return {
        "participants": len(participants),
        "inviters": len({o.inviter for o in links if o.is_joined}),
        "invites": len(outcomes),
        "joined": sum(o.is_joined for o in links),
        "ordered": sum(o.is_ordered for o in links),
        "retained": sum(o.is_retained for o in links),
        "new_members": sum(o.is_new for o in links),
        "duplicates": kinds["duplicate"],
        "unknown_inviters": kinds["unknown_inviter"] + sum(is_unknown(o.inviter, people) for o in links),
        "unknown_invitees": sum(is_unknown(o.invitee, people) for o in links),
        "self_invites": kinds["self_invite"],
        "open": kinds["open"],
        "links": len(links),
        "existing": sum(o.is_existing for o in links),
        "lost": sum(o.is_lost for o in links),
    }


def is_unknown(member_id: str, people: Mapping[str, Person]) -> bool:
    """Return whether the files hold people, but not this one."""
    return len(people) > 0 and member_id not in people


def find_participants(outcomes: Sequence[Outcome], people: Mapping[str, Person]) -> set[str]:
    """Return everybody with a joined link, every inviter of an invite, everybody with an invite code."""
    invitees = {o.invitee for o in outcomes if o.is_joined}
    inviters = {o.inviter for o in outcomes if o.inviter is not None}
    holders = {key for key, person in people.items() if person.has_invite_code}
    return invitees | inviters | holders


def people_of_unknown_inviters(outcomes: Sequence[Outcome]) -> set[str]:
    """Return who was invited by nobody one knows, and joined by no other invite."""
    joined = {o.invitee for o in outcomes if o.is_joined}
    return {o.invitee for o in outcomes if o.kind == "unknown_inviter" and o.invitee is not None} - joined


# --- The forest ---------------------------------------------------------------------------------------


def walk_up(person: str, parents: Mapping[str, str]) -> tuple[list[str], bool]:
    """Return the person and everybody above, and whether the walk came round to somebody twice."""
    path = [person]
    seen = {person}
    while path[-1] in parents:
        above = parents[path[-1]]
        if above in seen:
            return path, True
        path.append(above)
        seen.add(above)
    return path, False


def people_on_or_below_cycles(parents: Mapping[str, str]) -> set[str]:
    """Return everybody whose walk up never ends."""
    return {person for person in parents if walk_up(person, parents)[1]}


def find_generations(parents: Mapping[str, str], cyclic: Collection[str]) -> dict[str, int]:
    """Return the number of links above each person of the forest, those of cycles left out."""
    everybody = set(parents) | set(parents.values())
    return {person: len(walk_up(person, parents)[0]) - 1 for person in everybody if person not in cyclic}


def find_cascades(parents: Mapping[str, str], generations: Mapping[str, int]) -> dict[str, list[str]]:
    """Return the people of each seed's cascade, the seed among them."""
    cascades = defaultdict(list)
    for person in generations:
        seed = walk_up(person, parents)[0][-1]
        cascades[seed].append(person)
    return dict(cascades)


def describe_cascades(parents: Mapping[str, str], generations: Mapping[str, int]) -> dict[str, Any]:
    """Return count, sizes and structural virality; of several largest the one of the least seed id."""
    cascades = find_cascades(parents, generations)
    if not cascades:
        return {
            "count": 0,
            "mean_size": None,
            "max_size": None,
            "structural_virality": None,
            "structural_virality_largest": None,
        }
    sizes = {seed: len(members) for seed, members in cascades.items()}
    viralities = {seed: mean_distance(members, parents) for seed, members in cascades.items()}
    largest = min(cascades, key=lambda seed: (-sizes[seed], seed))
    return {
        "count": len(cascades),
        "mean_size": float(mean(sizes.values())),
        "max_size": max(sizes.values()),
        "structural_virality": mean(viralities.values()),
        "structural_virality_largest": viralities[largest],
    }


def mean_distance(members: Sequence[str], parents: Mapping[str, str]) -> float:
    """Return the mean number of links between two people of one cascade, over all pairs."""
    neighbours = defaultdict(set)
    for person in members:
        if person in parents:
            neighbours[person].add(parents[person])
            neighbours[parents[person]].add(person)
    distances = {person: distances_from(person, neighbours) for person in members}
    return sum(distances[a][b] for a, b in combinations(members, 2)) / (len(members) * (len(members) - 1) / 2)


def distances_from(start: str, neighbours: Mapping[str, Collection[str]]) -> dict[str, int]:
    """Return the distance to everybody within reach, breadth first."""
    distances = {start: 0}
    queue = deque([start])
    while queue:
        person = queue.popleft()
        for other in neighbours[person]:
            if other not in distances:
                distances[other] = distances[person] + 1
                queue.append(other)
    return distances


# --- K ------------------------------------------------------------------------------------------------


def began_on(person: str, outcomes: Sequence[Outcome]) -> date | None:
    """Return when the person's own joined link joined, or without one when they sent their first invite."""
    for outcome in outcomes:
        if outcome.is_joined and outcome.invitee == person:
            return outcome.joined_on
    sent = [since_on(o.invite) for o in outcomes if o.inviter == person]
    return min((day for day in sent if day is not None), default=None)


def is_mature(person: str, outcomes: Sequence[Outcome], as_of: date, mature_days: int) -> bool:
    """Return whether the person began long enough before the date, or at an unknown date."""
    day = began_on(person, outcomes)
    return day is None or (as_of - day).days >= mature_days


def k_by_all_and_generation(
    mature: Collection[str], outcomes: Sequence[Outcome], generation_of: Mapping[str, int]
) -> dict[str, Any]:
    """Return K of all mature participants and of those of each generation; some are in no generation."""
    groups = defaultdict(set)
    for person in mature:
        if person in generation_of:
            groups[generation_of[person]].add(person)
    by_generation = {generation: k_of(groups[generation], outcomes) for generation in sorted(groups)}
    return {**k_of(mature, outcomes), "by_generation": by_generation}


def k_of(participants: Collection[str], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return K of these participants with all that it is made of."""
    sent = [o for o in outcomes if o.inviter in participants]
    joined = sum(o.is_joined for o in sent)
    ordered = sum(o.is_ordered for o in sent)
    return {
        "participants": len(participants),
        "invites": len(sent),
        "joined": joined,
        "ordered": ordered,
        "k_joined": k_factor(len(participants), joined),
        "k_ordered": k_factor(len(participants), ordered),
    }


def k_factor(participants: int, converted: int) -> float | None:
    """Return converted invitees per participant, None without participants."""
    return converted / participants if participants else None


def viral_cycle_days(joined: Sequence[Outcome], people: Mapping[str, Person]) -> float | None:
    """Return the median days from the inviter's joining to the invitee's, where known and in that order."""
    own_joining = {o.invitee: o.joined_on for o in joined}
    spans = []
    for link in joined:
        start = own_joining.get(link.inviter)
        if start is None and link.inviter in people:
            start = people[link.inviter].joined_on
        if start is not None and link.joined_on is not None and start <= link.joined_on:
            spans.append((link.joined_on - start).days)
    return float(median(spans)) if spans else None

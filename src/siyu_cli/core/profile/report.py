"""What is told of a profile: three plain sentences, then the values and numbers that differ, then every trait."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from siyu_cli.core.frames import arrow_schema
from siyu_cli.core.profile.figures import LEAST_DIFFERENCE, LEAST_MEMBERS, Share, Trait
from siyu_cli.core.profile.tables import KNOWN, MEANS, PROFILE, TRAITS, VALUED, VALUES
from siyu_cli.errors import Note
from siyu_cli.report import Listing, Report, Section, Several, Value, Words, dotted, label

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli.core.profile.question import ProfileAnswer

_SENTENCES, _SURE = 3, 0.05
_STATED = VALUED[:7]  # what files say of a member, not what they bought
_YES = {"yes": Note("yes"), "no": Note("no")}


def report(found: ProfileAnswer) -> Report:
    """Return what is told of an answer."""
    facts = {"where": found.meta["where"], "as_of": found.meta["as_of"]}
    return Report(
        Note("Profile of {where}, as of {as_of}", facts),
        tuple(_opening(found)),
        found.meta,
        found.load.account(),
        values=_values(found),
        sections=tuple(_sections(found)),
        facts=tuple(_facts(found)),
        listing=Listing(PROFILE, lambda keys: _listed(found).select(list(keys))),
        warnings=(*found.warnings, *_doubts(found)),
        next_steps=(Note("siyu campaign template … fills in a plan for these members"),),
    )


def _opening(found: ProfileAnswer) -> Iterator[Words]:
    facts = {"members": Value(found.sizes[0], "count"), "others": Value(found.sizes[1], "count")}
    yield Note("{members} members, held against {others} others", facts)
    told = sentences(found.traits)
    yield from told
    if not told:
        limits = {"least": LEAST_DIFFERENCE, "members": LEAST_MEMBERS}
        yield Note("Nothing sets them apart by {least} standard deviations in at least {members} members", limits)


def sentences(traits: tuple[Trait, ...]) -> list[Words]:
    """Return up to three sentences on what sets the segment apart most, each on another trait."""
    told: list[tuple[float, str, Words]] = []
    for trait in traits:
        if trait.is_by_construction or not trait.is_told:
            continue
        if trait.kind == "values":
            share = next(one for one in trait.values if one.is_told)
            told.append((-abs(share.smd), trait.name, dotted(_of_value(trait, share), _chance(trait))))
        else:
            told.append((-abs(trait.strength or 0.0), trait.name, dotted(_of_number(trait), _chance(trait))))
    return [note for _, _, note in sorted(told, key=lambda one: one[:2])[:_SENTENCES]]


def _chance(trait: Trait) -> Note | None:
    return None if trait.p_holm is not None and trait.p_holm < _SURE else Note("may be chance")


def _of_value(trait: Trait, share: Share) -> Note:
    facts = {
        "trait": TRAITS[trait.name], "value": _shown(trait.name, share.value), "share": Value(share.shares[0], "rate"),
        "others": Value(share.shares[1], "rate"), "tgi": round(share.tgi or 0.0),
    }  # fmt: skip
    return Note("{trait} {value}: {share} of them, {others} of the others (TGI {tgi})", facts)


def _of_number(trait: Trait) -> Note:
    facts = {
        "trait": TRAITS[trait.name],
        "mean": _number(trait, trait.means[0]),
        "others": _number(trait, trait.means[1]),
    }
    return Note("{trait}: {mean} on average, {others} among the others", facts)


def _number(trait: Trait, value: float | None) -> Words:
    if value is None:
        return ""
    column = TRAITS[trait.name]
    return Value(value, "rate" if column.kind == "rate" else "number")


def _shown(name: str, value: str) -> Words:
    return _YES[value] if name == "is_referrer" else label(TRAITS[name], value)


def _sections(found: ProfileAnswer) -> Iterator[Section]:
    limits = {"least": LEAST_DIFFERENCE, "members": LEAST_MEMBERS}
    note = Note("Those that differ by {least} standard deviations, in at least {members} members", limits)
    told = sorted(
        ((trait, share) for trait in found.traits for share in trait.values if share.is_told),
        key=lambda one: (-abs(one[1].smd), one[0].name, one[1].value),
    )
    rows = [
        {
            "attribute": TRAITS[trait.name], "value": _shown(trait.name, share.value), "members": share.members[0],
            "segment": share.shares[0], "others": share.shares[1],
            "tgi": None if share.tgi is None else round(share.tgi, 1), "smd": share.smd,
        }
        for trait, share in told
    ]  # fmt: skip
    yield Section(VALUES, rows, note=note)
    numbers = [trait for trait in found.traits if trait.kind == "number" and trait.is_told]
    yield Section(MEANS, [_means(trait) for trait in numbers], note=note)
    yield Section(KNOWN, [_known(trait) for trait in found.traits], brief=KNOWN.keys[:-1])


def _means(trait: Trait) -> dict[str, Any]:
    names = ("segment_mean", "others_mean", "segment_median", "others_median")
    values = (*trait.means, *trait.medians)
    told = {name: _number(trait, value) for name, value in zip(names, values, strict=True)}
    return {"attribute": TRAITS[trait.name], **told, "smd": trait.strength}


def _known(trait: Trait) -> dict[str, Any]:
    strength = {"v" if trait.kind == "values" else "smd": trait.strength}
    known = dict(zip(("known_segment", "known_others"), trait.known_shares, strict=True))
    own = {"p_holm": trait.p_holm, "is_by_construction": trait.is_by_construction}
    return {"attribute": TRAITS[trait.name], **known, **strength, **own}


def _facts(found: ProfileAnswer) -> Iterator[tuple[Words, Words]]:
    against = found.meta["parameters"].get("against")
    yield Note("Held against"), against or Note("all other members")
    chosen = [TRAITS[trait.name] for trait in found.traits if trait.is_by_construction]
    for column in chosen:
        yield Note("Chosen by"), column


def _doubts(found: ProfileAnswer) -> Iterator[Note]:
    """Yield which traits are known of one group far more often: shares among those known then mislead."""
    # What members bought nobody knows of those who bought nothing: that is no gap in the files.
    uneven = [trait for trait in found.traits if trait.is_unevenly_known and trait.name in _STATED]
    if uneven:
        facts = {"traits": Several(tuple(TRAITS[trait.name] for trait in uneven))}
        yield Note("Known of one group far more often than of the other: {traits}; compare with care.", facts)


def _values(found: ProfileAnswer) -> dict[str, Any]:
    return {
        "segment": found.sizes[0],
        "others": found.sizes[1],
        "attributes": [trait.as_dict() for trait in found.traits],
        "sentences": [_plain(trait) for trait in found.traits if trait.is_told and not trait.is_by_construction][
            :_SENTENCES
        ],
    }


def _plain(trait: Trait) -> dict[str, Any]:
    return {"attribute": trait.name, "value": next((one.value for one in trait.values if one.is_told), None)}


def _listed(found: ProfileAnswer) -> pa.Table:
    """Return a row per trait and value, and per number; values of few members are in it, too."""
    import pyarrow as pa

    rows: list[dict[str, Any]] = []
    for trait in found.traits:
        own = {"attribute": trait.name, "p_holm": trait.p_holm, "is_by_construction": trait.is_by_construction}
        if trait.kind == "number":
            mean = {"members": trait.known[0], "segment": trait.means[0], "others": trait.means[1]}
            rows.append({**own, **mean, "smd": trait.strength})
        for share in trait.values:
            shares = {"segment": share.shares[0], "others": share.shares[1], "tgi": share.tgi, "smd": share.smd}
            rows.append({**own, "value": share.value, "members": share.members[0], **shares, "v": trait.strength})
    return pa.Table.from_pylist(rows, arrow_schema(PROFILE))

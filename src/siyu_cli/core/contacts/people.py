"""The people of a list with all that a file may say of them: the list's own columns, and what the shop's files know."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from siyu_cli.core.contacts.texts import FILLED_BY, UNFILLED, fill, variables_of
from siyu_cli.destinations.keys import plain_email, plain_phone
from siyu_cli.errors import DataError
from siyu_cli.masks import mask_phone

if TYPE_CHECKING:
    from siyu_cli.core.question import Study

# What the load leaves of members that a contact list needs.
_OF_MEMBERS = (
    "owner", "store", "level", "birthday", "tags", "consent_sms", "consent_wecom", "consent_ads", "opt_out_profiling",
    "is_unfriended", "joined_on",
)  # fmt: skip
# Columns of lists that say why somebody is on them, the most telling first.
_WHY = ("why", "churn_reason", "stage_reason")
_OF_LIST = ("arm", "reason", "offer", "code", "message", "tag")
_EXTERNAL = re.compile(r"^w[mo][A-Za-z0-9_-]{20,}$")  # 企业微信 external_userid
_MOST_NAMED = 5


def people_of(study: Study, given: pa.Table, lang: str) -> pa.Table:
    """Return the people of a list in its order, one row per row of it.

    ``given`` holds the list's columns as they were written, ``member_id`` among them, which may be a mask that stands
    for one member of this shop; ``DataError`` where it stands for none or for several.
    """
    study.list_members(None, lang)
    keys = find_members(study, given["member_id"].to_pylist())
    people: dict[str, Any] = {"member_id": pa.array(keys, pa.string())}
    places = pa.array(keys, pa.string())
    members = study.engine.read("members", ())
    people |= _looked_up(members, places, [name for name in _OF_MEMBERS if name in members.column_names])
    people |= _looked_up(study.engine.read("people", ()), places, ["phone", "name"])
    people["nickname"] = _nicknames(study, places)
    segments = study.engine.read("segments", ())
    people |= _looked_up(segments, places, ["stage", "stage_reason"])
    people["is_known"] = pc.is_in(places, segments["member_id"].combine_chunks())
    for name in given.column_names:
        if name in (*_OF_LIST, *_WHY, "owner", "stage"):
            own = _blank_as_none(given[name])
            known = people[name].cast(pa.string()) if name in people else pa.nulls(len(keys), pa.string())
            # A list may have been masked, and an employee's name in it with that: there the files know better.
            people[name] = pc.coalesce(known, own) if name == "owner" else pc.coalesce(own, known)
    return _worked_out(pa.table(people))


def find_members(study: Study, typed: Sequence[str]) -> list[str]:
    """Return the key of each member named in a list; one that no file names stays as it is.

    ``DataError`` for masks: one that stands for nobody or for several cannot be joined.
    """
    found = study.masks.keys_of(typed)
    lost = [mask for mask, key in zip(typed, found, strict=True) if key is None and "*" in mask]
    if lost:
        raise DataError(
            "{count} members of the list are masked, and the mask stands for several or for nobody: {members}.",
            hint="Write the list again with --show-personal, and give the same files here.",
            count=len(lost), members=", ".join(sorted(set(lost))[:_MOST_NAMED]),
        )  # fmt: skip
    return [mask if key is None else key for mask, key in zip(typed, found, strict=True)]


def _looked_up(table: pa.Table, places: pa.Array, names: Sequence[str]) -> dict[str, Any]:
    rows = pc.index_in(places, table["member_id"].combine_chunks())
    return {name: pc.take(table[name].combine_chunks(), rows) for name in names}


def _nicknames(study: Study, places: pa.Array) -> pa.Array:
    names = study.engine.read("known_names", ("name",))
    names = names.filter(pc.field("is_nickname"))
    rows = pc.index_in(places, names["member_id"].combine_chunks())
    return pc.take(names["name"].combine_chunks(), rows)


def _blank_as_none(values: Any) -> Any:
    texts = values.combine_chunks().cast(pa.string())
    return pc.if_else(pc.equal(pc.utf8_trim_whitespace(texts), ""), pa.scalar(None, pa.string()), texts)


def _worked_out(people: pa.Table) -> pa.Table:
    """Return the people with what follows from their columns: keys to reach them by, what staff find them by, why."""
    phones = [plain_phone(text) for text in people["phone"].to_pylist()]
    ids = people["member_id"].to_pylist()
    found: dict[str, Any] = {
        "phone": pa.array(phones, pa.string()),
        "masked_phone": pa.array([phone and mask_phone(phone) for phone in phones], pa.string()),
        "email": pa.array([plain_email(one.rpartition(":")[2]) for one in ids], pa.string()),
        "external_userid": pa.array([one if _EXTERNAL.match(one) else None for one in ids], pa.string()),
        "why": pc.coalesce(*(people[name].combine_chunks() for name in _WHY if name in people.column_names)),
        "remark": _remarks(people),
        "channels": _channels(people),
    }
    for name, values in found.items():
        at = people.schema.get_field_index(name)
        people = people.append_column(name, values) if at < 0 else people.set_column(at, name, values)
    return people


def _remarks(people: pa.Table) -> pa.Array:
    """Return what an employee finds a member by in WeCom: nickname and tags; the phone's end where there is neither."""
    tails = pc.utf8_slice_codeunits(people["phone"].combine_chunks(), 7)
    parts = zip(people["nickname"].to_pylist(), people["tags"].to_pylist(), tails.to_pylist(), strict=True)
    told = [" · ".join(filter(None, (nickname, tags))) or (tail and f"…{tail}") for nickname, tags, tail in parts]
    return pa.array([text or None for text in told], pa.string())


def _channels(people: pa.Table) -> pa.Array:
    names = [name for name in ("consent_sms", "consent_wecom") if name in people.column_names]
    flags = [people[name].to_pylist() for name in names]
    given = [
        " ".join(name.removeprefix("consent_") for name, flag in zip(names, row, strict=True) if flag)
        for row in zip(*flags, strict=True)
    ]
    return pa.array(given, pa.string()) if names else pa.nulls(people.num_rows, pa.string())


def with_texts(people: pa.Table, text: str | None, lang: str) -> pa.Table:
    """Return the people with ``message`` (the text, filled) and ``say``: that, or what fits their stage."""
    if text is not None:
        names = variables_of(text)
        columns = [people[name].to_pylist() for name in names if name in people.column_names]
        messages = [fill(text, dict(zip(names, row, strict=True))) for row in zip(*columns, strict=True)]
        filled = pa.array(messages if names else [text] * people.num_rows, pa.string())
        people = people.drop_columns(["message"] if "message" in people.column_names else [])
        people = people.append_column("message", filled)
    elif "message" not in people.column_names:
        people = people.append_column("message", pa.nulls(people.num_rows, pa.string()))
    else:
        people = _with_own_texts(people)
    said = [_say(row, lang) for row in people.select(["message", "stage", "name", "nickname"]).to_pylist()]
    return people.append_column("say", pa.array(said, pa.string()))


def _with_own_texts(people: pa.Table) -> pa.Table:
    """Return the people with the texts the list has for them filled, and of whom one could not be."""
    texts = people["message"].to_pylist()
    names = [name for text in {text for text in texts if text} for name in variables_of(text)]
    if not names:
        return people
    known = people.select([name for name in sorted(set(names) & set(FILLED_BY)) if name in people.column_names])
    rows = known.to_pylist() if known.num_columns else [{}] * len(texts)
    filled = [text and fill(text, row) for text, row in zip(texts, rows, strict=True)]
    is_unfilled = [bool(text) and not told for text, told in zip(texts, filled, strict=True)]
    people = people.set_column(people.schema.get_field_index("message"), "message", pa.array(filled, pa.string()))
    return people.append_column(UNFILLED, pa.array(is_unfilled, pa.bool_()))


def _say(row: Mapping[str, str | None], lang: str) -> str:
    if row["message"]:
        return row["message"]
    texts = _sayings().get(row["stage"] or "unknown") or _sayings()["unknown"]
    text: str = texts["zh" if lang == "zh" else "en"]
    return text.format(name=row["name"] or row["nickname"] or ("亲" if lang == "zh" else "there"))


@cache
def _sayings() -> dict[str, Any]:
    return tomllib.loads((files("siyu_cli.core.contacts") / "sayings.toml").read_text("utf-8"))

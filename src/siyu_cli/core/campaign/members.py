"""The shop's members as a plan sees them: who is in the audience, whose answers they are expected to give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu_cli.core.campaign.plan import ANY, Plan
from siyu_cli.core.lifecycle.tables import RFM_SEGMENTS, STAGES
from siyu_cli.engines.step import step
from siyu_cli.errors import ConditionError, ConfigError, Where
from siyu_cli.tables.column import find_label

if TYPE_CHECKING:
    from siyu_cli.core.campaign.offer import Offer
    from siyu_cli.core.question import Study

# What member_facts reads of the list.
_AUDIENCE = (
    "member_id", "stage", "rfm_segment", "custom_segments", "level", "owner", "points", "birthday", "order_count",
    "average_order_value", "is_unfriended", "consent_sms", "consent_wecom", "consent_ads", "opt_out_profiling",
)  # fmt: skip
_RFM = {key: words[-2:] for key, words in RFM_SEGMENTS.items()}


def in_keys(plan: Plan, own: Mapping[str, str]) -> Plan:
    """Return the plan with stages and segments under their keys; ``ConfigError`` for one the shop does not have.

    ``own`` are the segments of ``[segments]``; they go before a stage or an RFM group of the same name.
    """
    responses = tuple(row.model_copy(update={"segment": _segment_key(row.segment, own)}) for row in plan.responses)
    offers = tuple(offer.model_copy(update={"stages": _stage_keys(offer)}) for offer in plan.offers)
    return plan.model_copy(update={"responses": responses, "offers": offers})


def _stage_keys(offer: Offer) -> tuple[str, ...]:
    keys = []
    for name in offer.stages:
        key = find_label(STAGES, name)
        if key is None:
            message = "{offer} is for the stage {stage}, which there is not."
            hint = "The stages are: {stages}."
            raise ConfigError(message, hint=hint, offer=offer.name, stage=name, stages=", ".join(STAGES))
        keys.append(key)
    return tuple(keys)


def _segment_key(name: str, own: Mapping[str, str]) -> str:
    key = name if name == ANY or name in own else find_label({**STAGES, **_RFM}, name)
    if key is None:
        known = ", ".join([*own, *STAGES, *RFM_SEGMENTS])
        message = "The plan has responses of {segment}, which is no segment of this shop."
        raise ConfigError(message, hint="Allowed: * or one of {segments}.", segment=name, segments=known)
    return key


def members_of(study: Study, plan: Plan) -> pa.Table:
    """Return one row per member with all that ``assign`` reads, by member_id; see the step ``member_facts``.

    A member's ``segment`` is the first of the plan's responses that they are in; of who is in none it is ``*``.
    """
    try:
        study.list_members(plan.campaign.where, "en", columns=_AUDIENCE)
    except ConditionError as error:
        place = Where(column="campaign.where")
        raise ConfigError(error.message, hint=error.hint, where=place, **error.facts) from error
    study.engine.run(step("member_facts"), {})
    facts = study.engine.read("member_facts", ["member_id"])
    study.engine.drop("member_facts", "segments")
    study.forget_labels()  # what comes now needs the memory
    return facts.append_column("segment", pa.array(_segments(plan, facts, study.settings.segments)))


def among(facts: pa.Table, members: Iterable[str | None]) -> pa.Table:
    """Return the facts with only these members in the audience; nobody is meant by None."""
    listed = pa.array(sorted({member for member in members if member is not None}), pa.string())
    is_listed = pc.is_in(facts["member_id"].cast(pa.string()), listed)
    place = facts.column_names.index("is_in_audience")
    return facts.set_column(place, "is_in_audience", pc.and_kleene(facts["is_in_audience"], is_listed))


def _segments(plan: Plan, facts: pa.Table, own: Mapping[str, str]) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    named = list(dict.fromkeys(row.segment for row in plan.responses if row.segment != ANY))
    found = np.full(facts.num_rows, ANY, dtype=object)
    between = pc.binary_join_element_wise(";", facts["custom_segments"].cast(pa.string()).fill_null(""), ";", "")
    for name in reversed(named):
        if name in own:
            is_in = pc.match_substring(between, f";{name};")
        else:
            column = facts["stage" if name in STAGES else "rfm_segment"].cast(pa.string())
            is_in = pc.equal(column, name).fill_null(False)
        found[is_in.combine_chunks().to_numpy(zero_copy_only=False)] = name
    return found

"""``siyu explain``: everything known about one member, and why each label was given, rule by rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from siyu_cli import locale
from siyu_cli.cli.loading import end_by_findings, load_shop, read_source, tell_load, title
from siyu_cli.cli.memory import known_aliases
from siyu_cli.cli.options import (
    AsOf,
    Config,
    Files,
    Format,
    Lang,
    Map,
    PasswordEnv,
    Quiet,
    ShowPersonal,
    Verbose,
)
from siyu_cli.cli.output import Sink, open_sink
from siyu_cli.cli.values import show
from siyu_cli.locale import get_language
from siyu_cli.locale import translate as _
from siyu_cli.tables.catalogue import LABELS
from siyu_cli.tables.column import Column
from siyu_cli.tables.inputs import MEMBERS
from siyu_cli.tables.lifecycle import FEATURES, RFM_SEGMENTS, SEGMENTS, STAGES

if TYPE_CHECKING:
    from siyu_cli import Shop
    from siyu_cli.core.lifecycle.explain import Explanation
    from siyu_cli.errors import Note

EXAMPLES = """siyu explain 13800138000 客户.xlsx 订单.xlsx
siyu explain '138****8000' 客户.xlsx 订单.xlsx
siyu explain V10086 会员.csv 订单.csv --as-of 2026-03-01 --lang zh
"""
Member = Annotated[
    str,
    typer.Argument(
        metavar="MEMBER", help="Member id, phone or account, as it stands in the files or masked as in a list."
    ),
]
RULES = (
    Column("number", "text", "No.", "序号"),
    Column("stage", "text", "Stage", "阶段"),
    Column("fits", "text", "Fits", "符合"),
    Column("finding", "text", "Because", "依据"),
)
PURCHASES = (
    Column("ordered_on", "date", "Date", "日期"),
    Column("order_count", "count", "Orders", "订单数"),
    Column("paid_amount", "money", "Paid", "实付金额"),
    Column("refunded_amount", "money", "Refunded", "退款金额"),
    Column("gap_days", "count", "Gap (days)", "间隔(天)"),
)
MEASURES = (
    Column("measure", "text", "RFM", "RFM"),
    Column("value", "text", "This member", "该会员"),
    Column("split", "text", "High is", "高的标准"),
    Column("level", "text", "Level", "高低"),
    Column("score", "count", "Score", "分数"),
)
PURCHASES_SHOWN = 10


def explain(  # noqa: PLR0913, PLR0917  each parameter is an option
    member: Member,
    files: Files,
    as_of: AsOf = None,
    format: Format = None,
    header_map: Map = None,
    config: Config = None,
    password_env: PasswordEnv = None,
    show_personal: ShowPersonal = False,
    lang: Lang = None,  # noqa: ARG001  main has already chosen the language
    quiet: Quiet = False,
    verbose: Verbose = False,  # noqa: ARG001  main has already looked at it
) -> None:
    """Tell everything known about one member, and why they are in their stage and RFM group.

    The stage rules are tried one by one, with this member's numbers, until one fits.
    """
    sink = open_sink(format, quiet=quiet)
    source = read_source(files, as_of, config, header_map, password_env, sink)
    with load_shop(source, sink, known_aliases(source.settings)) as shop:
        found = shop.explain(member, lang=get_language())
        facts = describe(found, shop, show_personal=show_personal)
    if sink.is_table:
        print_explanation(found, facts, sink)
    elif sink.format == "csv":
        known = [{"column": key, "value": value} for key, value in facts["member"].items()]
        sink.rows(("column", "value"), known)
    elif sink.format == "jsonl":
        sink.rows(tuple(facts), [facts])
    else:
        sink.document(facts)
    tell_load(shop.load.report, sink)
    end_by_findings(shop.load.report, sink)


def describe(found: Explanation, shop: Shop, *, show_personal: bool) -> dict[str, Any]:
    """Return what is known as machines read it: member, stage, rfm, purchases and warnings; personal values masked."""
    known = {**found.features, **found.member}
    keys = [*SEGMENTS.keys, *(key for key in FEATURES.keys if key not in SEGMENTS.keys)]
    member = {key: known.get(key) for key in keys}
    phone, name = shop.person(found.member_id)
    member |= {"phone": phone, "name": name}
    if not show_personal:
        member = shop.masks.record(member, found.member_id)
    rules = [
        {
            "number": rule.number,
            "stage": rule.stage,
            "fits": rule.fits,
            "decides": rule.decides,
            "finding": fill(rule.finding),
        }
        for rule in found.rules
    ]
    return {
        "member": member,
        "stage": {"stage": known["stage"], "reason": known["stage_reason"], "rules": rules},
        "rfm": {"rfm_segment": known["rfm_segment"], "measures": list(compare_with_splits(known, shop))},
        "purchases": found.purchases.drop(columns="member_id").to_dict("records"),
        "warnings": [str(note) for note in shop.load.report.masked().warnings],
    }


def compare_with_splits(known: Mapping[str, Any], shop: Shop) -> Iterator[dict[str, Any]]:
    """Yield each RFM measure of a buyer: its score, its value, and where high begins."""
    from siyu_cli.core.lifecycle.segment import describe_splits

    if known["rfm_segment"] is None:
        return
    splits = describe_splits(shop.engine, shop.parameters)
    letters = RFM_SEGMENTS[known["rfm_segment"]][0]
    measures = (
        ("days_since_last", "r_score", splits["recency_days"]),
        ("order_days", "f_score", splits["order_days"]),
        ("net_sales", "m_score", splits["net_sales"]),
    )
    for letter, (key, score, split) in zip(letters, measures, strict=True):
        row = {"measure": key, "value": known[key], "split": split, "is_high": letter == "H"}
        yield {**row, "score": known[score]}


def print_explanation(found: Explanation, facts: Mapping[str, Any], sink: Sink) -> None:
    """Print the labels, the rules that led to them, every number known, and the last purchases."""
    member, lang = facts["member"], get_language()
    names = [member["member_id"], member["name"], member["phone"]]
    labels = [
        (_("Member"), " · ".join(dict.fromkeys(str(name) for name in names if name))),
        (SEGMENTS["stage"].title(lang), f"{title(STAGES, member['stage'])} · {member['stage_reason']}"),
    ]
    if member["rfm_segment"] is not None:
        labels.append((SEGMENTS["rfm_segment"].title(lang), title(RFM_SEGMENTS, member["rfm_segment"])))
    sink.facts(labels)
    sink.text()
    sink.table(RULES, list(show_rules(found)), title=_("Stage rules: the first that fits decides"))
    if facts["rfm"]["measures"]:
        sink.text()
        print_measures(facts["rfm"]["measures"], sink)
    sink.text()
    skipped = {"member_id", "phone", "name", *SEGMENTS.keys[1:6], "stage_reason"}
    sink.facts(
        (column.title(lang), show_known(column, member[column.key]))
        for column in _columns(member)
        if column.key not in skipped
    )
    if len(found.purchases):
        sink.text()
        last = found.purchases.tail(PURCHASES_SHOWN).iloc[::-1].to_dict("records")
        heading = _("Last {shown} of {rows} rows of orders and refunds, by day")
        sink.table(PURCHASES, last, title=heading.format(shown=len(last), rows=len(found.purchases)))


def show_rules(found: Explanation) -> Iterator[dict[str, str]]:
    """Yield the rules as they were tried, up to the one that decided."""
    for rule in found.rules:
        yield {
            "number": f"→ {rule.number}" if rule.decides else f"  {rule.number}",
            "stage": title(STAGES, rule.stage),
            "fits": show(rule.fits, "flag"),
            "finding": fill(rule.finding, get_language()),
        }
        if rule.decides:
            return


def print_measures(measures: Sequence[Mapping[str, Any]], sink: Sink) -> None:
    """Print the three measures of RFM, each against where high begins."""
    lang = get_language()
    high = {"days_since_last": "≤", "order_days": "≥", "net_sales": ">"}
    rows = [
        {
            "measure": f"{letter}  {FEATURES[row['measure']].title(lang)}",
            "value": show(row["value"], FEATURES[row["measure"]].kind),
            "split": f"{high[row['measure']]} {show(row['split'], FEATURES[row['measure']].kind)}",
            "level": _("high") if row["is_high"] else _("low"),
            "score": row["score"],
        }
        for letter, row in zip("RFM", measures, strict=True)
    ]
    sink.table(MEASURES, rows)


def show_known(column: Column, value: Any) -> str:
    """Return one fact about a member as people read it."""
    if column.key in LABELS:
        return title(LABELS[column.key], value)
    return show(value, "money" if column.key == "average_order_value" else column.kind)


def fill(note: Note, lang: str = "en") -> str:
    """Return a rule's finding with its numbers; what is not known is a dash."""
    facts = {key: show(value, "number") or "–" for key, value in note.facts.items()}
    return locale.translate(note.message, lang).format(**facts)


def _columns(member: Mapping[str, Any]) -> Iterator[Column]:
    for key in member:
        table = next(table for table in (SEGMENTS, FEATURES, MEMBERS) if key in table.keys)
        yield table[key]

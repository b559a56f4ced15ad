"""``siyu export``: a list to those who may lawfully be contacted, in the form their tool takes, and remembered."""

from __future__ import annotations

import os
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from siyu_cli.cli.frame import Besides, asks
from siyu_cli.cli.offers import among
from siyu_cli.cli.options import choice, flag, one_of, parse_overrides, read_password, target, text
from siyu_cli.core.contacts.tables import OVERRIDDEN
from siyu_cli.destinations.listed import destination_names
from siyu_cli.errors import UsageError
from siyu_cli.locale import get_language
from siyu_cli.render.targets import TABLES, Written, check_output

if TYPE_CHECKING:
    import pyarrow as pa

    from siyu_cli.cli.loading import Asked
    from siyu_cli.cli.output import Sink
    from siyu_cli.config.settings import Settings
    from siyu_cli.core.question import Answer, Question
    from siyu_cli.ledger.run import Memory
    from siyu_cli.render.locks import Lock
    from siyu_cli.shop.exporting import Order

EXAMPLES = """siyu export 流失风险.xlsx 客户.xlsx 订单.xlsx --to staff -o 今日 --campaign 三月召回
siyu export 名单.csv 客户.xlsx --to sms-aliyun --text '【某某店】{name}您好，新品到店，拒收请回复R' -o 短信
siyu export 名单.csv 客户.xlsx --to tencent-ads --dry-run
"""
List = Annotated[
    Path, typer.Argument(metavar="LIST", help="A list siyu has written: csv, xlsx, jsonl or parquet with member_id.")
]
_WHERE_TO = (
    "Where it goes: staff, wecom, wecom-checklist, csv, sms-aliyun, sms-tencent, tencent-ads and others, see "
    "docs/export.md."
)
To = Annotated[
    str | None,
    typer.Option(
        "--to", metavar="DEST", callback=one_of("--to", destination_names()),
        autocompletion=among(destination_names()), help=_WHERE_TO,
    ),
]  # fmt: skip
Folder = Annotated[Path | None, text("--output -o", "DIR", "The folder for the files; it is made if need be.")]
_FOR_WHAT = "What it is for: nobody is sent the same campaign there twice. Else its plan's, or the list and the day."
Campaign = Annotated[str | None, text("--campaign", "NAME", _FOR_WHAT)]
_USED = "What the data are used for; kept in the audit chain."
Purpose = Annotated[str | None, text("--purpose", "TEXT", _USED)]
_MESSAGE = "The message, with {name}, {nickname}, {owner}, {store}, {level}, {offer}, {code} filled for each member."
Text = Annotated[str | None, text("--text", "TEXT", _MESSAGE)]
SplitBy = Annotated[str | None, choice("--split-by", ("owner",), "One file per employee, named after them.")]
_ROWS = "Only rows of the list of which this is true: \"risk_band = 'high'\"."
Where = Annotated[str | None, text("--where", "CONDITION", _ROWS)]
DryRun = Annotated[bool, flag("--dry-run", "Tell who would be sent and who not; write and remember nothing.")]
Reasons = Annotated[Path | None, target("--reasons", "Write here what becomes of everybody on the list.")]
_AUDITED = "Go on in spite of a refusal; the reason is kept in the audit chain."
Override = Annotated[list[str] | None, text("--override", "CODE=REASON", _AUDITED)]
_LOCKED = "Lock the files: workbooks by the password of --password-env, any by age for this recipient (extra age)."
Encrypt = Annotated[str | None, text("--encrypt", "password|age1…", _LOCKED)]


@asks("Looking who may be contacted…", without=("output",))
def export(  # noqa: PLR0913, PLR0917  each parameter is an option
    list_file: List,
    to: To = None,
    folder: Folder = None,
    campaign: Campaign = None,
    purpose: Purpose = None,
    text: Text = None,
    by: SplitBy = None,
    where: Where = None,
    dry_run: DryRun = False,
    reasons: Reasons = None,
    override: Override = None,
    encrypt: Encrypt = None,
) -> tuple[Question, Besides]:
    """Write the contact list that may lawfully leave, and remember whom it reached.

    LIST says who, FILES hold their phones, names and consents. Everybody else gets one reason: control group, no
    consent, said no, minor, contacted too often, and so on; sent and left out are all that were listed.

    Files and record appear together or not at all. The same export again reaches nobody twice.
    """
    place, overrides = _check(to, folder, dry_run), parse_overrides(override, OVERRIDDEN)
    rows = _rows(list_file, where)
    from siyu_cli.core.contacts.question import Export
    from siyu_cli.shop.exporting import Order

    question = Export(
        rows, place, date.min, campaign or "", list_file.stem, purpose, text, where, overrides, dry_run,
        lang=get_language(),
    )  # fmt: skip
    return question, _carried_out(Order(None if dry_run else folder, by, reasons), place, encrypt)


def _rows(path: Path, where: str | None) -> pa.Table:
    """Return the list as it was read; errors are told before any work is done."""
    from siyu_cli.core.conditions import parse_condition
    from siyu_cli.core.contacts.given import list_table, list_tables
    from siyu_cli.files.lists import read_list

    check_output(None, (path,), force=False)
    rows = read_list(path, list_tables()).rows
    if where is not None:
        parse_condition(where, list_table(rows.column_names))
    return rows


def _carried_out(order: Order, place: str, encrypt: str | None) -> Besides:
    from siyu_cli.shop.exporting import deliver, receipt_note

    def check_files(asked: Asked, _settings: Settings) -> None:
        if order.reasons is not None:
            check_output(
                order.reasons, asked.files, force=asked.force, option="--reasons", has_meta=False, suffixes=TABLES
            )
        order.force, order.show_personal = asked.force, asked.show_personal
        order.lock = _lock(encrypt, place, asked)

    def send(found: Answer, memory: Memory, sink: Sink) -> tuple[Answer, list[Written]]:
        with nullcontext() if order.folder is None else sink.writing(order.folder):
            answer, written = deliver(found, memory, sink.reader, order)
        if note := receipt_note(answer):
            sink.note(sink.reader.say(note))
        return answer, written

    return Besides(check_files, lambda _shop, _asked: (), send)


def _lock(how: str | None, to: str, asked: Asked) -> Lock | None:
    if how is None:
        return None
    from siyu_cli.destinations.model import destination
    from siyu_cli.render.locks import lock_of

    lock = lock_of(how, read_password(asked.password_env, os.environ))
    allowed = destination(to).locks
    if lock.kind not in allowed:
        raise UsageError(
            "Files for {destination} cannot be locked in this way: {lock}.",
            hint="Possible there: {allowed}." if allowed else "The tool that imports them could not open them.",
            destination=to, lock=lock.kind, allowed=", ".join(allowed),
        )  # fmt: skip
    return lock


def _check(to: str | None, folder: Path | None, is_dry: bool) -> str:
    if to is None:
        raise UsageError(
            "--to names no destination.", hint="Choose one of {choices}.", choices=", ".join(destination_names())
        )
    if folder is None and not is_dry:
        raise UsageError(
            "siyu export needs a folder for its files: -o DIR.", hint="--dry-run tries without writing anything."
        )
    if folder is not None:
        from siyu_cli.render.names import check_name

        check_name(folder, "-o")
    return to

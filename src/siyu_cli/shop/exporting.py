"""An export carried out: files and record in one step, the list of reasons with them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from siyu_cli.core.contacts.question import ExportAnswer
from siyu_cli.core.contacts.texts import variables_of
from siyu_cli.errors import Note
from siyu_cli.ledger.exporting import recording
from siyu_cli.ledger.past import AskedContacts, Past
from siyu_cli.masks import mask_word
from siyu_cli.render.contact_files import Filing, write_contacts
from siyu_cli.render.replace import make_folder, together, waiting
from siyu_cli.render.targets import Written

if TYPE_CHECKING:
    from siyu_cli.core.question import Answer
    from siyu_cli.ledger.contacts import Sending
    from siyu_cli.ledger.run import Memory
    from siyu_cli.render.contact_files import ContactFile
    from siyu_cli.render.locks import Lock
    from siyu_cli.render.reader import Reader


@dataclass
class Order:
    """Where the files of an export go; what the shared options say is put in before the work begins."""

    folder: Path | None
    split_by: str | None = None
    reasons: Path | None = None
    force: bool = False
    show_personal: bool = False
    lock: Lock | None = None


def deliver(found: Answer, memory: Memory, reader: Reader, order: Order) -> tuple[Answer, list[Written]]:
    """Write the files, remember whom they reach, and return the answer with its receipt; a trial only tells."""
    answer = cast(ExportAnswer, found)
    files: list[ContactFile] = []
    if answer.question.is_dry or not answer.sent.num_rows or order.folder is None:
        with together():
            others = _write_reasons(answer, reader, order)
    else:
        answer, files, others = _export(answer, memory, reader, order)
    for one in files:
        memory.note_output(one.path, one.rows, one.shown)
    for paths, rows in others:
        memory.note_output(paths[0], rows)
    return answer, [*(((one.path,), one.rows) for one in files), *others]


def _export(
    answer: ExportAnswer, memory: Memory, reader: Reader, order: Order
) -> tuple[ExportAnswer, list[ContactFile], list[Written]]:
    assert memory.run is not None
    assert order.folder is not None
    question = answer.question
    variables = variables_of(question.text or "")
    filing = Filing(
        order.folder, mask_word(question.campaign), question.sent_on, order.split_by, variables, order.force,
        order.lock,
    )  # fmt: skip
    make_folder(order.folder)
    with recording(memory.book, memory.run.run_id, _now) as record, together():
        files = write_contacts(answer.sent, answer.place, filing, reader)
        others = _write_reasons(answer, reader, order)
        places = waiting()
        named = {one.path: (places[one.path], one.rows, one.shown) for one in files}
        record.keep(_sending(answer, memory.book.ledger.from_shop(order.folder)), named)
    receipt = {"head": str(record.head), "files": [one.path.name for one in files]}
    return replace(answer, receipt=receipt), files, others


def receipt_note(answer: Answer) -> Note | None:
    """Return what is said of the record of an export; None where there is none."""
    receipt = cast(ExportAnswer, answer).receipt
    return Note("Audit head: {head}. Note it elsewhere: siyu audit verify --head {head}.", receipt) if receipt else None


def _now() -> datetime:
    return datetime.now(UTC)


def _sending(answer: ExportAnswer, folder: str) -> Sending:
    from siyu_cli.ledger.contacts import Sending

    question, past = answer.question, cast(Past, answer.past)
    asked = AskedContacts(
        question.campaign, question.to, answer.place.channel, question.sent_on, answer.rules.lookback_days
    )  # fmt: skip
    shown = mask_word(question.campaign)[:200]
    owners = answer.sent_by_owner
    return Sending(asked, shown, past, answer.fates, owners, folder, answer.audited)


def _write_reasons(answer: ExportAnswer, reader: Reader, order: Order) -> list[Written]:
    if order.reasons is None:
        return []
    from siyu_cli.core.contacts.tables import EXPORT_LIST
    from siyu_cli.render.write import write_rows

    rows = (answer if order.show_personal else answer.masked()).listed
    write_rows(rows, EXPORT_LIST, order.reasons, reader, force=order.force)
    return [((order.reasons,), rows.num_rows)]

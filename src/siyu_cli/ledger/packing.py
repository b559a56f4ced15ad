"""People written in packs; once, too, those that an earlier siyu wrote in rows of their own, and the chain is told."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from siyu_cli.ledger import audit, sealing
from siyu_cli.ledger import first_contact_tables as first
from siyu_cli.ledger.contact_tables import EXPORTS, PEOPLE
from siyu_cli.ledger.keyring import Keyring
from siyu_cli.ledger.marking import NOBODY
from siyu_cli.ledger.packs import People
from siyu_cli.ledger.past import SENT


def pack_first_rows(connection: sa.Connection, ring: Keyring, now: datetime) -> None:
    """Pack what is still in rows; what was changed in them before is found by ``audit verify`` after as well."""
    if not first.are_there(connection):
        return
    exports = {}
    for export_id in connection.execute(sa.select(EXPORTS.c.export_id).order_by(EXPORTS.c.export_id)).scalars().all():
        was = sealing.first_digest(connection, export_id)
        owners = _pack(connection, export_id)
        own = EXPORTS.c.export_id == export_id
        connection.execute(EXPORTS.update().where(own).values(owners=owners))
        exports[export_id] = {"was": was, "is": sealing.seal_export(connection, ring, export_id)}
    first.remove(connection)
    audit.append(connection, ring, "packed", now, {"exports": exports})


def _pack(connection: sa.Connection, export_id: str) -> dict[str, int]:
    """Pack one export and return how many contacts each employee had in it."""
    of_contacts, of_exclusions = first.CONTACTS.c, first.EXCLUSIONS.c
    query = first.CONTACTS.select().where(of_contacts.export_id == export_id).order_by(of_contacts.contact_id)
    contacts = connection.execute(query).all()
    packs = {SENT: _people([(row.member, row.address) for row in contacts])}
    query = first.EXCLUSIONS.select().where(of_exclusions.export_id == export_id)
    by_reason: dict[str, list[tuple[str, None]]] = {}
    for row in connection.execute(query.order_by(of_exclusions.member)):
        by_reason.setdefault(row.reason, []).append((row.member, None))
    packs |= {reason: _people(rows) for reason, rows in by_reason.items()}
    insert_people(connection, export_id, packs)
    return dict(Counter(row.owner for row in contacts if row.owner))


def _people(rows: Any) -> People:
    members = b"".join(bytes.fromhex(member) for member, _phone in rows)
    return People(members, b"".join(bytes.fromhex(phone) if phone else NOBODY for _member, phone in rows))


def insert_people(connection: sa.Connection, export_id: str, packs: dict[str, People]) -> None:
    """Write the people of an export, by what became of them."""
    for fate, people in packs.items():
        for number, part in enumerate(people.parts()):
            row = {"export_id": export_id, "fate": fate, "part": number}
            connection.execute(PEOPLE.insert(), {**row, "members": part.members, "phones": part.phones})

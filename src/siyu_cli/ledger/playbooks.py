"""What is remembered of playbooks: their runs and steps, and whose episodes a trigger has fired for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from siyu_cli.ledger.contact_tables import EXPORTS
from siyu_cli.ledger.database import RUNS, SNAPSHOTS
from siyu_cli.ledger.keyring import open_keyring
from siyu_cli.ledger.ledger import Ledger, Snapshot
from siyu_cli.ledger.marking import MARK
from siyu_cli.ledger.playbook_tables import EPISODES, PLAYBOOK_RUNS, PLAYBOOK_STEPS
from siyu_cli.ledger.run import STEP

_AT_ONCE = 500


@dataclass(frozen=True)
class Begun:
    """A run as it begins: its key, the playbook's name as it is and masked, its date, the digests of its parts."""

    run_key: str
    name: str
    shown: str
    as_of: date
    parts: Mapping[str, str]


@dataclass(frozen=True)
class Entered:
    """Members who came into a stage: whom, on which day each was first seen there, on which last seen elsewhere."""

    members: Sequence[str] = field(repr=False)
    entered_on: Sequence[date]
    left_on: Sequence[date]


@dataclass(frozen=True)
class Fired:
    """Whom a trigger fires for in a run, and how many it does not because it has, or did so lately."""

    members: Sequence[str] = field(repr=False)
    before: int
    cooling: int


class PlaybookBook:
    """The playbooks of one ledger; raises as ``Ledger`` does. ``clock`` gives the time that is recorded."""

    def __init__(self, ledger: Ledger, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.ledger, self._clock = ledger, clock

    # --- Runs ---------------------------------------------------------------------------------------------

    def run(self, run_key: str) -> dict[str, Any] | None:
        """Return one run; None where there is none of that key."""
        return next(iter(self._runs(PLAYBOOK_RUNS.c.run_key == run_key)), None)

    def runs_of(self, name: str) -> list[dict[str, Any]]:
        """Return the runs of a playbook, the last one first."""
        return self._runs(PLAYBOOK_RUNS.c.playbook == digest(name))

    def last_runs(self, limit: int) -> list[dict[str, Any]]:
        """Return the last runs of all playbooks, the last one first."""
        return self._runs(sa.true(), limit)

    def _runs(self, which: sa.ColumnElement[bool], limit: int | None = None) -> list[dict[str, Any]]:
        query = PLAYBOOK_RUNS.select().where(which).order_by(PLAYBOOK_RUNS.c.number.desc()).limit(limit)
        with self.ledger.begin() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def begin(self, run: Begun) -> None:
        """Record that a run begins, or goes on."""
        with self.ledger.begin() as connection:
            last = connection.scalar(sa.select(sa.func.max(PLAYBOOK_RUNS.c.number))) or 0
            going_on = {"state": "running", "code": None, "ended_at": None}
            found = connection.execute(_of_run(PLAYBOOK_RUNS.update(), run.run_key).values(**going_on)).rowcount
            if not found:
                row = {
                    "run_key": run.run_key, "number": last + 1, "playbook": digest(run.name), "shown": run.shown,
                    "as_of": run.as_of, "begun_at": self._now(), "parts": dict(run.parts), **going_on,
                }  # fmt: skip
                connection.execute(PLAYBOOK_RUNS.insert(), row)

    def end(self, run_key: str, state: str, code: int | None) -> None:
        """Record how a run ended; one that is done has its triggers fired for good."""
        with self.ledger.begin() as connection:
            ended = {"state": state, "code": code, "ended_at": self._now()}
            connection.execute(_of_run(PLAYBOOK_RUNS.update(), run_key).values(**ended))
            if state == "done":
                connection.execute(EPISODES.update().where(EPISODES.c.run_key == run_key).values(is_final=True))

    # --- Steps --------------------------------------------------------------------------------------------

    def steps(self, run_key: str) -> list[dict[str, Any]]:
        """Return what became of the steps of a run, in their order."""
        query = PLAYBOOK_STEPS.select().where(PLAYBOOK_STEPS.c.run_key == run_key).order_by(PLAYBOOK_STEPS.c.place)
        with self.ledger.begin() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def begin_step(self, run_key: str, step: str, place: int, state: str, triggers: Sequence[str] = ()) -> None:
        """Record that a step begins; an external one is intended, and those of these triggers are fired for good."""
        row = {
            "run_key": run_key, "step": step, "place": place, "state": state, "why": "", "begun_at": self._now(),
            "figures": {},
        }  # fmt: skip
        with self.ledger.begin() as connection:
            connection.execute(PLAYBOOK_STEPS.delete().where(_is_step(run_key, step)))
            connection.execute(PLAYBOOK_STEPS.insert(), row)
            _settle(connection, run_key, triggers, is_final=True)

    def end_step(self, run_key: str, step: str, ended: Mapping[str, Any], free: Sequence[str] = ()) -> None:
        """Record how a step ended: columns of the table; triggers that reached nobody are ``free`` again."""
        with self.ledger.begin() as connection:
            values = {**ended, "ended_at": self._now()}
            connection.execute(PLAYBOOK_STEPS.update().where(_is_step(run_key, step)).values(**values))
            _settle(connection, run_key, free, is_final=False)

    def command_run(self, run_key: str, step: str) -> str | None:
        """Return the run of the ledger that a step's command was, the last one; None where it did not get so far."""
        query = sa.select(RUNS.c.run_id, RUNS.c.parameters).order_by(RUNS.c.run_id.desc()).limit(_AT_ONCE)
        mark = token(run_key, step)
        with self.ledger.begin() as connection:
            rows = connection.execute(query).all()
        return next((row.run_id for row in rows if row.parameters.get(STEP) == mark), None)

    def was_exported(self, run_id: str | None) -> bool:
        """Return whether the ledger vouches for an export: its files have their names."""
        query = sa.select(EXPORTS.c.export_id).where(EXPORTS.c.export_id == run_id, EXPORTS.c.status == "done")
        with self.ledger.begin() as connection:
            return connection.scalar(query) is not None

    # --- Triggers -----------------------------------------------------------------------------------------

    def snapshot(self, run_id: str | None) -> Snapshot | None:
        """Return the list that a run left; None where it left none, or it is not as it was written."""
        found = self.ledger.snapshots(SNAPSHOTS.c.run_id == run_id)
        return found[0] if found else None

    def snapshots(self, after: date, before: date) -> list[Snapshot]:
        """Return the lists between two dates, one for each date, the last written, the earliest date first."""
        found = self.ledger.snapshots(sa.and_(SNAPSHOTS.c.as_of > after, SNAPSHOTS.c.as_of < before))
        return list({one.as_of: one for one in reversed(found)}.values())

    def fire(self, run: Begun, trigger: str, entered: Entered, cooldown_days: int) -> Fired:
        """Record whom a trigger fires for in this run, and return them; asked again, it says the same."""
        with self.ledger.begin() as connection:
            marks = self._marks(connection, entered.members)
            known = self._known(connection, run.name, trigger)
            fires = [self._verdict(run, known.get(mark, ()), left_on, cooldown_days)
                     for mark, left_on in zip(marks, entered.left_on, strict=True)]  # fmt: skip
            new: list[dict[str, Any]] = [
                {
                    "playbook": digest(run.name), "fired_by": trigger, "member": mark, "entered_on": day,
                    "run_key": run.run_key, "fired_on": run.as_of, "is_final": False,
                }
                for mark, day, verdict in zip(marks, entered.entered_on, fires, strict=True)
                if verdict == "fires"
            ]  # fmt: skip
            for piece in _pieces([row["member"] for row in new]):  # of a run that came to nothing: taken over
                taken = _of_trigger(EPISODES.delete(), run.name, trigger).where(EPISODES.c.member.in_(piece))
                connection.execute(taken.where(sa.not_(EPISODES.c.is_final)))
            if new:
                connection.execute(EPISODES.insert(), new)
        named = [one for one, verdict in zip(entered.members, fires, strict=True) if verdict in ("fires", "ours")]
        return Fired(named, fires.count("before"), fires.count("cooling"))

    def _marks(self, connection: sa.Connection, members: Sequence[str]) -> list[str]:
        whole = open_keyring(connection, self.ledger.folder).marks("member", members) if members else b""
        return [whole[start : start + MARK].hex() for start in range(0, len(whole), MARK)]

    def _known(self, connection: sa.Connection, name: str, trigger: str) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for row in connection.execute(_of_trigger(EPISODES.select(), name, trigger)):
            found.setdefault(row.member, []).append(row)
        return found

    def _verdict(self, run: Begun, known: Sequence[Any], left_on: date, cooldown_days: int) -> str:
        if any(row.run_key == run.run_key and row.entered_on > left_on for row in known):
            return "ours"
        fired = [row for row in known if row.is_final]
        if any(row.entered_on > left_on for row in fired):
            return "before"
        since = run.as_of - timedelta(days=cooldown_days)
        return "cooling" if any(row.fired_on > since for row in fired) else "fires"

    def _now(self) -> str:
        return self._clock().astimezone(UTC).isoformat(timespec="seconds")


def leave_out(connection: sa.Connection, marks: Sequence[str]) -> None:
    """Remove members from what is remembered of triggers."""
    connection.execute(EPISODES.delete().where(EPISODES.c.member.in_(list(marks))))


def token(run_key: str, step: str) -> str:
    """Return by what the run of a step's command is known in the table of runs."""
    return f"{run_key[:16]}/{step}"


def digest(text: str) -> str:
    """Return the SHA-256 of a text as hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _of_run(statement: Any, run_key: str) -> Any:
    return statement.where(PLAYBOOK_RUNS.c.run_key == run_key)


def _is_step(run_key: str, step: str) -> sa.ColumnElement[bool]:
    return sa.and_(PLAYBOOK_STEPS.c.run_key == run_key, PLAYBOOK_STEPS.c.step == step)


def _of_trigger(statement: Any, name: str, trigger: str) -> Any:
    return statement.where(EPISODES.c.playbook == digest(name), EPISODES.c.fired_by == trigger)


def _settle(connection: sa.Connection, run_key: str, triggers: Sequence[str], *, is_final: bool) -> None:
    if triggers:
        theirs = sa.and_(EPISODES.c.run_key == run_key, EPISODES.c.fired_by.in_(list(triggers)))
        connection.execute(EPISODES.update().where(theirs).values(is_final=is_final))


def _pieces(marks: Sequence[str]) -> Iterator[list[str]]:
    yield from (list(marks[at : at + _AT_ONCE]) for at in range(0, len(marks), _AT_ONCE))

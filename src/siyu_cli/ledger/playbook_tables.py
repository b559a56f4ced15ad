"""Tables of playbooks: runs under their keys, what became of each step, for whom a trigger has fired.

Members stand in them as keyed hashes (see ``keyring``). A table that was released is never edited.
"""

from __future__ import annotations

import sqlalchemy as sa

METADATA = sa.MetaData()
_DIGEST, _MARK, _NAME, _TIME = 64, 32, 200, 32

PLAYBOOK_RUNS = sa.Table(
    "playbook_runs",
    METADATA,
    sa.Column("run_key", sa.String(_DIGEST), primary_key=True),
    sa.Column("number", sa.Integer, nullable=False, index=True),  # in the order of their beginning: a clock may jump
    sa.Column("playbook", sa.String(_DIGEST), nullable=False, index=True),  # digest of its name
    sa.Column("shown", sa.String(_NAME), nullable=False),  # its name, masked
    sa.Column("as_of", sa.Date, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),  # running (or killed), unknown, failed, given_up, done
    sa.Column("code", sa.Integer),
    sa.Column("begun_at", sa.String(_TIME), nullable=False),
    sa.Column("ended_at", sa.String(_TIME)),
    sa.Column("parts", sa.JSON, nullable=False),  # digests of what the key is made of
)

PLAYBOOK_STEPS = sa.Table(
    "playbook_steps",
    METADATA,
    sa.Column("run_key", sa.String(_DIGEST), primary_key=True),
    sa.Column("step", sa.String(_NAME), primary_key=True),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),  # running, intended, unknown, done, failed, skipped
    sa.Column("code", sa.Integer),
    sa.Column("why", sa.String(_NAME), nullable=False),  # of what was skipped
    sa.Column("begun_at", sa.String(_TIME)),
    sa.Column("ended_at", sa.String(_TIME)),
    sa.Column("command_run", sa.String(40)),  # of the table runs
    sa.Column("figures", sa.JSON, nullable=False),
    sa.Column("sha256", sa.String(_DIGEST)),  # of the file it wrote
)

EPISODES = sa.Table(
    "playbook_episodes",
    METADATA,
    sa.Column("playbook", sa.String(_DIGEST), primary_key=True),
    sa.Column("fired_by", sa.String(_NAME), primary_key=True),  # the trigger
    sa.Column("member", sa.String(_MARK), primary_key=True, index=True),
    sa.Column("entered_on", sa.Date, primary_key=True),
    sa.Column("run_key", sa.String(_DIGEST), nullable=False, index=True),
    sa.Column("fired_on", sa.Date, nullable=False),
    # Whether anything left the house for it, or its run was done: until then another run may take it over.
    sa.Column("is_final", sa.Boolean, nullable=False),
)


def create_playbook_tables(connection: sa.Connection) -> None:
    """Add the tables to a ledger that has none of them."""
    METADATA.create_all(connection)

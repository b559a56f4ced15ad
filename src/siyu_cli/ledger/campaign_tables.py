"""Tables of campaigns: what was planned, who was assigned to what, what each result said, what was learned.

Nobody stands in them by name or id: a member is a keyed hash (see ``keyring``), and so is an employee; names that
operators chose are masked. A campaign is known by the keyed hash of its name and its first day. A table that was
released is never edited; what changes later is a migration of its own.
"""

from __future__ import annotations

import sqlalchemy as sa

METADATA = sa.MetaData()
_MARK = 32  # hexadecimal digits of a keyed hash
_NAME = 200

CAMPAIGNS = sa.Table(
    "campaigns",
    METADATA,
    sa.Column("mark", sa.String(_MARK), primary_key=True),
    sa.Column("starts_on", sa.Date, primary_key=True),
    sa.Column("ends_on", sa.Date, nullable=False),
    # The last day whose orders count: until then its control group is left alone.
    sa.Column("counts_until", sa.Date, nullable=False, index=True),
    sa.Column("run_id", sa.String(40), nullable=False),  # of the plan that holds
    sa.Column("campaign", sa.String(_NAME), nullable=False),  # masked, for people
    sa.Column("planned_as_of", sa.Date, nullable=False),
    sa.Column("is_explore", sa.Boolean, nullable=False),
    sa.Column("rules", sa.JSON, nullable=False),
    sa.Column("figures", sa.JSON, nullable=False),
)

ASSIGNED = sa.Table(
    "campaign_members",
    METADATA,
    sa.Column("campaign", sa.String(_MARK), primary_key=True),
    sa.Column("starts_on", sa.Date, primary_key=True),
    sa.Column("member", sa.String(_MARK), primary_key=True, index=True),
    # Of the control group one row for each offer they are compared for; none: they would have got nothing.
    sa.Column("offer", sa.String(_NAME), primary_key=True),
    sa.Column("arm", sa.String(20), nullable=False),
    sa.Column("segment", sa.String(_NAME), nullable=False),
    sa.Column("worth", sa.Float, nullable=False),  # expected value − expected cost
    sa.Column("owner", sa.String(_MARK)),
)

RESULTS = sa.Table(
    "campaign_results",
    METADATA,
    sa.Column("campaign", sa.String(_MARK), primary_key=True),
    sa.Column("starts_on", sa.Date, primary_key=True),
    sa.Column("as_of", sa.Date, primary_key=True),
    sa.Column("run_id", sa.String(40), nullable=False),
    sa.Column("effects", sa.JSON, nullable=False),
)

RESPONSES = sa.Table(
    "campaign_responses",
    METADATA,
    sa.Column("campaign", sa.String(_MARK), primary_key=True),
    sa.Column("starts_on", sa.Date, primary_key=True),
    sa.Column("segment", sa.String(_NAME), primary_key=True),
    sa.Column("offer", sa.String(_NAME), primary_key=True),
    sa.Column("shown", sa.String(_NAME), nullable=False),  # the campaign's name, masked
    sa.Column("terms", sa.JSON, nullable=False),  # of the offer; empty where they are not known
    sa.Column("people", sa.BigInteger, nullable=False),
    sa.Column("buyers", sa.BigInteger, nullable=False),
    sa.Column("control_people", sa.BigInteger, nullable=False),
    sa.Column("control_buyers", sa.BigInteger, nullable=False),
    sa.Column("run_id", sa.String(40), nullable=False),
)


def create_campaign_tables(connection: sa.Connection) -> None:
    """Add the tables to a ledger that has none of them."""
    METADATA.create_all(connection)

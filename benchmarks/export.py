"""How long an export takes that is remembered, against writing its files alone: seconds, CPU, memory.

    python benchmarks/export.py                          everything: a million contacts, five rounds
    python benchmarks/export.py --only csv --rounds 3    one destination
    python benchmarks/export.py --postgresql URL         the ledger there, in a schema that is made and dropped
    python benchmarks/export.py --quick                  small sizes, for seeing that it runs

Both sides begin with the same people in memory and end when the files have their names. One writes the files. The other
asks the ledger who was contacted before, writes the files and records everybody, in the chain as well. Deciding who is
sent, which needs no ledger, is told apart. Each side is a process of its own, in turns; ratios are medians over the
rounds.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
TEXT = "【某某店】{name}您好，新品到店，拒收请回复R"
DESTINATIONS = ("csv", "sms-aliyun", "tencent-ads", "staff")
WANTED = 2.0
Cost = tuple[float, float, float, float]  # seconds, CPU seconds, peak memory in MB, CPU seconds for deciding


def people_of(members: int) -> pa.Table:
    """Return invented people as an export has them, all of whom may be contacted."""
    numbers = np.arange(members)
    ids, phones = [f"V{one:08}" for one in numbers], [f"13{one:09}" for one in numbers * 7 % 10**9]
    names, nothing = np.array(["王小明", "欧阳若兰", "陈静", "赵一鸣"])[numbers % 4], pa.nulls(members, pa.string())
    table = {
        "member_id": ids, "phone": phones, "name": names, "nickname": names, "remark": names, "code": ids,
        "masked_phone": [f"{one[:3]}****{one[7:]}" for one in phones], "email": nothing, "external_userid": nothing,
        "owner": [f"员工{one:03}" for one in numbers % 200], "store": np.array(["徐家汇店", "西湖店"])[numbers % 2],
        "message": [TEXT.replace("{name}", name) for name in names], "done": nothing, "note": nothing,
        "say": [f"{name}您好，好久没见您来了" for name in names], "birthday": pa.array([date(1990, 1, 1)] * members),
    }  # fmt: skip
    alike = {"level": "金卡", "stage": "dormant", "channels": "sms wecom", "offer": "满100减20", "tag": "召回"}
    alike["why"] = "上次购买距今 131 天，平时 40 天一次"
    table |= {name: [text] * members for name, text in alike.items()}
    flags = {name: np.ones(members, np.bool_) for name in ("consent_sms", "consent_wecom", "consent_ads")}
    return pa.table({**table, **flags})


def files_alone(people: pa.Table, to: str, folder: Path) -> float:
    """Write the files of a destination as an export does, each whole or not at all; nothing is decided."""
    from siyu_cli.destinations.model import destination
    from siyu_cli.render.contact_files import Filing, write_contacts
    from siyu_cli.render.reader import Reader
    from siyu_cli.render.replace import together

    with together():
        write_contacts(people, destination(to), Filing(folder, "春季召回", DAY, variables=("name",)), Reader())
    return 0.0


def recorded(people: pa.Table, to: str, folder: Path, url: str | None) -> float:
    """Ask the ledger, decide, write the files and record everybody; return the seconds it took to decide."""
    from siyu_cli.core.contacts.rules import decide, rules_of
    from siyu_cli.destinations.model import destination
    from siyu_cli.ledger.contacts import ContactBook, Sending
    from siyu_cli.ledger.exporting import recording
    from siyu_cli.ledger.ledger import Ledger
    from siyu_cli.ledger.past import AskedContacts
    from siyu_cli.render.contact_files import Filing, write_contacts
    from siyu_cli.render.reader import Reader
    from siyu_cli.render.replace import together, waiting

    place, book = destination(to), ContactBook(Ledger(folder / ".siyu", url), NOW)
    rules = rules_of(roomy(), place, DAY)
    asked = AskedContacts("春季召回", to, place.channel, DAY, rules.lookback_days)
    past = book.past(people["member_id"], people["phone"], asked)
    start = time.process_time()
    fates = decide(people, past, rules)
    sent = people.select(["owner", *{*place.carries, "name"} - {"owner"}]).filter(pc.equal(pa.array(fates), "sent"))
    decided = time.process_time() - start
    owners = {pair["values"]: pair["counts"] for pair in pc.value_counts(sent["owner"]).to_pylist()}
    run = book.ledger.start_run("export", DAY, NOW, {})
    with recording(book, run.run_id, lambda: NOW) as record, together():
        files = write_contacts(sent, place, Filing(folder, "春季召回", DAY, variables=("name",)), Reader())
        named = {one.path: (waiting()[one.path], one.rows, one.shown) for one in files}
        record.keep(Sending(asked, "春季召回", past, fates, owners, "out"), named)
    assert len(sent) == len(people)
    return decided


def roomy() -> object:
    """Return settings of a shop whose employees may write to everybody."""
    from siyu_cli.config.contacts import ContactSettings
    from siyu_cli.config.settings import Settings

    return Settings(contacts=ContactSettings(owner_quota=10**6))


def earlier(people: pa.Table, folder: Path, url: str | None) -> None:
    """Have everybody contacted three weeks before, by an export of another campaign."""
    from siyu_cli.ledger.contacts import ContactBook, Sending
    from siyu_cli.ledger.ledger import Ledger
    from siyu_cli.ledger.past import AskedContacts

    book, asked = (
        ContactBook(Ledger(folder / ".siyu", url), NOW),
        AskedContacts("冬季", "csv", "any", date(2026, 2, 9), 30),
    )
    past = book.past(people["member_id"], people["phone"], asked)
    with book.ledger.begin() as connection:
        what = Sending(asked, "冬季", past, ["sent"] * len(people))
        book.record(connection, "20260209T080000000-000000", what, [], now=NOW)


def child(side: str, to: str, members: int, url: str | None) -> None:
    """Do one side and print what it took; modules are loaded before, by an export of two."""
    people = people_of(members)
    with tempfile.TemporaryDirectory() as name:
        first, folder = Path(name) / "first", Path(name) / "shop"
        for one in (first, folder):
            one.mkdir()
        recorded(people[:2], to, first, None)
        if side == "again":
            earlier(people, folder, url)
        start, cpu = time.perf_counter(), time.process_time()
        decided = files_alone(people, to, folder) if side == "files" else recorded(people, to, folder, url)
        took = [time.perf_counter() - start - decided, time.process_time() - cpu - decided]
    print(json.dumps([*took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, decided]))


def measure(side: str, to: str, members: int, url: str | None) -> Cost:
    """Run one side in a process of its own."""
    command = [sys.executable, __file__, "--child", side, "--only", to, "--members", str(members)]
    if url and side != "files":
        command += ["--postgresql", url]
    wall, cpu, peak, decided = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return wall, cpu, peak, decided


def compare(to: str, members: int, rounds: int, url: str | None) -> None:
    sides = ("files", "recorded", "again")
    costs: dict[str, list[Cost]] = {side: [] for side in sides}
    for _round in range(rounds):
        for side in sides:
            costs[side].append(_on_server(side, to, members, url))
    print(f"{members:,} contacts to {to}")
    for side, told in zip(sides, ("files alone", "asked, written, recorded", "as many contacted before"), strict=True):
        wall, cpu, peak = (statistics.median(one[part] for one in costs[side]) for part in range(3))
        ratios = [
            statistics.median(mine[part] / files[part] for mine, files in zip(costs[side], costs["files"], strict=True))
            for part in range(2)
        ]
        print(
            f"  {told:36} {wall:6.2f} s {cpu:6.2f} s CPU {peak:7,.0f} MB   × {ratios[0]:.2f} ({ratios[1]:.2f} of CPU)"
        )
    decided = statistics.median(one[3] for one in costs["recorded"])
    print(f"  wanted × {WANTED} at most; deciding and picking who is sent takes {decided:.2f} s of CPU")


def _on_server(side: str, to: str, members: int, url: str | None) -> Cost:
    """Measure one side; on PostgreSQL with a schema of its own, dropped after."""
    if url is None or side == "files":
        return measure(side, to, members, None)
    from siyu_cli.ledger.database import connect

    engine = connect(url, Path())
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA siyu_benchmark")
    try:
        joined = "&" if "?" in url else "?"
        return measure(side, to, members, f"{url}{joined}options=-csearch_path%3Dsiyu_benchmark")
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA siyu_benchmark CASCADE")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=DESTINATIONS)
    parser.add_argument("--members", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--postgresql", metavar="URL")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--child", choices=("files", "recorded", "again"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child, options.only, options.members, options.postgresql)
        return
    members, rounds = (5_000, 1) if options.quick else (options.members, options.rounds)
    for to in (options.only,) if options.only else DESTINATIONS:
        compare(to, members, rounds, options.postgresql)


if __name__ == "__main__":
    main()

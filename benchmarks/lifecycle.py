"""Speed and memory of the lifecycle's commands beside ``siyu segment``, and of their steps beside tuned statements.

    python benchmarks/lifecycle.py                    10 million order lines
    python benchmarks/lifecycle.py --only commands    or steps
    python benchmarks/lifecycle.py --quick            small sizes, for seeing that it runs

Order lines lie in Parquet. A command is a whole process; steps and the statements beside them read the same table
``purchases`` of the same engine, take turns, and are told in seconds of CPU. The statements are what one would write
for DuckDB alone, and count the same.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

import core
import make_data
from segment import AS_OF, Cost, _made, in_turns, ratio, run, say, table

from siyu_cli.config.settings import Settings
from siyu_cli.core.lifecycle.segment import label_members
from siyu_cli.core.parameters import churn_parameters, parameters
from siyu_cli.core.retention.beginnings import Following
from siyu_cli.core.retention.retained import follow
from siyu_cli.core.value.question import bring
from siyu_cli.core.winback.natural import look_back
from siyu_cli.engines.duckdb import DuckDBEngine, connect
from siyu_cli.engines.step import Params, Step

COMMANDS = {
    "retention": (),
    "value": (),
    "winback": (),
    "movement": (),
    "funnel": ("--steps", "order,order,order", "--window", "90"),
    "activation": (),
    "acquisition": (),
    "profile": ("--where", "stage = 'dormant'"),
}
# What a step (or several) does, as one would write it for DuckDB alone.
TUNED = {
    ("milestones",): """
        select member_id, len(days) as order_days, days[1], days[2], days[3], days[4], days[5]
        from (
            select member_id, list_sort(list(ordered_on)) as days
            from purchases where order_count > 0 group by member_id
        )
    """,
    ("cohort_cells",): """
        select cohort, cohort + later as period, count(*) as active
        from (
            select cohort, unnest(range(0, 64)) as later, seen >> cohort as months
            from (
                select min(month) as cohort, bit_or(1::ubigint << month) as seen
                from (
                    select member_id, datediff('month', $began_on, ordered_on) as month
                    from purchases where order_count > 0
                )
                group by member_id
            )
        )
        where months & (1::ubigint << later) > 0
        group by all
    """,
    ("growth",): """
        with months as (
            select member_id, datediff('month', $began_on, ordered_on) as month,
                count(*) filter (order_count > 0) as visits, sum(paid_amount - refunded_amount) as net
            from purchases group by all
        ),
        moves as (
            select month, net, visits, lag(month) over mine as before, lag(net) over mine as net_before,
                lead(month) over mine as after
            from months window mine as (partition by member_id order by month)
        )
        select month, count(*) filter (before is null), count(*) filter (before = month - 1),
            count(*) filter (before < month - 1),
            count(*) filter (after is null or after > month + 1), sum(net), sum(greatest(net - net_before, 0)),
            sum(greatest(net_before - net, 0))
        from moves group by month
    """,
    ("value_days", "lifetime_line", "lifetime_cells"): """
        with first as (
            select member_id, min(ordered_on) as start_on from purchases where order_count > 0 group by member_id
        )
        select datediff('month', $began_on, start_on) as cohort, ordered_on - start_on as days,
            sum(paid_amount - refunded_amount) as net
        from purchases join first using (member_id) where ordered_on >= start_on group by all
    """,
    ("natural_returns",): """
        select silent, least(orders, 4) as orders, wait, count(*), sum(net)
        from (
            select $looked_from - max(ordered_on) filter (order_count > 0 and ordered_on <= $looked_from) as silent,
                count(*) filter (order_count > 0 and ordered_on <= $looked_from) as orders,
                min(ordered_on) filter (order_count > 0 and ordered_on > $looked_from) - $looked_from as wait,
                sum(paid_amount - refunded_amount) filter (ordered_on > $looked_from) as net
            from purchases group by member_id
        )
        where orders > 0 group by all
    """,
}


class Timed(DuckDBEngine):
    """An engine that knows what each step took, in seconds of CPU."""

    spent: dict[str, float]

    def run(self, step: Step, params: Params) -> None:
        """Run a step, and note what it took."""
        start = time.process_time()
        super().run(step, params)
        self.spent[step.name] = self.spent.get(step.name, 0.0) + time.process_time() - start


def commands(folder: Path, lines: Path, rounds: int) -> None:
    def whole(name: str, *more: str) -> Callable[[], Cost]:
        out = folder / f"{name}.json"
        return partial(run, [sys.executable, "-m", "siyu_cli", name, lines, *more, *AS_OF, "-o", out])

    rivals = {"segment": whole("segment"), **{name: whole(name, *more) for name, more in COMMANDS.items()}}
    costs = in_turns(rivals, rounds)
    table("Whole commands, Parquet to JSON", costs)
    for name in COMMANDS:
        say(f"siyu {name} / siyu segment, CPU", ratio(costs, name, "segment", "cpu"), "≤ 1.2")
    for name in COMMANDS:
        say(f"siyu {name} / siyu segment, peak memory", ratio(costs, name, "segment", "peak"), "≤ 1")


def steps(_folder: Path, lines: Path, rounds: int) -> None:
    settings = Settings()
    engine = Timed(connect(settings.engine.memory_limit))
    engine.spent = {}
    engine.open("exported", lines)
    engine.connection.execute(core.ORDER_LINES)
    engine.open("members", core.no_members())
    params = {**parameters(settings, make_data.AS_OF), **churn_parameters(settings, 90)}
    label_members(engine, params)
    engine.connection.execute("create table events (member_id varchar, happened_on date, kind varchar)")
    (days,) = engine.connection.execute("select count(*) from purchases").fetchall()[0]
    looked_from = make_data.AS_OF.replace(month=3)
    given = {"began_on": None, "looked_from": looked_from}
    (given["began_on"],) = engine.connection.execute("select min(ordered_on) from purchases").fetchall()[0]
    taken: dict[tuple[str, ...], list[tuple[float, float]]] = {names: [] for names in TUNED}
    for _ in range(rounds):
        engine.spent = {}
        follow(engine, params, Following())
        engine.spent.pop("milestones")  # which the next one makes once more
        bring(engine, params)
        look_back(engine, params, looked_from)
        for names, statement in TUNED.items():
            used = {name: value for name, value in given.items() if f"${name}" in statement}
            start = time.process_time()
            engine.connection.execute(f"create or replace temp table tuned as {statement}", used)
            taken[names].append((sum(engine.spent[name] for name in names), time.process_time() - start))
    print(f"\n{days:,} purchase days, seconds of CPU\n{'':44}{'steps':>9}{'tuned':>9}")
    for names, pairs in taken.items():
        ours, theirs = (median(pair[place] for pair in pairs) for place in (0, 1))
        print(f"{', '.join(names):44}{ours:9.2f}{theirs:9.2f}")
    for names, pairs in taken.items():
        say(f"{', '.join(names)} / tuned", median(ours / theirs for ours, theirs in pairs), "≤ 1.5")
    engine.close()


PARTS = {"commands": commands, "steps": steps}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=PARTS, action="append")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "siyu-benchmarks")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    count, rounds = (50_000, 1) if options.quick else (10_000_000, options.rounds)
    (lines,) = _made(options.folder, "--lines", str(count))
    for name in options.only or PARTS:
        PARTS[name](options.folder, lines, rounds)


if __name__ == "__main__":
    main()

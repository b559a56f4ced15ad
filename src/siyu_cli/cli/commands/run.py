"""``siyu run``: the shop's week, unattended: a playbook's steps, each at most once where it reaches people."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from siyu_cli.cli.options import Config, Force, Format, Lang, Quiet, flag, target, text
from siyu_cli.cli.output import open_sink, write_stdout
from siyu_cli.errors import EXIT_DONE, UsageError
from siyu_cli.locale import get_language
from siyu_cli.masks import mask_word
from siyu_cli.render.printed import rows_text

EXAMPLES = """siyu run 每周.toml
siyu run 每周.toml --dry-run
siyu run 每周.toml --confirm export=done
siyu run status
siyu run schedule 每周.toml --cron
siyu run template -o 每周.toml
"""
What = Annotated[
    str,
    typer.Argument(metavar="PLAYBOOK|status|schedule|template", help="The playbook to run, or what else to do."),
]
Playbook = Annotated[Path | None, typer.Argument(metavar="[PLAYBOOK]", help="With schedule: which playbook.")]
_DRY = "Tell what would be done, for whom, and why not for others; write and remember nothing."
DryRun = Annotated[bool, flag("--dry-run", _DRY)]
_FROM = "Do this step and those behind it again; what reached people is not repeated."
From = Annotated[str | None, text("--from", "ID", _FROM)]
_KNOWN = "Say of a step that was cut off whether it was done, or is to be repeated."
Confirm = Annotated[list[str] | None, text("--confirm", "ID=done|repeat", _KNOWN)]
_NEW = "Give up the unfinished run of that day, and begin with the playbook and files as they are now."
New = Annotated[bool, flag("--new", _NEW)]
Cron = Annotated[bool, flag("--cron", "With schedule: a line for crontab.")]
Systemd = Annotated[bool, flag("--systemd", "With schedule: a service and a timer for systemd.")]
Windows = Annotated[bool, flag("--windows", "With schedule: a task for the Windows Task Scheduler.")]
Output = Annotated[Path | None, target("--output -o", "With template: the file to write.")]


def run(  # noqa: PLR0913, PLR0917  each parameter is an option
    what: What,
    playbook: Playbook = None,
    dry_run: DryRun = False,
    from_step: From = None,
    confirm: Confirm = None,
    new: New = False,
    cron: Cron = False,
    systemd: Systemd = False,
    windows: Windows = False,
    output: Output = None,
    force: Force = False,
    config: Config = None,
    format: Format = None,
    lang: Lang = None,  # noqa: ARG001  main has already chosen the language
    quiet: Quiet = False,
) -> None:
    """Run a playbook: its commands one after the other, as typed by hand, and remember what was done.

    Killed at any moment, the same command goes on where it was. A step that reaches people is done at most once: where
    nobody knows whether it was, it ends with exit code 75 and asks. Without new exports nothing is done, exit code 3.

    With status: the last runs. With schedule: what cron, systemd or Windows needs, printed and never installed. With
    template: a playbook to begin with.
    """
    if what == "status":
        _show_status(config, format, quiet=quiet)
    elif what == "schedule":
        _show_schedule(playbook, {"cron": cron, "systemd": systemd, "windows": windows})
    elif what == "template":
        _write_template(output, force=force, quiet=quiet)
    elif playbook is not None:
        raise UsageError("{words}: nothing is expected here.", hint="See {command} --help.", words=str(playbook),
                         command="siyu run")  # fmt: skip
    else:
        from siyu_cli.playbook.beginning import Order

        order = Order(dry_run, from_step, _confirmed(confirm or ()), new)
        _play(Path(what), order, config, format, quiet=quiet)


def _play(path: Path, order: object, config: Path | None, format: str | None, *, quiet: bool) -> None:
    from siyu_cli.cli.playbooks import play
    from siyu_cli.playbook.tables import RUN_STEPS

    is_watched = sys.stdout.isatty() or format is not None
    sink = open_sink(format or "table", quiet=quiet)
    played = play(path, order, config, sink)  # type: ignore[arg-type]
    if (played.rows and (is_watched or not quiet)) or sink.format == "json":
        sink.print(rows_text(played.rows, RUN_STEPS, sink.form, around=played.around))
    if played.code != EXIT_DONE:
        raise typer.Exit(played.code)


def _confirmed(pairs: Sequence[str]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        step, _equals, said = pair.partition("=")
        if said not in ("done", "repeat"):
            raise UsageError("--confirm {pair} is not ID=done or ID=repeat.", hint="Write it as {example}.",
                             pair=mask_word(pair), example="export=done")  # fmt: skip
        found[step] = said
    return found


def _show_status(config: Path | None, format: str | None, *, quiet: bool) -> None:
    from siyu_cli.cli.memory import show
    from siyu_cli.cli.playbooks import past_rows
    from siyu_cli.playbook.tables import PAST_RUNS

    sink = open_sink(format, quiet=quiet)
    show(past_rows(config, sink), PAST_RUNS, sink)


def _show_schedule(playbook: Path | None, chosen: dict[str, bool]) -> None:
    kinds = [name for name, is_chosen in chosen.items() if is_chosen]
    if playbook is None or len(kinds) != 1:
        raise UsageError("siyu run schedule needs a playbook and one of --cron, --systemd and --windows.",
                         hint="Write it as {example}.", example="siyu run schedule 每周.toml --cron")  # fmt: skip
    from siyu_cli.playbook.model import read_playbook
    from siyu_cli.playbook.schedule import KINDS, place_of

    read_playbook(playbook)
    open_sink("csv")  # UTF-8, and lines end as they do everywhere
    write_stdout(KINDS[kinds[0]](place_of(playbook, sys.executable, get_language())))


def _write_template(output: Path | None, *, force: bool, quiet: bool) -> None:
    from siyu_cli.playbook.template import template
    from siyu_cli.render.replace import replacing
    from siyu_cli.render.targets import check_output, wrote

    sink = open_sink("table", quiet=quiet)
    if output is None:
        write_stdout(template(get_language()))
        return
    check_output(output, (), force=force, suffixes=(".toml",), has_meta=False)
    with replacing(output, force=force) as temporary:
        temporary.write_text(template(get_language()), encoding="utf-8", newline="\n")
    sink.note(sink.reader.say(wrote(output)))

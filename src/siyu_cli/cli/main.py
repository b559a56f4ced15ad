"""The command line: the app, and the only place where an error becomes a message and an exit code."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from siyu_cli.cli import completion
from siyu_cli.cli.commands import COMMANDS, GROUPS
from siyu_cli.cli.complaints import as_usage_error, click
from siyu_cli.cli.help import HelpGroup, dress, show_help
from siyu_cli.cli.output import flush_stdout, say, say_plainly, silence_stdout
from siyu_cli.errors import EXIT_BUG, EXIT_DONE, InputError, SiyuError
from siyu_cli.guard import forget
from siyu_cli.locale import LANGUAGES, detect_language, get_language, set_language
from siyu_cli.locale import translate as _
from siyu_cli.machine import process
from siyu_cli.machine.failures import as_known
from siyu_cli.remarks import take_remarks
from siyu_cli.render.refusal import refusal_facts, refusal_json, refusal_text

EXIT_PIPE_CLOSED = 141  # what a shell reports for a program whose reader went away

app = typer.Typer(
    cls=HelpGroup, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip


def _print_version(context: typer.Context, is_asked: bool) -> None:
    if is_asked and not context.resilient_parsing:
        from importlib.metadata import version

        print(f"siyu {version('siyu-cli')}")
        raise typer.Exit


@app.callback(
    epilog="siyu check 客户.xlsx 订单.xlsx\nsiyu segment 客户.xlsx 订单.xlsx -o 分层.xlsx\nsiyu segment --help"
)
def siyu(
    version: Annotated[  # noqa: ARG001  its callback has printed it
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
    install_completion: Annotated[  # noqa: ARG001  so has this one's
        bool,
        typer.Option(
            "--install-completion",
            callback=completion.install,
            is_eager=True,
            help="Have Tab complete commands, options and columns in this shell.",
        ),
    ] = False,
    show_completion: Annotated[  # noqa: ARG001
        bool,
        typer.Option(
            "--show-completion", callback=completion.show, is_eager=True, help="Print the script that does so."
        ),
    ] = False,
) -> None:
    """Who is where in their life with your shop, straight from the spreadsheets you export.

    Files go in as the platform wrote them; nothing is uploaded, and nothing is lost without being counted.

    --lang, --quiet and --verbose may also stand before the command.

    Exit code 0 is done, 3 done with findings, 2 a mistake in the command line; docs/exit-codes.md lists all of them.
    """
    try:
        Path.cwd()
    except OSError as error:
        message = "The folder this runs in is no longer there."
        raise InputError(message, hint="Go to another folder first, for example with cd ~.") from error


_groups = {_name: typer.Typer(cls=HelpGroup, rich_markup_mode=None, help=_text) for _name, _text in GROUPS.items()}
_examples: dict[str, str] = {}
for _name in COMMANDS:
    _function = _name.replace("-", "_").replace(" ", "_")
    _module = import_module(f"siyu_cli.cli.commands.{_function}")
    _first, *_second = _name.split(" ")
    _place, _word = (_groups[_first], _second[0]) if _second else (app, _first)
    _place.command(_word, epilog=_module.EXAMPLES)(getattr(_module, _function))
    if _second:
        _examples[_first] = _examples.get(_first, "") + _module.EXAMPLES.splitlines()[0] + "\n"
for _name, _app in _groups.items():
    app.add_typer(_app, name=_name, epilog=_examples[_name])
app.command("help", epilog="siyu help\nsiyu help segment")(show_help)


@cache
def build() -> Any:
    """Return the whole command tree, with our help pages; texts are in the language of whoever reads them."""
    dress(app)
    return typer.main.get_command(app)


def run() -> NoReturn:
    """Be the process ``siyu``: run the command line and leave with its exit code."""
    process.begin()
    # Loading modules makes many objects and no garbage: looking for it is an eighth of the time they take.
    gc.set_threshold(200_000)
    try:
        code = main()
    except KeyboardInterrupt:  # a signal that came when the command had ended
        code = process.signal_code()
    process.leave(code)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; no exception passes."""
    arguments = list(sys.argv[1:] if argv is None else argv) or ["--help"]
    asked = _peek(arguments, "--lang")
    set_language(asked if asked in LANGUAGES else detect_language(os.environ))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a console that lacks a character shows ? and goes on
            stream.reconfigure(errors="replace")
    if instruction := os.environ.get(completion.VARIABLE):
        return completion.answer(build(), instruction)
    forget()
    take_remarks()  # what came up before this command is not its own
    code = _ended(arguments, is_ours=argv is None and bool(sys.argv[1:]))
    _tell_remarks(arguments)
    return code


def _ended(arguments: list[str], *, is_ours: bool) -> int:
    """Return how the command ended; ``is_ours`` says that the arguments are those of the process."""
    try:
        return _run(None if is_ours else arguments)
    except click.ClickException as error:
        return _report(as_usage_error(error, arguments), arguments)
    except (KeyboardInterrupt, typer.Abort):
        return process.signal_code()
    except (BrokenPipeError, SystemExit):  # typer and rich turn a closed pipe into SystemExit
        silence_stdout()
        return EXIT_PIPE_CLOSED
    except BaseException as error:  # also a panic of a Rust library, which is no Exception
        if process.is_ending():  # libraries that were interrupted complain in words of their own
            return process.signal_code()
        known = as_known(error)
        return _report(known, arguments) if known else _report_bug(error, arguments)


def _tell_remarks(arguments: Sequence[str]) -> None:
    """Say what came up on the way; a JSON document stands alone."""
    remarks = take_remarks()
    if not remarks:
        return
    from siyu_cli.render.reader import Reader

    reader, is_quiet = Reader(get_language()), bool({"--quiet", "-q"} & set(arguments))
    for note, is_warning in remarks if _peek(arguments, "--format") != "json" else ():
        text = reader.say(note)
        if is_warning:
            say(_("Warning: {text}").format(text=text), style="33")
        elif not is_quiet:
            say(text)


def _run(arguments: list[str] | None) -> int:
    # None is sys.argv, in which typer resolves *.xlsx where the shell does not (Windows).
    code = build().main(args=arguments, prog_name="siyu", standalone_mode=False)
    flush_stdout()
    return code if isinstance(code, int) else EXIT_DONE


def _peek(arguments: Sequence[str], option: str) -> str | None:
    """Return an option's value before the command line is parsed: an error may come from parsing it."""
    for place, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == option:
            return next(iter(arguments[place + 1 :]), None)
        if argument.startswith(f"{option}="):
            return argument.partition("=")[2]
    return None


def _report(error: SiyuError, arguments: Sequence[str]) -> int:
    facts = refusal_facts(error, is_verbose=_is_asked_for_traceback(arguments))
    if _peek(arguments, "--format") == "json":
        say_plainly(refusal_json(facts))
        return error.exit_code
    say(refusal_text(facts), style="31")
    if facts["hint"]:
        say(_("Hint: {text}").format(text=facts["hint"]))
    return error.exit_code


def _report_bug(error: BaseException, arguments: Sequence[str]) -> int:
    if _is_asked_for_traceback(arguments):
        import traceback

        say("".join(traceback.format_exception(error)))
    bug = SiyuError(
        "This is a bug of ours, not a fault of your files ({kind}).",
        hint="Run it again with --verbose, and send us what it prints once you see no customer in it.",
        kind=type(error).__name__,
    )
    bug.code = "bug"  # type: ignore[misc]
    return _report(bug, arguments) and EXIT_BUG


def _is_asked_for_traceback(arguments: Sequence[str]) -> bool:
    return bool({"--verbose", "-v"} & set(arguments) or os.environ.get("SIYU_DEBUG"))

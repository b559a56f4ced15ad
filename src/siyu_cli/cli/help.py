"""Help pages: plain text, eighty columns, right in Chinese too (a Chinese character is two columns wide)."""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection, Iterable, Iterator, Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from siyu_cli import locale
from siyu_cli.cli.complaints import click
from siyu_cli.cli.offers import among, offer_commands
from siyu_cli.cli.options import Lang
from siyu_cli.cli.output import write_stdout
from siyu_cli.errors import UsageError
from siyu_cli.locale import LANGUAGES
from siyu_cli.locale import translate as _
from siyu_cli.render.wrapping import width, wrap

_NAME_WIDTH = 22
# Not parameters of the group: typer would load pydantic for them before every page of help.
_EVERYWHERE = {"--lang": "lang", "--quiet": "quiet", "-q": "quiet", "--verbose": "verbose", "-v": "verbose"}

_OPEN = "siyu.lang"


class HelpCommand(TyperCommand):
    """A command whose help page is ours."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Return the arguments; behind an option that takes ``KEY=VALUE...`` each such word is its own."""
        takers = {name for item in self.params if "KEY=VALUE" in str(item.metavar) for name in item.opts}
        return super().parse_args(ctx, list(_together(args, takers)) if takers else args)

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Return the options that begin so, described in the operator's language."""
        return [_described(item) for item in super().shell_complete(ctx, incomplete)]

    def get_help(self, ctx: Any) -> str:
        """Return the page ``siyu COMMAND --help`` prints."""
        return "\n".join(_page(self, ctx))

    def get_help_option(self, ctx: Any) -> Any:
        """Return ``--help``, described in the operator's language."""
        return _describe_help(super().get_help_option(ctx))


class HelpGroup(TyperGroup):
    """A group of commands whose help page is ours."""

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Return the commands and options that begin so, described in the operator's language."""
        if ctx.meta.get(_OPEN):
            return [_item(lang) for lang in among(LANGUAGES)(incomplete)]
        items = super().shell_complete(ctx, incomplete)
        found = [_described(item, self.get_command(ctx, item.value)) for item in items]
        if not incomplete.startswith("-") or ctx.parent:
            return found
        return found + [_item(name) for name in among(list(_EVERYWHERE))(incomplete)]

    def get_help(self, ctx: Any) -> str:
        """Return the page ``siyu --help`` prints: what it is, then every command in a line."""
        return "\n".join(_page(self, ctx))

    def get_help_option(self, ctx: Any) -> Any:
        """Return ``--help``, described in the operator's language."""
        return _describe_help(super().get_help_option(ctx))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Return the arguments; options of any command may stand before it, and hold as if they stood behind."""
        given: dict[str, object] = {}
        while args and (name := _EVERYWHERE.get(args[0].partition("=")[0])):
            option, equals, value = args.pop(0).partition("=")
            if name != "lang":
                given[name] = True
            elif not equals and not args:
                if ctx.resilient_parsing:  # the cursor stands where the language belongs
                    ctx.meta[_OPEN] = True
                    break
                raise UsageError("{option} needs a value.", hint="See {command} --help.", option=option, command="siyu")
            else:
                given[name] = value if equals else args.pop(0)
        if given:
            named = {name: getattr(command, "commands", ()) for name, command in self.commands.items()}
            named.pop("help", None)  # the map is looked up for this group's own --help, too
            ctx.default_map = {name: given | dict.fromkeys(inner, given) for name, inner in named.items()}
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command asked for; ``UsageError`` names the nearest one when there is none."""
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            near = ", ".join(get_close_matches(args[0], self.list_commands(ctx)))
            hint = "Did you mean {near}?" if near else "See {command} --help."
            facts = {"name": args[0], "near": near, "command": ctx.command_path}
            raise UsageError("There is no command {name}.", hint=hint, **facts)
        return super().resolve_command(ctx, args)


def show_help(
    context: typer.Context,
    command: Annotated[
        list[str] | None,
        typer.Argument(metavar="[COMMAND]...", autocompletion=offer_commands, help="Such as segment, or config show."),
    ] = None,
    lang: Lang = None,  # noqa: ARG001  main has already chosen the language
) -> None:
    """Show the help of siyu, or of a command."""
    shown = context.find_root()
    for name in command or ():
        group = shown.command
        if not isinstance(group, TyperGroup):
            hint = "See {command} --help."
            raise UsageError("There is no command {name}.", hint=hint, name=name, command=shown.command_path)
        _name, found, _rest = group.resolve_command(shown, [name])
        shown = type(context)(found, info_name=name, parent=shown)  # type: ignore[arg-type]
    write_stdout(shown.get_help() + "\n")


def _together(args: Sequence[str], takers: Collection[str]) -> Iterator[str]:
    """Yield the arguments, words such as ``owner=…`` put to the value of the option they stand behind.

    >>> list(_together(["--set", "R-7", "owner=Li", "due=2026-07-01", "a.csv"], {"--set"}))
    ['--set', 'R-7 owner=Li due=2026-07-01', 'a.csv']
    """
    words = iter(args)
    held: str | None = None
    for word in words:
        if held is not None and re.match(r"\w+[=＝]", word):
            held = f"{held} {word}"
            continue
        if held is not None:
            yield held
            held = None
        name, equals, value = word.partition("=")
        if name in takers:
            yield name
            held = value if equals else next(words, None)
        else:
            yield word
    if held is not None:
        yield held


def dress(app: typer.Typer) -> None:
    """Give every command and group of ``app`` our help pages."""
    for command in app.registered_commands:
        command.cls = HelpCommand
    for group in app.registered_groups:
        group.cls = HelpGroup
        if group.typer_instance:
            dress(group.typer_instance)


def _page(command: TyperCommand | TyperGroup, ctx: Any) -> Iterator[str]:
    columns = max(min(shutil.get_terminal_size().columns, 80), 40)
    shown = [parameter for parameter in command.get_params(ctx) if not getattr(parameter, "hidden", False)]
    yield _("Usage: {usage}").format(usage=" ".join(_usage(command, ctx.command_path, shown)))
    for paragraph in (command.help or "").split("\n\n"):
        yield ""
        yield from _indented(wrap(_in_language(paragraph), columns - 2))
    yield from _section(_("Commands:"), _commands(command, ctx), columns)
    for title, kind in ((_("Arguments:"), "argument"), (_("Options:"), "option")):
        rows = [(_name(item), _explain(item)) for item in shown if item.param_type_name == kind]
        yield from _section(title, rows, columns)
    if command.epilog:
        yield "\n" + _("Examples:")
        yield from _indented(command.epilog.strip().splitlines())


def _item(value: str, text: str = "") -> Any:
    """Return what a shell is offered, of the class that typer's version of click has for it."""
    module = import_module(f"{click.__name__.rpartition('.')[0]}.shell_completion")
    return module.CompletionItem(value, help=text or None)


def _described(item: Any, command: Any = None) -> Any:
    text = (command.help or "").split("\n\n")[0] if command else item.help or ""
    # The text is read as markup on its way: [ml] would be a style.
    return _item(item.value, _in_language(text).replace("[", r"\["))


def _describe_help(option: Any) -> Any:
    if option is not None:
        option.help = _("Show this page.")
        option.default = False  # typer loads pydantic to make sense of a None
    return option


def _in_language(text: str) -> str:
    """Return a help text, written in English where the command or option is, in the operator's language."""
    return locale.translate(" ".join(text.split()))


def _usage(command: TyperCommand | TyperGroup, path: str, parameters: Iterable[Any]) -> Iterator[str]:
    yield path
    yield _("[OPTIONS]")
    if isinstance(command, TyperGroup):
        yield _("COMMAND [ARGUMENTS]...")
    yield from (_name(parameter) for parameter in parameters if parameter.param_type_name == "argument")


def _section(title: str, rows: Iterable[tuple[str, str]], columns: int) -> Iterator[str]:
    rows = list(rows)
    if not rows:
        return
    yield f"\n{title}"
    indent = min(max(width(name) for name, _text in rows), _NAME_WIDTH) + 2
    for name, text in rows:
        lines = wrap(text, columns - indent - 2) or [""]
        if width(name) > indent - 2:
            lines.insert(0, "")
        first, *rest = lines
        yield f"  {name}{' ' * (indent - width(name))}{first}".rstrip()
        yield from (" " * (indent + 2) + line for line in rest)


def _commands(command: TyperCommand | TyperGroup, ctx: Any) -> list[tuple[str, str]]:
    if not isinstance(command, TyperGroup):
        return []
    found = ((name, command.get_command(ctx, name)) for name in command.list_commands(ctx))
    shown = ((name, (sub.help or "").split("\n\n")[0]) for name, sub in found if sub and not sub.hidden)
    return [(name, _in_language(summary)) for name, summary in shown]


def _name(parameter: Any) -> str:
    metavar = parameter.metavar or parameter.name.upper()
    if parameter.param_type_name == "argument":
        return str(metavar)
    names = ", ".join(sorted([*parameter.opts, *parameter.secondary_opts], key=len))
    return names if parameter.is_flag else f"{names} {metavar}"


def _explain(parameter: Any) -> str:
    text = _in_language(parameter.help or "")
    default = parameter.default
    if parameter.show_default and isinstance(default, str | int | float) and not isinstance(default, bool):
        text += " " + _("[default: {default}]").format(default=default)
    return text


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}".rstrip() for line in lines)

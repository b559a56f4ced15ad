"""Finds every text of the code that an operator may read, so that a test can hold the catalogue to it.

A text is the template of an error, a hint or a note, or what ``translate`` (``_``) is given, or a help text
of the command line. It is followed through local names, conditional expressions and tables of texts; a text
that is put together while the program runs cannot be translated and is reported.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "siyu_cli"
TEMPLATE_NAMES = ("message", "hint", "template", "doing")


@dataclass
class Found:
    """The texts of the code, each with the place it was first seen, and what could not be followed."""

    texts: dict[str, str] = field(default_factory=dict)
    unclear: list[str] = field(default_factory=list)


@cache
def error_names() -> frozenset[str]:
    import siyu_cli.files.loading.report  # noqa: F401  one error of it carries a report
    from siyu_cli import errors

    found = [errors.SiyuError, *errors.SiyuError.__subclasses__()]
    for kind in found:
        found += [sub for sub in kind.__subclasses__() if sub not in found]
    return frozenset(kind.__name__ for kind in found)


def find_texts() -> Found:
    found = Found()
    for path in sorted(SOURCE.rglob("*.py")):
        if path != SOURCE / "errors.py" and "locale" not in path.parts:
            _Module(path, found).walk()
    return found


def meanings() -> set[str]:
    """Return what columns mean: workbooks define those they show."""
    from siyu_cli.core.catalogue import TABLES

    return {column.note for table in TABLES.values() for column in table.columns if column.note}


def help_texts() -> set[str]:
    """Return the help of every command and option, paragraph by paragraph, as the pages show it."""
    from siyu_cli.cli.main import build

    return {" ".join(text.split()) for text in _help_of(build()) if text.strip()}


def _help_of(command: object) -> Iterator[str]:
    yield from (command.help or "").split("\n\n")
    for parameter in command.params:
        yield parameter.help or ""
    for sub in getattr(command, "commands", {}).values():
        yield from _help_of(sub)


@cache
def _texts_under(key: object) -> list[str]:
    """Return the texts that any module puts under ``key``: ``facts["reason"] = "not enough history"``."""
    nodes = [node for path in SOURCE.rglob("*.py") for node in ast.walk(ast.parse(path.read_text("utf-8")))]
    return [
        node.value.value
        for node in nodes
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant)
        if target.slice.value == key and isinstance(node.value.value, str)
    ]


@cache
def _passing(module: str) -> Mapping[str, list[str]]:
    path = SOURCE.parent.joinpath(*module.split(".")).with_suffix(".py")
    return _passing_in(ast.parse(path.read_text("utf-8"))) if path.exists() else {}


def _passing_in(tree: ast.Module) -> Mapping[str, list[str]]:
    """Return the parameters of each function that takes a template under its own name."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
            if set(names) & set(TEMPLATE_NAMES):
                found[node.name] = names
    return found


class _Module:
    def __init__(self, path: Path, found: Found) -> None:
        self.path = path
        self.found = found
        self.tree = ast.parse(path.read_text("utf-8"))
        self.parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}
        self.passing = self._passing_functions()
        self.translators = {"_"} | {
            alias.asname or alias.name
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom) and node.module == "siyu_cli.locale"
            for alias in node.names
            if alias.name == "translate"
        }

    def walk(self) -> None:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                for value in self._templates(node):
                    self._collect(value, node)
            if isinstance(node, ast.FunctionDef):
                for value in self._defaults(node):
                    self._collect(value, self.tree)

    def _passing_functions(self) -> Mapping[str, list[str]]:
        """Functions of the module, or imported from another, that take a template under its own name and pass it on."""
        imported = {
            alias.name: node.module
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("siyu_cli.")
            for alias in node.names
        }
        found = {name: _passing(module).get(name) for name, module in imported.items()}
        return {name: names for name, names in found.items() if names} | _passing_in(self.tree)

    def _defaults(self, function: ast.FunctionDef) -> Iterator[ast.expr]:
        """Yield the templates that hold where none is passed; of a class or an error they are none."""
        positional = [*function.args.posonlyargs, *function.args.args]
        pairs = list(zip(reversed(positional), reversed(function.args.defaults), strict=False))
        pairs += [(a, d) for a, d in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True) if d]
        for argument, default in pairs:
            if argument.arg in TEMPLATE_NAMES and not (isinstance(default, ast.Constant) and not default.value):
                yield default

    def _templates(self, call: ast.Call) -> Iterator[ast.expr]:
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        is_reader = ast.unparse(call.func) in ("reader.translate", "self.translate")
        if is_reader or (name in self.translators and isinstance(call.func, ast.Name)):
            yield from (text for text in call.args[:1] if not self._is_template(text, call))
            return
        is_error = name in error_names() or name == "Note" or (name == "error" and isinstance(call.func, ast.Name))
        parameters = ["message"] if is_error else self.passing.get(name, [])
        if not parameters:
            return
        if parameters[0] in ("self", "cls"):
            parameters = parameters[1:]
        for parameter, value in zip(parameters, call.args, strict=False):
            if parameter in TEMPLATE_NAMES:
                yield value
        yield from (keyword.value for keyword in call.keywords if keyword.arg in TEMPLATE_NAMES)

    def _collect(self, value: ast.expr, call: ast.Call) -> None:
        place = f"{self.path.relative_to(SOURCE)}:{value.lineno}"
        texts = list(self._follow(value, call, set()))
        for text in texts:
            if text is None:
                self.found.unclear.append(f"{place}: {ast.unparse(value)}")
            elif text and not re.fullmatch(r"\{\w+\}", text):
                self.found.texts.setdefault(text, place)

    def _follow(self, value: ast.expr, near: ast.AST, seen: set[str]) -> Iterator[str | None]:  # noqa: PLR0912
        if isinstance(value, ast.Constant):
            yield value.value if isinstance(value.value, str) else ""
        elif isinstance(value, ast.IfExp):
            yield from self._follow(value.body, near, seen)
            yield from self._follow(value.orelse, near, seen)
        elif isinstance(value, ast.BoolOp):
            for part in value.values:
                yield from self._follow(part, near, seen)
        elif isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
            left = list(self._follow(value.left, near, seen))
            for right in self._follow(value.right, near, seen):
                yield from (None if part is None or right is None else part + right for part in left)
        elif isinstance(value, ast.Name):
            yield from self._follow_name(value.id, near, seen)
        elif isinstance(value, ast.Subscript):
            texts = list(self._follow(value.value, near, seen))
            if None in texts and isinstance(value.slice, ast.Constant):
                texts = list(_texts_under(value.slice.value))
            yield from texts or [None]
        elif isinstance(value, ast.Dict | ast.Tuple):
            for part in value.values if isinstance(value, ast.Dict) else value.elts:
                yield from self._follow(part, near, seen)
        elif isinstance(value, ast.Call) and getattr(value.func, "attr", "") == "get":
            yield from self._follow(value.func.value, near, seen)  # type: ignore[attr-defined]
        elif self._is_passed_on(value):
            return
        else:
            yield None

    def _follow_name(self, name: str, near: ast.AST, seen: set[str]) -> Iterator[str | None]:
        if name in seen:
            return
        scope = self._function(near)
        while True:
            if scope is not None and name in self._parameters(scope):
                if name not in TEMPLATE_NAMES:
                    yield None
                return
            values = self._assigned(name, scope or self.tree)
            if values:
                for value in values:
                    yield from self._follow(value, near, seen | {name})
                return
            if scope is None:
                yield from self._imported(name)
                return
            scope = self._function(self.parents[scope])

    def _imported(self, name: str) -> Iterator[str | None]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and any((a.asname or a.name) == name for a in node.names):
                path = SOURCE.parent.joinpath(*(node.module or "").split(".")).with_suffix(".py")
                if path.exists():
                    other = _Module(path, self.found)
                    yield from other._follow_name(name, other.tree, set())
                    return
        yield None

    def _assigned(self, name: str, scope: ast.AST) -> list[ast.expr]:
        values: list[ast.expr] = []
        for node in ast.walk(scope):
            if isinstance(scope, ast.Module) and self._function(node) is not None:
                continue
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            if not isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.NamedExpr) or node.value is None:
                continue
            for target in targets:
                if isinstance(target, ast.Name) and target.id == name:
                    values.append(node.value)
                elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    pairs = zip(target.elts, node.value.elts, strict=True)
                    values += [value for part, value in pairs if isinstance(part, ast.Name) and part.id == name]
        return values

    def _function(self, node: ast.AST) -> ast.FunctionDef | None:
        current: ast.AST | None = node
        while current is not None and not isinstance(current, ast.FunctionDef):
            current = self.parents.get(current)
        return current

    def _parameters(self, scope: ast.FunctionDef) -> set[str]:
        return {argument.arg for argument in (*scope.args.posonlyargs, *scope.args.args, *scope.args.kwonlyargs)}

    def _is_template(self, text: ast.expr, call: ast.Call) -> bool:
        """Return whether a text is what a function was given to translate."""
        scope = self._function(call)
        return isinstance(text, ast.Name) and scope is not None and text.id in self._parameters(scope)

    def _is_passed_on(self, value: ast.expr) -> bool:
        return isinstance(value, ast.Attribute) and value.attr in (*TEMPLATE_NAMES, "note")

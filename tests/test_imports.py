"""The house keeps its shape: imports go one way, the core knows no engine, the public names are these."""

from __future__ import annotations

import ast
import inspect
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import siyu_cli
from siyu_cli import errors

SOURCE = Path(siyu_cli.__file__).parent

ROOMS = tomllib.loads((Path(__file__).parents[1] / "docs" / "rooms.toml").read_text("utf-8"))
# What each room may import of the others, and what it may name in annotations besides.
DOWNWARD = {room: set(said["imports"]) for room, said in ROOMS.items()}
TYPES = {room: set(said.get("types", ())) for room, said in ROOMS.items()}
LIBRARIES_OF_CORE = {"holidays", "numpy", "pandas", "pyarrow", "pydantic", "scipy", "sklearn", "sqlglot"}


@dataclass(frozen=True)
class Import:
    """One import: by which module, of which, whether only for types, whether only when a function runs."""

    by: str
    of: str
    is_typing: bool = False
    is_late: bool = False

    def __str__(self) -> str:
        return f"{self.by} imports {self.of}"


def modules() -> dict[str, Path]:
    paths = {path.relative_to(SOURCE).with_suffix(""): path for path in SOURCE.rglob("*.py")}
    return {".".join(name.parts).removesuffix(".__init__"): path for name, path in sorted(paths.items())}


@cache
def imports() -> tuple[Import, ...]:
    found = []
    for name, path in modules().items():
        found += _imports_of(name, ast.parse(path.read_text("utf-8")), Import(name, ""))
    return tuple(found)


def _imports_of(by: str, node: ast.AST, seen: Import) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        is_typing = seen.is_typing or (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test))
        is_late = seen.is_late or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        if isinstance(child, ast.Import):
            yield from (Import(by, alias.name, is_typing, is_late) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield from (Import(by, of, is_typing, is_late) for of in _sources(child))
        yield from _imports_of(by, child, Import(by, "", is_typing, is_late))


def _sources(node: ast.ImportFrom) -> set[str]:
    if node.module != "siyu_cli":
        return {"." * node.level + (node.module or "")}
    return {f"siyu_cli.{alias.name}" if alias.name in modules() else "siyu_cli" for alias in node.names}


def room(module: str) -> str:
    """Return the room of a module: its folder, or what its name begins with."""
    first = module.removeprefix("siyu_cli").lstrip(".").split(".")[0]
    return "shop" if first in ("", "__init__") else first.split("_")[0] or first


def inside() -> list[Import]:
    return [found for found in imports() if found.of.split(".")[0] == "siyu_cli"]


def is_allowed(found: Import) -> bool:
    by, of = room(found.by), found.of.removeprefix("siyu_cli").lstrip(".")
    allowed = DOWNWARD[by] | (TYPES.get(by, set()) if found.is_typing else set())
    return room(found.of) in {by, *allowed} or of in allowed


# --- Directions ---------------------------------------------------------------------------------------


def test_every_room_is_known():
    assert {room(name) for name in modules() if name != "__main__"} == set(DOWNWARD)


@pytest.mark.parametrize("by", DOWNWARD)
def test_imports_go_one_way(by: str):
    found = [found for found in inside() if room(found.by) == by and found.by != "__main__"]
    assert [str(one) for one in found if not is_allowed(one)] == []


def test_nothing_imports_the_command_line():
    assert {found.by for found in inside() if room(found.of) == "cli" and room(found.by) != "cli"} == {"__main__"}


def test_no_imports_go_in_a_circle():
    graph: dict[str, set[str]] = {}
    for found in inside():  # those for types alone and those of a function as well
        graph.setdefault(found.by, set()).add(found.of.removeprefix("siyu_cli").lstrip("."))
    assert list(TopologicalSorter(graph).static_order())


def test_no_import_is_relative():
    assert [str(found) for found in imports() if found.of.startswith(".")] == []


def test_the_core_stands_on_few_libraries_and_no_engine():
    of_core = {found.of.split(".")[0] for found in imports() if room(found.by) == "core"}
    assert of_core - set(sys.stdlib_module_names) - {"siyu_cli"} <= LIBRARIES_OF_CORE
    assert {found.of for found in inside() if room(found.by) == "core" and room(found.of) == "engines"} == {
        "siyu_cli.engines.protocol", "siyu_cli.engines.step",
    }  # fmt: skip


def test_only_the_command_line_and_what_renders_for_a_terminal_draw_on_it():
    drawn = {found.by for found in imports() if found.of.split(".")[0] in ("typer", "rich", "click")}
    assert {name for name in drawn if room(name) != "cli"} == {"render.terminal", "render.bars"}


def test_one_module_knows_spark():
    spark = {found.by for found in imports() if found.of.split(".")[0] in ("pyspark", "py4j")}
    assert spark == {"engines.spark"}


@pytest.mark.parametrize("quiet", ["core", "engines", "files", "tables", "errors"])
def test_neither_clock_nor_environment_is_read_there(quiet: str):
    asked = {"environ", "getenv", "today", "now", "utcnow", "getlocale", "localtime"}
    for name, path in modules().items():
        if room(name) == quiet:
            tree = ast.parse(path.read_text("utf-8"))
            read = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)} & asked
            assert read == set(), name


# --- Public names -------------------------------------------------------------------------------------


def test_the_public_names_are_sorted_and_there():
    assert siyu_cli.__all__ == sorted(siyu_cli.__all__)
    assert [name for name in siyu_cli.__all__ if not hasattr(siyu_cli, name)] == []
    with pytest.raises(AttributeError, match="nothing"):
        _ = siyu_cli.nothing


# --- Errors -------------------------------------------------------------------------------------------


def drawn_tree() -> dict[str, tuple[str, str, int]]:
    """Return class → (parent, code, exit code) as the module's docstring draws them."""
    above, drawn = ["SiyuError"], {}
    for line in (errors.__doc__ or "").splitlines():
        if part := re.match(r" {4}((?:│   |    )*)[├└]── (\w+) +(\w+) +(\d+) ", line):
            depth = len(part[1]) // 4 + 1
            above[depth:] = [part[2]]
            drawn[part[2]] = (above[depth - 1], part[3], int(part[4]))
    return drawn


def test_the_error_tree_is_drawn_as_it_is():
    kinds = [
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.SiyuError) and kind is not errors.SiyuError
    ]
    assert drawn_tree() == {kind.__name__: (kind.__base__.__name__, kind.code, kind.exit_code) for kind in kinds}
    codes = [kind.code for kind in kinds]
    assert len(set(codes)) == len(codes)

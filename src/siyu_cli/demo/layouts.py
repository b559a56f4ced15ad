"""The layouts a demo shop can be written in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from siyu_cli.demo.generic import generic_sheets
from siyu_cli.demo.sheets import DemoSheet
from siyu_cli.demo.shop import DemoShop
from siyu_cli.demo.taobao import taobao_sheets
from siyu_cli.demo.youzan import youzan_sheets


@dataclass(frozen=True)
class Layout:
    """How one platform exports: its sheets, the file format it uses and the encoding of its text files."""

    sheets: Callable[[DemoShop], list[DemoSheet]]
    format: str
    encoding: str


LAYOUTS: dict[str, Layout] = {
    "generic": Layout(generic_sheets, "xlsx", "utf-8-sig"),
    "youzan": Layout(youzan_sheets, "csv", "utf-8-sig"),
    "taobao": Layout(taobao_sheets, "csv", "gb18030"),
}

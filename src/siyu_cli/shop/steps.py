"""Every table between the files and the list, for looking at how a figure came about."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from siyu_cli.engines.kept import harmless_table
from siyu_cli.engines.step import step
from siyu_cli.files.loading.scripts import create
from siyu_cli.render.replace import check_target, make_folder, replacing, together
from siyu_cli.tables.column import MASKS

if TYPE_CHECKING:
    from siyu_cli.core.question import Study
    from siyu_cli.engines.protocol import ShopEngine
    from siyu_cli.shop.masks import Masks

_STEPS = {
    "order_lines": ["member_id", "order_id", "ordered_on", "paid_amount"],
    "members": ["member_id"],
    "purchases": ["member_id", "ordered_on", "order_count"],
    "features": ["member_id"],
    "measures": ["measure", "measured"],
    "bands": ["measure", "score"],
    "norms": ["shop_norm"],
    "rfm": ["member_id"],
    "comebacks": ["member_id"],
    "stages": ["member_id"],
    "segments": ["member_id"],
}


def step_files(folder: Path) -> list[Path]:
    """Return the files ``write_steps`` writes into a folder."""
    return [folder / f"{name}.parquet" for name in _STEPS]


def write_steps(engine: ShopEngine, study: Study, folder: Path, *, show_personal: bool, force: bool) -> list[Path]:
    """Write the tables as Parquet.

    They are made for others to look at: masked, members' keys alike in all of them, unless ``show_personal``.
    All of them are written or none is. Raises OutputError where one cannot be, or is there without ``force``.
    """
    make_folder(folder)
    written = step_files(folder)
    for path in written:
        check_target(path, force=force)
    engine.run(step("measures"), study.parameters)
    with together():
        for path, (name, order_by) in zip(written, _STEPS.items(), strict=True):
            with replacing(path, force=force) as temporary:
                shown = name if show_personal else _masked(engine, cast("Masks", study.masks), name)
                engine.write(harmless_table(engine, shown), temporary, order_by)
    return written


def _masked(engine: ShopEngine, masks: Masks, name: str) -> str:
    """Give a table the name it has masked, and return that."""
    masked, columns = "masked_" + name, engine.columns(name)
    if any(MASKS.get(key, "key") != "key" for key in columns):
        engine.open(masked, masks.rows(engine.read(name, ())))
    elif "member_id" in columns and masks.has_keys:
        # A log may be long: keys alone are looked up where the rows are.
        create(engine.connection, masked, masks.keyed(name, columns), kind="VIEW")
    else:
        return name
    return masked

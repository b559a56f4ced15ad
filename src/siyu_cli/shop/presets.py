"""What was settled by hand of a shop's files, kept as a preset of its own for every later run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from siyu_cli.errors import Note, OutputError, UsageError, Where
from siyu_cli.files.recognition.preset_making import make_preset
from siyu_cli.guard import may_write
from siyu_cli.render.replace import check_target, replacing
from siyu_cli.render.targets import wrote

if TYPE_CHECKING:
    from siyu_cli.config.settings import Settings
    from siyu_cli.shop import Shop


def preset_path(name: str, settings: Settings, *, force: bool) -> Path:
    """Return where a preset of that name belongs: beside the shop's siyu.toml, else with the user's settings.

    Raises ``UsageError`` for a name that cannot be one, ``OutputError`` where a file is in its place.
    """
    if not re.fullmatch(r"\w[\w-]{0,60}", name):
        hint = "A name is made of letters, digits, _ and -, such as shop-orders."
        raise UsageError("--make-preset {name}: a preset cannot be called so.", hint=hint, name=name)
    if not settings.preset_folders:
        hint = "Run siyu init once: presets lie beside the siyu.toml it writes."
        raise UsageError("--make-preset {name}: there is no folder for presets.", hint=hint, name=name)
    path = settings.preset_folders[0] / f"{name}.toml"
    may_write(path)
    if path.parent.exists():
        check_target(path, force=force)
    return path


def write_preset(shop: Shop, name: str, *, force: bool) -> Note:
    """Write what was settled by hand as a preset, which is tried first; return where it is and whom it applies to."""
    path = preset_path(name, shop.settings, force=force)
    text = make_preset(shop.load.settled, path, shop.load.presets)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = "{file} cannot be written: {reason}."
        reason = error.strerror or str(error)
        raise OutputError(message, where=Where(file=str(path)), file=path, reason=reason) from error
    with replacing(path, force=force) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
    if shop.settings.path is not None:
        return wrote(path)
    return Note(
        "Wrote {file}: there is no siyu.toml here, so the preset applies to all shops of this user. "
        "To keep one for this shop alone: siyu init, then --make-preset once more; and remove that file.",
        {"file": path},
    )

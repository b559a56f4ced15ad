"""``siyu config show``: the settings that hold here, and where each one was given."""

from __future__ import annotations

import os
from pathlib import Path

from siyu_cli.cli.options import Config, Format, Lang, Quiet, ShowPersonal
from siyu_cli.cli.output import open_sink
from siyu_cli.locale import translate as _
from siyu_cli.render.printed import rows_text

EXAMPLES = """siyu config show
SIYU_STAGES__NEW_DAYS=14 siyu config show --format json
siyu config show --config 分店.toml
"""


def config_show(
    config: Config = None,
    show_personal: ShowPersonal = False,
    format: Format = None,
    lang: Lang = None,  # noqa: ARG001  main has already chosen the language
    quiet: Quiet = False,
) -> None:
    """Show every setting, its value, and the line, variable or default it comes from.

    A value is taken from the first place that has it: an option, a variable such as
    SIYU_STAGES__NEW_DAYS, the file given with --config, the nearest siyu.toml from here upward, the user's
    own siyu.toml, and else the default.
    """
    from siyu_cli.config.listed import SETTINGS, cell_text, list_settings
    from siyu_cli.config.settings import load_settings

    settings = load_settings(config, Path.cwd(), os.environ)
    sink = open_sink(format, quiet=quiet)
    rows = list_settings(settings, is_masked=not show_personal)
    if sink.format not in ("json", "jsonl"):
        rows = [{**row, "value": cell_text(row["value"])} for row in rows]
    sink.print(rows_text(rows, SETTINGS, sink.form, around={"path": settings.path and str(settings.path)}))
    if settings.path is None:
        sink.note(_("There is no siyu.toml here or above: defaults hold, and nothing is remembered."))
        sink.hint("siyu init")

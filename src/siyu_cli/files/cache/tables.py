"""Contract of ``siyu cache``."""

from __future__ import annotations

from siyu_cli.tables.column import Table, column

# fmt: off
KEPT = Table("kept", "Kept of what was read", "读取缓存", "one row per file or set of files, the last used first", (
    column("text", "files", "Files", "文件"),
    column("number", "size_mb", "MB", "大小（MB）"),
    column("date", "used_on", "Last used", "最近使用"),
))
# fmt: on

"""What a scheduler of each kind is given to run a playbook every morning: printed, never installed."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePath
from xml.sax.saxutils import escape

AT = (6, 10)  # not on the full or half hour: group chats are busy then


@dataclass(frozen=True)
class Place:
    """Absolute paths: the playbook, its folder, the interpreter that has siyu; in which language it speaks."""

    playbook: PurePath
    python: PurePath
    lang: str = "en"

    @property
    def folder(self) -> PurePath:
        """Return the folder of the playbook."""
        return self.playbook.parent


def cron(place: Place) -> str:
    """Return a line of a crontab; a percent sign would be a new line there."""
    command = (
        f"cd {shlex.quote(str(place.folder))} && PYTHONUTF8=1 LC_ALL=C.UTF-8 {shlex.quote(str(place.python))} "
        f"-m siyu_cli run {shlex.quote(str(place.playbook))} --quiet --lang {place.lang}"
    )
    hour, minute = AT
    return f"{minute} {hour} * * * {command.replace('%', chr(92) + '%')}\n"


def systemd(place: Place) -> str:
    """Return a service and its timer; a morning the machine was off is made up for."""
    hour, minute = AT
    words = (str(place.python), "-m", "siyu_cli", "run", str(place.playbook), "--quiet", "--lang", place.lang)
    command = " ".join(map(_unit, words))
    return f"""# ~/.config/systemd/user/siyu.service
[Unit]
Description=siyu run

[Service]
Type=oneshot
WorkingDirectory={str(place.folder).replace("%", "%%")}
Environment=PYTHONUTF8=1 LC_ALL=C.UTF-8
ExecStart={command}
SuccessExitStatus=3

# ~/.config/systemd/user/siyu.timer
[Unit]
Description=siyu run

[Timer]
OnCalendar=*-*-* {hour:02}:{minute:02}:00
Persistent=true

[Install]
WantedBy=timers.target
"""


def windows(place: Place) -> str:
    """Return a task for the Task Scheduler, as XML; a morning the machine was off is made up for."""
    hour, minute = AT
    arguments = (
        f'/d /c "set PYTHONUTF8=1&& "{place.python}" -m siyu_cli run "{place.playbook}" --quiet --lang {place.lang}"'
    )
    return f"""<?xml version="1.0"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>2026-01-01T{hour:02}:{minute:02}:00</StartBoundary>
      <ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>
    </CalendarTrigger>
  </Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <StartWhenAvailable>true</StartWhenAvailable>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
  </Settings>
  <Actions>
    <Exec>
      <Command>cmd.exe</Command>
      <Arguments>{escape(arguments)}</Arguments>
      <WorkingDirectory>{escape(str(place.folder))}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
"""


def place_of(playbook: Path, python: str, lang: str) -> Place:
    """Return the paths as they hold from anywhere; a link to an interpreter is what has the packages."""
    return Place(playbook.absolute(), Path(python).absolute(), lang)


KINDS: dict[str, Callable[[Place], str]] = {"cron": cron, "systemd": systemd, "windows": windows}


def _unit(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if escaped != word or " " in word else word

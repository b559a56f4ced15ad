"""The command lines of a playbook: which commands they may be, and what the runner puts in for them."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from siyu_cli.core.campaign.kinds import BrokenRuleError, broken
from siyu_cli.destinations.listed import destination_names

SEGMENT, EXPORT, PLAN, NOTIFY = "segment", "export", "campaign plan", "notify"
# Those that list members, and may be an audience.
_LISTS = (SEGMENT, "churn", "movement", "activation", "winback", "points", "levels", PLAN)
COMMANDS = (
    *_LISTS, "referral-report", "check", "retention", "funnel", "value", "acquisition", "profile", "monitor",
    "risk", "report", "campaign template", "campaign evaluate", "campaign learn", "campaign power", EXPORT, NOTIFY,
)  # fmt: skip
# What the runner puts in, and what would have a step done in another way than it is recorded.
_TAKEN = (
    "--as-of", "--output", "-o", "--format", "--force", "--config", "--dry-run", "--lang", "--make-preset",
    "--debug-steps", "--audience",
)  # fmt: skip
# Options whose value is one more file to write: a trial leaves them out.
_BESIDES = ("--rejects", "--excluded", "--reasons")
AS_OF = "{as_of}"


@dataclass(frozen=True)
class Line:
    """A command line as it stands in a playbook, in words."""

    words: tuple[str, ...] | None

    @cached_property
    def command(self) -> str:
        """Return the command; '' for none that a playbook has."""
        words = list(self.words or ())
        return next((name for name in COMMANDS if words[: name.count(" ") + 1] == name.split(" ")), "")

    @cached_property
    def rest(self) -> tuple[str, ...]:
        """Return the words behind the command; a destination by its bare name is what ``--to`` takes."""
        rest = (self.words or ())[self.command.count(" ") + 1 :]
        if self.command == EXPORT and "--to" not in rest and rest and rest[0] in destination_names():
            return ("--to", *rest)
        return rest

    @property
    def lists_members(self) -> bool:
        """Return whether its result is one list of members."""
        return self.command in _LISTS and not self._has("--split-by")

    @property
    def labels_all(self) -> bool:
        """Return whether it leaves a list of everybody by stage in the shop's memory."""
        return self.command == SEGMENT and not self._has("--where")

    @property
    def names_list(self) -> bool:
        """Return whether an export says itself which list it takes."""
        return self.command == EXPORT and bool(self.rest) and not self.rest[0].startswith("-")

    @property
    def reaches_people(self) -> bool:
        """Return whether it does, whatever the playbook says of it."""
        return self.command in (EXPORT, NOTIFY) or self._has("--notify")

    @property
    def names_campaign(self) -> bool:
        """Return whether it says what an export is for."""
        return self._has("--campaign")

    def _has(self, option: str) -> bool:
        return any(word == option or word.startswith(f"{option}=") for word in self.rest)

    def problem(self) -> BrokenRuleError | None:
        """Return what is wrong with it; None where nothing is."""
        if self.words is None:
            return broken("run", "{origin}: a quotation mark is missing in this command line.",
                          hint="Close what was opened.")  # fmt: skip
        if not self.command:
            facts = {"command": " ".join(self.words[:1]) or "–", "commands": ", ".join(COMMANDS)}
            return broken("run", "{origin}: a playbook has no command {command}.", hint="There are: {commands}.",
                          facts=facts)  # fmt: skip
        taken = next((name for name in _TAKEN if self._has(name)), None)
        if taken:
            return broken("run", "{origin}: {option} is not for a playbook's command line.",
                          hint="output, audience and as_of are keys of the playbook; siyu run puts in the rest.",
                          facts={"option": taken})  # fmt: skip
        if self.command == EXPORT and not self._has("--to"):
            return broken("run", "{origin}: export does not say where to.", hint="Write export --to wecom.")
        if self.command == NOTIFY and self.rest:
            return broken("run", "{origin}: {words}: nothing is expected here.", facts={"words": " ".join(self.rest)},
                          hint="Whom it writes to stands in notify = … under [playbook].")  # fmt: skip
        return None

    def filled(self, as_of: date, *, is_trial: bool = False) -> list[str]:
        """Return the words behind the command, the day put in; a trial writes no files besides."""
        words = [word.replace(AS_OF, as_of.isoformat()) for word in self.rest]
        if not is_trial:
            return words
        kept, skip = [], False
        for word in words:
            if not skip and word.partition("=")[0] not in _BESIDES:
                kept.append(word)
            skip = word in _BESIDES
        return kept

    def files(self, folder: Path) -> list[Path]:
        """Return the files it names itself, such as a plan: they are part of what a run is made of."""
        return [folder / word for word in self.rest if not word.startswith("-") and (folder / word).is_file()]


def line_of(text: str) -> Line:
    """Return a command line taken apart, ``siyu`` in front of it or not.

    >>> line_of('siyu segment --where "stage = \\'dormant\\'"').words
    ('segment', '--where', "stage = 'dormant'")
    """
    try:
        words = shlex.split(text)
    except ValueError:
        return Line(None)
    return Line(tuple(words[1:] if words[:1] == ["siyu"] else words))

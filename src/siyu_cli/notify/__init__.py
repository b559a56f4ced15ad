"""Telling a group chat that a report is there: WeCom and DingTalk by their robots, the rest through Apprise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from siyu_cli.errors import UsageError
from siyu_cli.notify.robots import Message, robot_of


def send(urls: Sequence[str], message: Message) -> list[tuple[str, str]]:
    """Send a message to every URL and return (service, why) of those that did not take it, without their secrets.

    Raises ``UsageError`` for a URL nobody knows, or when one needs Apprise and it is not installed.
    """
    failed = []
    for url in urls:
        robot = robot_of(url)
        why = robot.send(message) if robot else _send_by_apprise(url, message)
        if why is not None:
            failed.append((scheme(url), why))
    return failed


def check(urls: Sequence[str]) -> None:
    """Raise before any work is done for a URL nobody knows, or when one needs Apprise and it is not installed."""
    for url in urls:
        if robot_of(url) is None and not _apprise().Apprise().add(url):
            raise _unknown(url)


def scheme(url: str) -> str:
    """Return what may be said of a URL that holds a secret: its service.

    >>> scheme("wecombot://KEY")
    'wecombot://…'
    """
    name, mark, _secret = url.partition("://")
    return f"{name[:20]}://…" if mark else "…"


def _send_by_apprise(url: str, message: Message) -> str | None:
    apprise = _apprise()
    service = apprise.Apprise()
    if not service.add(url):
        raise _unknown(url)
    is_taken = service.notify(
        title=message.title, body=message.text, body_format=apprise.NotifyFormat.MARKDOWN,
        attach=str(message.attached) if message.attached else None,
    )  # fmt: skip
    return None if is_taken else "not taken"


def _unknown(url: str) -> UsageError:
    return UsageError(
        "--notify {url}: no such service.",
        hint="It looks like wecombot://KEY, dingtalk://TOKEN, feishu://TOKEN or mailto://user:password@host.",
        url=scheme(url),
    )


def _apprise() -> Any:
    try:
        import apprise
    except ImportError as error:
        raise UsageError("--notify needs Apprise.", hint="Install it: pip install 'siyu-cli[notify]'") from error
    return apprise

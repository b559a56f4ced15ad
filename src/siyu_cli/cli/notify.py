"""Telling a group chat that a report is there, through Apprise: WeCom, DingTalk, Feishu, mail and a hundred others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from siyu_cli.errors import UsageError


def send(urls: Sequence[str], title: str, text: str) -> list[str]:
    """Send Markdown to every URL and return the services that did not take it, without their secrets.

    Raises ``UsageError`` for a URL nobody knows, or when Apprise is not installed.
    """
    apprise = _apprise()
    failed = []
    for url in urls:
        service = apprise.Apprise()
        if not service.add(url):
            raise _unknown(url)
        if not service.notify(title=title, body=text, body_format=apprise.NotifyFormat.MARKDOWN):
            failed.append(scheme(url))
    return failed


def check(urls: Sequence[str]) -> None:
    """Raise before any work is done for a URL nobody knows, or when Apprise is not installed."""
    for url in urls:
        if not _apprise().Apprise().add(url):
            raise _unknown(url)


def scheme(url: str) -> str:
    """Return what may be said of a URL that holds a secret: its service.

    >>> scheme("wecombot://KEY")
    'wecombot://…'
    """
    name, mark, _secret = url.partition("://")
    return f"{name[:20]}://…" if mark else "…"


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
        raise UsageError(
            "--notify needs Apprise.", hint="Install it: pip install 'siyu-cli[notify]'"
        ) from error
    return apprise

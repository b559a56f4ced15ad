"""Group-chat robots of WeCom (企业微信) and DingTalk (钉钉), which answer HTTP 200 also where they refuse.

Whether a message was taken, ``errcode`` in their answer says. Limits: WeCom text 2,048 bytes; DingTalk stops showing
Markdown beyond some 3,500 characters.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, parse_qs, quote, urlencode, urlsplit
from urllib.request import Request, urlopen

_SECONDS = 15
_WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send"
_DINGTALK = "https://oapi.dingtalk.com/robot/send"


@dataclass(frozen=True)
class Robot:
    """One robot: where it listens, the secret it signs with, and how it wants a message."""

    address: str
    write: Callable[[str, str], dict[str, Any]]
    signing_secret: str | None = None

    def send(self, title: str, text: str) -> str | None:
        """Post Markdown and return why it was not taken, None when it was; secrets are not in it."""
        body = json.dumps(self.write(title, text), ensure_ascii=False).encode()
        request = Request(self.signed_address(), body, {"Content-Type": "application/json; charset=utf-8"})
        try:
            with urlopen(request, timeout=_SECONDS) as answer:
                told = json.loads(answer.read(100_000))
        except HTTPError as error:
            return f"HTTP {error.code}"
        except (URLError, OSError) as error:
            return str(getattr(error, "reason", error))
        except ValueError:
            return "no JSON in the answer"
        return self._refusal(told if isinstance(told, dict) else {})

    def _refusal(self, told: dict[str, Any]) -> str | None:
        if told.get("errcode") == 0:
            return None
        why = f"errcode {told.get('errcode')}: {told.get('errmsg', '')}"[:200].rstrip(": ")
        for secret in chain.from_iterable(parse_qs(urlsplit(self.address).query).values()):
            why = why.replace(secret, "…")
        return why

    def signed_address(self) -> str:
        """Return the address with the time and its signature, where the robot asks for one."""
        if self.signing_secret is None:
            return self.address
        now = str(round(time.time() * 1000))
        signed = hmac.new(self.signing_secret.encode(), f"{now}\n{self.signing_secret}".encode(), hashlib.sha256)
        return f"{self.address}&" + urlencode({"timestamp": now, "sign": base64.b64encode(signed.digest()).decode()})


def robot_of(url: str) -> Robot | None:
    """Return the robot behind an address, None where it is somebody else's.

    ``wecombot://KEY``, ``dingtalk://TOKEN`` and ``dingtalk://SECRET@TOKEN``; and the webhook addresses as both
    programs show them, on any host, since large firms run WeCom themselves.

    >>> robot_of("wecombot://0123").address
    'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0123'
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme == "wecombot" and parts.netloc:
        return Robot(f"{_WECOM}?key={quote(parts.netloc)}", _wecom_text)
    if parts.scheme == "dingtalk" and parts.netloc:
        secret, _at, token = parts.netloc.rpartition("@")
        return Robot(f"{_DINGTALK}?access_token={quote(token)}", _dingtalk_markdown, secret or None)
    return _webhook(url, parts) if parts.scheme in ("http", "https") else None


def _webhook(url: str, parts: SplitResult) -> Robot | None:
    asked = parse_qs(parts.query)
    if parts.path.endswith("/webhook/send") and "key" in asked:
        return Robot(url, _wecom_text)
    if parts.path.endswith("/robot/send") and "access_token" in asked:
        return Robot(url, _dingtalk_markdown)
    return None


def _wecom_text(_title: str, text: str) -> dict[str, Any]:
    # Not Markdown, which WeCom's robots show in some of its programs only.
    lines = [line.removeprefix("> ").replace("**", "") for line in text.splitlines()]
    plain = "\n".join(line for line in lines if line)
    return {"msgtype": "text", "text": {"content": cut(plain, 2_048)}}


def _dingtalk_markdown(title: str, text: str) -> dict[str, Any]:
    return {"msgtype": "markdown", "markdown": {"title": title, "text": cut(text, 3_500)}}


def cut(text: str, most: int) -> str:
    """Return as many whole lines as fit into so many bytes of UTF-8, and … where some did not.

    >>> cut("one\\ntwo\\nthree", 11)
    'one\\ntwo\\n…'
    """
    if len(text.encode()) <= most:
        return text
    mark = "…"
    room = most - len(mark.encode())
    kept = ""
    for line in text.splitlines(keepends=True):
        if len((kept + line).encode()) > room:
            break
        kept += line
    # A first line that is too long alone is cut within it, never within a character.
    return (kept or text.encode()[:room].decode(errors="ignore")) + mark

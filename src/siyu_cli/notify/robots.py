"""Group-chat robots of WeCom (企业微信) and DingTalk (钉钉), which answer HTTP 200 also where they refuse.

Whether a message was taken, ``errcode`` in their answer says. Limits: WeCom Markdown 4,096 bytes, a file 5 bytes to
20 MB (developer.work.weixin.qq.com/document/path/91770); DingTalk stops showing Markdown beyond some 3,500 characters,
and its robots take no files.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, parse_qs, quote, urlencode, urlsplit
from urllib.request import Request, urlopen

_SECONDS = 15
_WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send"
_WECOM_FILES = "/webhook/upload_media"
_WECOM_BYTES = range(5, 20 * 2**20 + 1)
_DINGTALK = "https://oapi.dingtalk.com/robot/send"
_MARKDOWN_BYTES, _SHOWN_CHARACTERS = 4_096, 3_500


@dataclass(frozen=True)
class Message:
    """What is sent: Markdown under a title, and a file where the service takes one.

    ``more`` is the last line of a text that is too long, with the ``{count}`` of lines left out.
    """

    title: str
    text: str
    attached: Path | None = None
    more: str = "…"


@dataclass(frozen=True)
class Robot:
    """One robot: where it listens, where it takes files, the secret it signs with, and how it wants a message."""

    address: str
    write: Callable[[Message], dict[str, Any]]
    signing_secret: str | None = None
    files_address: str | None = None

    def send(self, message: Message) -> str | None:
        """Post a message, then its file, and return why one was not taken, None when all was; no secrets in it."""
        why, _told = self._post(self.signed_address(), *_as_json(self.write(message)))
        if why is None and message.attached is not None and self.files_address is not None:
            why = self._send_file(self.files_address, message.attached)
        return why

    def _send_file(self, address: str, path: Path) -> str | None:
        content = path.read_bytes()
        if len(content) not in _WECOM_BYTES:
            return f"{path.name}: {len(content)} bytes"
        why, told = self._post(address, *_as_form(path.name, content))
        if why is None:
            file = {"msgtype": "file", "file": {"media_id": told.get("media_id")}}
            why, _told = self._post(self.signed_address(), *_as_json(file))
        return why and f"{path.name}: {why}"

    def _post(self, address: str, kind: str, body: bytes) -> tuple[str | None, dict[str, Any]]:
        """Return why it was not taken, and the answer."""
        try:
            with urlopen(Request(address, body, {"Content-Type": kind}), timeout=_SECONDS) as answer:
                told = json.loads(answer.read(100_000))
        except HTTPError as error:
            return f"HTTP {error.code}", {}
        except (URLError, OSError) as error:
            return str(getattr(error, "reason", error)), {}
        except ValueError:
            return "no JSON in the answer", {}
        told = told if isinstance(told, dict) else {}
        return self._refusal(told), told

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


def _as_json(body: dict[str, Any]) -> tuple[str, bytes]:
    return "application/json; charset=utf-8", json.dumps(body, ensure_ascii=False).encode()


def _as_form(name: str, content: bytes) -> tuple[str, bytes]:
    """Return one file as a form has it (RFC 7578)."""
    edge = secrets.token_hex(16)
    safe = name.replace('"', "_").replace("\\", "_")
    head = f'--{edge}\r\nContent-Disposition: form-data; name="media"; filename="{safe}"; filelength={len(content)}'
    head += "\r\nContent-Type: application/octet-stream\r\n\r\n"
    return f"multipart/form-data; boundary={edge}", head.encode() + content + f"\r\n--{edge}--\r\n".encode()


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
        return _wecom(f"{_WECOM}?key={quote(parts.netloc)}")
    if parts.scheme == "dingtalk" and parts.netloc:
        secret, _at, token = parts.netloc.rpartition("@")
        return Robot(f"{_DINGTALK}?access_token={quote(token)}", _dingtalk_markdown, secret or None)
    return _webhook(url, parts) if parts.scheme in ("http", "https") else None


def _webhook(url: str, parts: SplitResult) -> Robot | None:
    asked = parse_qs(parts.query)
    if parts.path.endswith("/webhook/send") and "key" in asked:
        return _wecom(url)
    if parts.path.endswith("/robot/send") and "access_token" in asked:
        return Robot(url, _dingtalk_markdown)
    return None


def _wecom(address: str) -> Robot:
    path, _mark, query = address.partition("/webhook/send?")
    return Robot(address, _wecom_markdown, files_address=f"{path}{_WECOM_FILES}?{query}&type=file")


def _wecom_markdown(message: Message) -> dict[str, Any]:
    return {"msgtype": "markdown", "markdown": {"content": cut(message.text, _MARKDOWN_BYTES, message.more)}}


def _dingtalk_markdown(message: Message) -> dict[str, Any]:
    text = cut(message.text, _SHOWN_CHARACTERS, message.more)
    return {"msgtype": "markdown", "markdown": {"title": message.title, "text": text}}


def cut(text: str, most: int, more: str = "…") -> str:
    """Return as many whole lines as fit into so many bytes of UTF-8, and below them what says that some did not.

    >>> cut("one\\ntwo\\nthree\\nfour!", 18, "… {count} more")
    'one\\ntwo\\n… 2 more'
    """
    if len(text.encode()) <= most:
        return text
    lines = text.splitlines(keepends=True)
    room = most - len(more.format(count=len(lines)).encode())
    kept: list[str] = []
    for line in lines:
        if sum(len(one.encode()) for one in kept) + len(line.encode()) > room:
            break
        kept.append(line)
    # A first line that is too long alone is cut within it, never within a character.
    first = "".join(kept) or text.encode()[:room].decode(errors="ignore")
    return first + more.format(count=len(lines) - len(kept))

"""Telling a group chat: what a robot refuses is told, also where its answer is HTTP 200."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message as HeaderMessage
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from commands import Run, runner
from referral_files import AS_OF, FILES, last_run
from siyu_cli.notify.robots import Message, cut, robot_of

CRON = ("--as-of", AS_OF, "-o", "r.html", "--force")
apprise_is_old = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@dataclass
class Chat:
    """A group chat's server: a real one that keeps what it is sent and answers as told."""

    port: int = 0
    received: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    answer: bytes = b'{"errcode": 0, "errmsg": "ok"}'
    answers: list[bytes] = field(default_factory=list)  # those of the first messages

    def url(self, rest: str, scheme: str = "http") -> str:
        return f"{scheme}://127.0.0.1:{self.port}{rest}"


def read_body(headers: HeaderMessage, body: bytes) -> dict[str, Any]:
    """Return JSON, or of a form its one file."""
    if headers.get_content_type() == "application/json":
        found: dict[str, Any] = json.loads(body)
        return found
    form = message_from_bytes(f"Content-Type: {headers['Content-Type']}\r\n\r\n".encode() + body, policy=HTTP)
    (file,) = form.iter_parts()
    return {"filename": file.get_filename(), "content": file.get_payload(decode=True)}


@pytest.fixture
def chat() -> Iterator[Chat]:
    chat = Chat()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            chat.received.append(read_body(self.headers, self.rfile.read(int(self.headers["Content-Length"]))))
            chat.paths.append(self.path)
            self.send_response(500 if self.path.startswith("/broken") else 200)
            self.end_headers()
            self.wfile.write(chat.answers.pop(0) if chat.answers else chat.answer)

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    chat.port = server.server_port
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield chat
    server.shutdown()
    server.server_close()


WECOM, DINGTALK = "/cgi-bin/webhook/send?key=SECRET", "/robot/send?access_token=SECRET"


@pytest.mark.parametrize("address", [WECOM, DINGTALK])
def test_a_robot_that_takes_the_report_is_no_finding(run: Run, chat: Chat, address: str):
    assert run(*FILES, *CRON, "--quiet", "--notify", chat.url(address)).code == 0
    assert "K" in json.dumps(chat.received)


@pytest.mark.parametrize(
    ("address", "answer", "why"),
    [
        (WECOM, b'{"errcode": 40058, "errmsg": "content exceed max length, SECRET"}', "errcode 40058: content"),
        (DINGTALK, b'{"errcode": 310000, "errmsg": "keywords not in content"}', "errcode 310000: keywords"),
        (WECOM, b"{}", "errcode None"), (DINGTALK, b"[]", "errcode None"), (WECOM, b"<html>", "no JSON"),
        (DINGTALK, b"", "no JSON"),
    ],
)  # fmt: skip
def test_a_robot_that_refuses_with_http_200_is_told(
    run: Run, folder: Path, chat: Chat, address: str, answer: bytes, why: str
):
    (folder / "siyu.toml").write_text("", "utf-8")
    chat.answer = answer
    told = run(*FILES, *CRON, "--quiet", "--notify", chat.url(address))
    assert (told.code, Path("r.html").exists()) == (3, True)
    assert why in told.err
    assert "SECRET" not in told.err + json.dumps(last_run(folder), default=str)


def test_a_robot_nobody_answers_for_is_told(run: Run, chat: Chat):
    nobody, broken = f"http://127.0.0.1:1{WECOM}", chat.url("/broken" + WECOM)
    told = run(*FILES, *CRON, "--quiet", "--notify", nobody, "--notify", broken)
    assert told.code == 3
    assert "refused" in told.err
    assert "HTTP 500" in told.err


def test_wecom_and_dingtalk_get_markdown_each_as_it_wants_it(run: Run, chat: Chat):
    run(*FILES, *CRON, "--quiet", "--notify", chat.url(WECOM), "--notify", chat.url(DINGTALK))
    wecom, dingtalk = chat.received
    assert "**" in wecom["markdown"]["content"]
    assert wecom["markdown"]["content"] == dingtalk["markdown"]["text"]
    assert dingtalk["markdown"]["title"]
    assert {wecom["msgtype"], dingtalk["msgtype"]} == {"markdown"}


PAGE = "<p>周报</p>"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / '周"报.html'
    path.write_text(PAGE, "utf-8")
    return path


def test_wecom_takes_the_page_as_a_file_behind_its_message(chat: Chat, page: Path):
    chat.answer = b'{"errcode": 0, "errmsg": "ok", "media_id": "M1"}'
    assert robot_of(chat.url(WECOM)).send(Message("周报", "**升**", page)) is None
    told, upload, file = chat.received
    assert told == {"msgtype": "markdown", "markdown": {"content": "**升**"}}
    assert chat.paths[1] == "/cgi-bin/webhook/upload_media?key=SECRET&type=file"
    assert (upload["filename"], upload["content"]) == ("周_报.html", PAGE.encode())
    assert file == {"msgtype": "file", "file": {"media_id": "M1"}}


def test_the_weekly_report_is_sent_short_with_its_page_behind_it(
    run: Run, capsys: pytest.CaptureFixture[str], chat: Chat
):
    asked = ("report", *FILES, "--as-of", AS_OF, "-o", "周报.html", "--lang", "zh", "--notify", chat.url(WECOM))
    ended = runner(capsys)(*asked)
    assert ended.code in (0, 3), ended.err
    told, upload, _file = chat.received
    assert "周报" in told["markdown"]["content"]
    assert len(told["markdown"]["content"].encode()) <= 4_000
    assert (upload["filename"], upload["content"]) == ("周报.html", Path("周报.html").read_bytes())


def test_dingtalks_robots_take_no_file(chat: Chat, page: Path):
    assert robot_of(chat.url(DINGTALK)).send(Message("周报", "**升**", page)) is None
    assert len(chat.received) == 1


def test_a_file_that_is_refused_is_told_by_its_name(chat: Chat, page: Path):
    chat.answer = b'{"errcode": 0}'
    chat.answers = [chat.answer, b'{"errcode": 40009, "errmsg": "invalid media size"}']
    assert robot_of(chat.url(WECOM)).send(Message("周报", "**升**", page)) == (
        '周"报.html: errcode 40009: invalid media size'
    )
    page.write_bytes(b"x")
    assert robot_of(chat.url(WECOM)).send(Message("周报", "**升**", page)) == '周"报.html: 1 bytes'


def test_a_message_is_within_the_robots_bytes_and_says_how_much_is_left_out(chat: Chat):
    lines = "\n".join(["𠮷" * 40] * 60)  # four bytes each
    robot_of(chat.url(WECOM)).send(Message("周报", lines, more="… 余 {count} 条见附件"))
    content = chat.received[0]["markdown"]["content"]
    assert len(content.encode()) <= 4_096
    assert content.splitlines()[-1] == "… 余 35 条见附件"
    assert set(content.splitlines()[:-1]) == {"𠮷" * 40}


def test_a_message_is_cut_after_a_whole_line_by_bytes():
    text = "\n".join(f"第{place}行" * 20 for place in range(60))
    kept = cut(text, 2_048)
    assert len(kept.encode()) <= 2_048
    assert kept.endswith("\n…")
    assert set(kept.splitlines()[:-1]) <= set(text.splitlines())
    assert cut("一" * 1_000, 2_048) == "一" * 681 + "…"
    assert cut("short", 2_048) == "short"


def test_a_signing_secret_signs_and_is_not_sent():
    robot = robot_of("dingtalk://SECabc@token")
    assert robot is not None
    signed = robot.signed_address()
    assert re.search(r"access_token=token&timestamp=\d{13}&sign=.{40,}", signed)
    assert "SECabc" not in signed


def test_the_short_addresses_lead_to_the_robots_own_hosts():
    assert robot_of("wecombot://0-9").address == "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0-9"
    assert robot_of("dingtalk://t").address == "https://oapi.dingtalk.com/robot/send?access_token=t"
    assert robot_of("mailto://user:password@example.com") is None


@apprise_is_old
def test_any_other_service_is_told_through_apprise(run: Run, chat: Chat):
    assert run(*FILES, *CRON, "--quiet", "--notify", chat.url("", "json")).code == 0
    assert "K" in chat.received[0]["message"]
    assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", chat.received[0]["message"])


@apprise_is_old
def test_a_service_that_fails_is_told_and_loses_nothing(run: Run, folder: Path, chat: Chat):
    (folder / "siyu.toml").write_text("", "utf-8")
    told = run(*FILES, *CRON, "--quiet", "--notify", chat.url("/broken?token=SECRET", "json"))
    assert (told.code, Path("r.html").exists()) == (3, True)
    assert "json://…" in told.err
    assert "SECRET" not in told.err + json.dumps(last_run(folder), default=str)
    assert run(*FILES, *CRON, "--notify", "nosuch://x").code == 2

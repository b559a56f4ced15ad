"""Killed at every boundary of every step, a playbook goes on: nobody is reached twice, files are as if nothing was."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

import playbook_shop
from playbook_shop import FIRST, TELL

KILLED = -signal.SIGKILL
DAY = FIRST + timedelta(days=2)
Play = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def robot() -> Iterator[tuple[str, list[str]]]:
    """Give the address of a group chat's robot, and what it was told."""
    heard: list[str] = []

    class Robot(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Robot)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"json://127.0.0.1:{server.server_port}/", heard
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def play() -> Iterator[Play]:
    program = Path(__file__).with_name("playbook_kills.py")
    served = subprocess.Popen(
        [sys.executable, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", cwd="/"
    )

    def run(folder: Path, *more: str, kill: str | None = None) -> tuple[int, str]:
        assert served.stdin is not None
        assert served.stdout is not None
        words = ["run", "每周.toml", "--quiet", "--format", "json", *more]
        print(json.dumps([str(folder), words, kill]), file=served.stdin, flush=True)
        return tuple(json.loads(served.stdout.readline()))

    with served:
        yield run
        served.stdin.close()


@pytest.fixture(scope="module")
def begun(robot, play: Play, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a shop that had its first run, and has the exports of another day."""
    folder = tmp_path_factory.mktemp("killed")
    playbook_shop.write_shop(folder, notify=json.dumps([robot[0]]), more=TELL)
    as_of(folder, FIRST)
    assert play(folder) == (0, "")
    robot[1].clear()
    playbook_shop.new_export(folder, DAY)
    as_of(folder, DAY)
    return folder


def as_of(folder: Path, day: object) -> None:
    text = (folder / "每周.toml").read_text("utf-8")
    lines = [f"as_of = {day}" if line.startswith("as_of") else line for line in text.splitlines()]
    (folder / "每周.toml").write_text("\n".join(lines) + "\n", "utf-8")


def written(folder: Path) -> dict[str, bytes]:
    files = sorted(path for path in (folder / "out" / str(DAY)).rglob("*") if path.is_file())
    # A contact list is called after the day it goes out.
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def whole(begun: Path, play: Play, robot, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Give what a run leaves that nobody interrupts."""
    folder = shutil.copytree(begun, tmp_path_factory.mktemp("whole"), dirs_exist_ok=True)
    assert play(folder) == (0, "")
    assert len(robot[1]) == 1
    assert "- export: Done 2 of 2 listed." in json.loads(robot[1][0])["message"]
    robot[1].clear()
    found = written(folder)
    assert len(found) == 3
    return found


def killed(play: Play, folder: Path, *boundaries: str, **more: object) -> None:
    for boundary in boundaries:
        assert play(folder, kill=boundary)[0] == KILLED, boundary


def asks(play: Play, folder: Path, step: str) -> None:
    """See that a run does nothing but ask about a step."""
    code, said = play(folder)
    assert (code, f"--confirm {step}=done or --confirm {step}=repeat" in said) == (75, True), said


def sent_in(folder: Path) -> int:
    lists = [text.decode() for name, text in written(folder).items() if "名单/" in name and name.endswith(".csv")]
    return sum(text.count("\n") - 1 for text in lists)


def test_killed_at_each_boundary_of_each_step_it_goes_on_and_nobody_is_reached_twice(
    begun: Path, whole: dict[str, bytes], play: Play, robot, tmp_path: Path
):
    folder, heard = shutil.copytree(begun, tmp_path, dirs_exist_ok=True), robot[1]
    killed(play, folder, "begin", "begin_step seg", "_publish 分层.csv", "end_step seg")
    killed(play, folder, "begin_step new_dormant", "fire", "end_step new_dormant", "begin_step export")
    asks(play, folder, "export")
    assert play(folder, "--confirm", "export=repeat", kill="export keep")[0] == KILLED
    asks(play, folder, "export")  # it was recorded and had no file: the ledger has taken that back
    assert sent_in(folder) == 0
    again = play(folder, "--confirm", "export=repeat", kill="_publish " + contact_file(whole))
    assert again[0] == KILLED
    # The files are there and the ledger vouches for them: nobody is asked, nothing is repeated.
    killed(play, folder, "end_step export", "begin_step tell")
    asks(play, folder, "tell")
    assert heard == []
    assert play(folder, "--confirm", "tell=repeat", kill="send")[0] == KILLED
    asks(play, folder, "tell")
    assert len(heard) == 1, "it was sent, and nobody sends it again by itself"
    assert play(folder, "--confirm", "tell=done", kill="end_step tell")[0] == KILLED
    killed(play, folder, "end")
    assert play(folder)[0] == 3, "nothing new"
    assert (written(folder), len(heard)) == (whole, 1)
    heard.clear()


def contact_file(whole: dict[str, bytes]) -> str:
    return next(Path(name).name for name in whole if "名单/" in name and name.endswith(".csv"))


def test_an_export_the_ledger_vouches_for_needs_nobodys_word(
    begun: Path, whole: dict[str, bytes], play: Play, robot, tmp_path: Path
):
    folder = shutil.copytree(begun, tmp_path, dirs_exist_ok=True)
    assert play(folder, kill="export end")[0] == KILLED
    assert play(folder) == (0, "")
    assert (written(folder), len(robot[1])) == (whole, 1)
    robot[1].clear()


def test_two_at_once_the_second_ends_with_75(begun: Path, play: Play, tmp_path: Path):
    folder = shutil.copytree(begun, tmp_path, dirs_exist_ok=True)
    hold = "import sys, time; from filelock import FileLock; lock = FileLock(sys.argv[1]); lock.acquire(); "
    hold += "print(flush=True); time.sleep(60)"
    first = subprocess.Popen(
        [sys.executable, "-c", hold, str(folder / ".siyu" / "playbook.held")], stdout=subprocess.PIPE
    )
    with first:
        assert first.stdout is not None
        first.stdout.readline()
        second = play(folder)
        first.kill()
        assert second[0] == 75

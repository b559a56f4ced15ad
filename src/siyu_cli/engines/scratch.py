"""Where Spark's tables between steps lie: a folder or an address that every executor reaches, gone with the engine."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from typing import Any
from uuid import uuid4

from siyu_cli.errors import EngineError, UsageError

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def is_address(place: str | Path) -> bool:
    """Return whether a place is named by an address, not by a path of this machine.

    >>> is_address("hdfs:///tmp/siyu"), is_address("/tmp/siyu")
    (True, False)
    """
    return _ADDRESS.match(str(place)) is not None


def is_local(master: str) -> bool:
    """Return whether a master's executors run on this machine."""
    return master.startswith("local")


class Scratch:
    """Where tables between steps lie: a folder of this engine alone, removed with it."""

    def __init__(self, session: Any, place: str | Path | None) -> None:
        self._session = session
        self._is_address = place is not None and is_address(place)
        if place is None and not is_local(session.conf.get("spark.master", "") or ""):
            raise UsageError(
                "Spark runs on other machines: where may its tables between steps lie?",
                hint='Name a folder or an address that all of them reach: [engine] scratch = "hdfs:///tmp/siyu".',
            )
        # What is written here by this process is seen by the executors, too.
        self.is_here = not self._is_address and is_local(session.conf.get("spark.master", "") or "")
        if self._is_address:
            self._root = f"{str(place).rstrip('/')}/siyu-spark-{uuid4().hex}"
            return
        try:
            self._root = tempfile.mkdtemp(prefix="siyu-spark-", dir=place)
        except OSError as error:
            reason = error.strerror or str(error)
            message = "{folder} cannot hold Spark's tables between steps: {reason}."
            raise EngineError(
                message, hint="Choose another one: [engine] scratch.", folder=place, reason=reason
            ) from error

    def folder(self, name: str) -> str:
        """Return a place of that name."""
        return f"{self._root}/{name}"

    def remove(self, folder: str | None) -> None:
        """Remove what lies at a place."""
        if folder is None:
            return
        if not self._is_address:
            shutil.rmtree(folder, ignore_errors=True)
            return
        jvm = getattr(self._session, "_jvm", None)
        if jvm is None:  # Spark Connect has no word for it: what lies there is the server's to clean up
            return
        path = jvm.org.apache.hadoop.fs.Path(folder)
        path.getFileSystem(self._session._jsparkSession.sessionState().newHadoopConf()).delete(path, True)

    def close(self) -> None:
        """Remove all of it."""
        self.remove(self._root)

"""Tables that lie where an engine works: Parquet files, folders of them, tables of a catalog."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path, PosixPath, WindowsPath
from typing import TYPE_CHECKING

from siyu_cli.engines.scratch import is_address

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Lake:
    """A table that was found: what it was called by, the view it is read under, its columns and its files.

    ``columns`` are headers with the engine's types; the view has them as c0, c1… and the number of each row as row.
    ``files`` is Arrow: file_path, file_size and count, the rows of each.
    """

    place: str
    name: str
    columns: tuple[tuple[str, str], ...]
    files: pa.Table

    @property
    def rows(self) -> int:
        """Return how many rows it has."""
        return sum(self.files["count"].to_pylist())

    @property
    def size(self) -> int:
        """Return the bytes of its files."""
        return sum(self.files["file_size"].to_pylist())

    @property
    def fingerprint(self) -> str:
        """Return a SHA-256 of where its files lie, how large they are and how many rows they hold: none is read."""
        told = "\n".join("\t".join(map(str, row.values())) for row in self.files.to_pylist())
        return hashlib.sha256(told.encode()).hexdigest()


def numbered(files: pa.Table) -> pa.Table:
    """Return each file with the number of rows in the files before it."""
    import pyarrow as pa

    counts = files["count"].to_pylist()
    before = [sum(counts[:place]) for place in range(len(counts))]
    return pa.table({"file_path": files["file_path"], "rows_before": pa.array(before, pa.int64())})


class Address(PosixPath if os.name == "posix" else WindowsPath):  # type: ignore[misc]
    """A place on a cluster (``s3a://shop/orders``): a path to whoever takes paths, its text as it was given."""

    text = ""

    def __str__(self) -> str:
        return self.text


def as_place(given: str | Path) -> Path:
    """Return what was given as a path; an address keeps its slashes.

    >>> str(as_place("s3a://shop/orders")), as_place("s3a://shop/orders").name
    ('s3a://shop/orders', 'orders')
    """
    if isinstance(given, Path) or not is_address(given):
        return Path(given)
    place = Address(given)
    place.text = given
    return place

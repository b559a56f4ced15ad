"""Records of quoted text, where a quote may never have been closed.

Such a quote makes one value of all that follows, up to the next quote or the end: rows that a person counts would be
gone without a trace. A record of several lines is believed when its quotes are in order and its lines are no records
of their own; else its first line stands alone, the quote a character like any other, and reading goes on below it.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

_LEAST_WIDTH = 3  # a sentence with one comma on each of its lines is no list of records of two values


def quoted_records(lines: Iterable[str], delimiter: str, width: int) -> Iterator[list[str]]:
    r"""Yield the records of lines, each with its line end; ``width`` is the usual number of values.

    Raises ``csv.Error`` for a value on one line that is longer than csv allows.

    >>> list(quoted_records(['1,2,"3\n', '4,5,6\n', '7,8,"9"\n'], ",", 3))
    [['1', '2', '"3'], ['4', '5', '6'], ['7', '8', '9']]
    >>> list(quoted_records(['1,2,"3\n', '4, 5"\n'], ",", 3))
    [['1', '2', '3\n4, 5']]
    """
    source = _Lines(lines)
    reader = csv.reader(source, delimiter=delimiter)
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:
            if len(source.taken) < 2:  # one line: it is the value that is too long
                raise
            record = None
        taken = source.taken
        if len(taken) > 1 and (record is None or _is_runaway(taken, record, delimiter, width)):
            source.waiting.extendleft(reversed(taken[1:]))
            record = _alone(taken[0], delimiter, width)
        source.taken = []
        yield record or []


class _Lines:
    """Lines that can be given back, and those that the record at hand has taken."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = iter(lines)
        self.waiting: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.waiting.popleft() if self.waiting else next(self.lines)
        self.taken.append(line)
        return line


def _is_runaway(lines: Sequence[str], record: Sequence[str], delimiter: str, width: int) -> bool:
    """Return whether a record of several lines came of a quote that was not meant to enclose them."""
    problem = _problem(lines, delimiter)
    if problem is not None and _is_open(problem):
        return True
    stand_alone = [len(_alone(line, delimiter, width)) == width for line in lines if line.strip()]
    if problem is not None:
        return any(stand_alone[1:]) and (stand_alone[0] or len(record) != width)
    return all(stand_alone) and width >= _LEAST_WIDTH


def _alone(line: str, delimiter: str, width: int) -> list[str]:
    """Return the values of a line by itself; a quote left open on it stays in its value."""
    problem = _problem([line], delimiter)
    values = next(csv.reader([line], delimiter=delimiter), [])
    if problem is None or not _is_open(problem):
        return values
    rest = '"' + values[-1].rstrip("\r\n")
    return [*values[:-1], rest] if len(values) == width else [*values[:-1], *rest.split(delimiter)]


def _problem(lines: Sequence[str], delimiter: str) -> csv.Error | None:
    try:
        next(csv.reader(lines, delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        return error
    return None


def _is_open(problem: csv.Error) -> bool:
    return str(problem) == "unexpected end of data"

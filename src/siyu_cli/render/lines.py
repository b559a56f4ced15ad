"""Arrow tables as lines of text, csv or JSON: vectorised, in order, a batch of rows at a time.

The text of a value does not depend on the machine: decimals keep their digits, dates are ISO, booleans are
``true`` and ``false``, floats have the shortest digits that read back the same, nulls are empty (``null`` in
JSON). JSON keeps texts as they are; csv is what people double-click, so its texts are made inert.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from siyu_cli.cells import Values, is_text, mended, neutralise, plain
from siyu_cli.progress import Written, writing
from siyu_cli.signs import HARMFUL, escaped

_BATCH_ROWS = 65_536
_WORKERS = 2
_NEEDS_QUOTES = '[",\r\n]'
_NEEDS_ESCAPE = r'[\x00-\x1f"\\]'


def csv_lines(table: pa.Table) -> Iterator[memoryview]:
    """Return the table as csv in UTF-8 pieces, header first: RFC 4180 quoting, ``\\n`` line ends, no BOM."""
    header = _csv_row(pa.record_batch([pa.array([name]) for name in table.column_names], table.column_names))
    yield header
    yield from _in_order(_csv_row, table)


def json_lines(table: pa.Table, *, before: str = "", after: str = "\n") -> Iterator[memoryview]:
    """Return one JSON object per row in UTF-8 pieces, each object between ``before`` and ``after``."""

    def render(batch: pa.RecordBatch) -> memoryview:
        parts: list[object] = []
        for position, (name, values) in enumerate(zip(batch.schema.names, batch.columns, strict=True)):
            opening = f"{before}{{" if position == 0 else ","
            parts += [f"{opening}{json.dumps(name, ensure_ascii=False)}:", _json_values(values)]
        return _bytes_of(pc.binary_join_element_wise(*parts, "}" + after, ""))

    yield from _in_order(render, table)


def _csv_row(batch: pa.RecordBatch) -> memoryview:
    cells = [_csv_values(values) for values in batch.columns]
    if len(cells) == 1:  # an empty line would be skipped by whoever reads it
        cells = [pc.if_else(pc.equal(pc.coalesce(cells[0], ""), ""), '""', cells[0])]
    commas = [part for cell in cells for part in (",", cell)][1:]
    return _bytes_of(pc.binary_join_element_wise(*commas, "\n", "", null_handling="replace", null_replacement=""))


def _csv_values(values: Values) -> Values:
    values = plain(values)
    if not is_text(values.type):
        return _written(values)
    values = neutralise(values)
    is_quoted = pc.match_substring_regex(values, _NEEDS_QUOTES)
    if not pc.any(is_quoted).as_py():
        return values
    doubled = pc.replace_substring(values, '"', '""')
    return pc.if_else(is_quoted, pc.binary_join_element_wise('"', doubled, '"', ""), values)


def _json_values(values: Values) -> Values:
    values = plain(values)
    if pa.types.is_floating(values.type):
        values = pc.if_else(pc.is_finite(values), values, pa.scalar(None, values.type))
    is_bare = (
        pa.types.is_integer(values.type)
        or pa.types.is_floating(values.type)
        or pa.types.is_decimal(values.type)
        or pa.types.is_boolean(values.type)
    )
    if not is_text(values.type):
        values = _written(values)
    if not is_bare:
        values = pc.binary_join_element_wise('"', _unseen_escaped(_escaped(values)), '"', "")
    return pc.fill_null(values, "null")


def _written(values: Values) -> Values:
    """Return numbers, dates and booleans as text; a float that is no number is null."""
    if pa.types.is_floating(values.type):
        values = pc.if_else(pc.is_nan(values), pa.scalar(None, values.type), values)
    if pa.types.is_timestamp(values.type):
        return pc.strftime(values.cast(pa.timestamp("s"), safe=False), "%Y-%m-%dT%H:%M:%S")
    return values.cast(pa.string())


def _escaped(texts: Values) -> Values:
    if not pc.any(pc.match_substring_regex(texts, _NEEDS_ESCAPE)).as_py():
        return texts
    for character in ("\\", '"', *map(chr, range(32))):
        texts = pc.replace_substring(texts, character, json.dumps(character)[1:-1])
    return texts


def _unseen_escaped(texts: Values) -> Values:
    """Return texts of JSON in which signs that steer a screen are escapes: they read back the same."""
    return mended(texts, HARMFUL, escaped)


def _bytes_of(lines: pa.StringArray) -> memoryview:
    """Return the texts of an array end to end, without a copy."""
    _, offsets, data = lines.buffers()
    if data is None:
        return memoryview(b"")
    ends = np.frombuffer(offsets, np.int32)
    return memoryview(data)[ends[lines.offset] : ends[lines.offset + len(lines)]]


def _in_order(render: Callable[[pa.RecordBatch], memoryview], table: pa.Table) -> Iterator[memoryview]:
    """Render batches in a few threads; at most a few wait, so that a slow reader costs no memory."""
    waiting: deque[tuple[int, Future[memoryview]]] = deque()
    done = 0
    with ThreadPoolExecutor(_WORKERS) as pool:
        for batch in table.to_batches(max_chunksize=_BATCH_ROWS):
            waiting.append((batch.num_rows, pool.submit(render, batch)))
            if len(waiting) > 2 * _WORKERS:
                rows, piece = waiting.popleft()
                yield piece.result()
                done += rows
                writing().wrote(Written(done, table.num_rows))
        for rows, piece in waiting:
            yield piece.result()
            done += rows
            writing().wrote(Written(done, table.num_rows))

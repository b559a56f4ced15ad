"""Delimited text: which character separates, then every record as a row of text.

Regular files go through Arrow's reader, on all cores; the few records of another width (titles, totals) are
put back in their places. Files without such a shape go record by record through the csv module.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

from siyu_cli.errors import DataError
from siyu_cli.files.reading import bombs
from siyu_cli.files.reading.content import Content
from siyu_cli.files.reading.encoding import Encoding, detect
from siyu_cli.files.reading.quotes import quoted_records
from siyu_cli.files.reading.sheets import CellFault, RawSheet

if TYPE_CHECKING:
    import pyarrow as pa

SPACES = " "
_DELIMITERS = (",", "\t", ";", "|")
_SAMPLE_BYTES = 65_536
_SAMPLE_RECORDS = 200
_MAX_ODD_RECORDS = 1_000  # above this a file has no regular shape
_BATCH_RECORDS = 20_000
_SURROGATE = re.compile("[\udc80-\udcff]")
_ARROW_NAMES = {"utf-8": "utf8", "utf-8-sig": "utf8"}


@dataclass(frozen=True)
class Shape:
    """How a text is laid out: its encoding, its separator, the usual number of values, what quotes mean."""

    encoding: Encoding
    delimiter: str
    width: int
    quoting: int


def read_text(content: Content) -> RawSheet:
    """Return a text file as one sheet whose row i is its record i, blank ones included.

    DataError when it is no text. Records that do not decode become blank rows and a fault each.
    """
    encoding = detect(content)
    shape = _shape_of(content, encoding)
    cells: pa.Table | None = None
    faults: list[CellFault] = []
    if not encoding.is_damaged and shape.delimiter != SPACES:
        cells = _read_regular(content, shape)
    if cells is None or (_may_hold_line_ends(content, shape, cells.num_rows) and _may_be_runaway(cells, shape)):
        cells, faults = _read_records(content, shape)
    return RawSheet(content.file, None, cells, encoding=encoding.name, delimiter=shape.delimiter, faults=tuple(faults))


def _shape_of(content: Content, encoding: Encoding) -> Shape:
    head = content.head(_SAMPLE_BYTES)
    sample = codecs.getincrementaldecoder(encoding.codec)("replace").decode(head)
    if len(head) == _SAMPLE_BYTES:
        sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1] or sample
    declared = re.match(r"sep=(.)\r?\n", sample)  # a line Excel understands and some exports write
    scores = {mark: _score(sample, mark) for mark in ((declared.group(1),) if declared else _DELIMITERS)}
    delimiter = max(scores, key=lambda mark: scores[mark])
    width = scores[delimiter][1]
    if width < 2 and (aligned := _aligned_width(sample)):
        delimiter, width = SPACES, aligned
    quoting = csv.QUOTE_MINIMAL if _has_quote(content) else csv.QUOTE_NONE
    return Shape(encoding, delimiter, max(1, width), quoting)


def _score(sample: str, delimiter: str) -> tuple[float, int]:
    """Return (share of records with the usual number of values, that number); (0, 1) when all have one."""
    widths = Counter(len(record) for record in _sampled(sample, delimiter) if record)
    split = {width: count for width, count in widths.items() if width > 1}
    if not split:
        return 0.0, 1
    width = max(split, key=lambda width: split[width])  # the first of equals: a header is rarely run over
    return split[width] / widths.total(), width


def _sampled(sample: str, delimiter: str) -> list[list[str]]:
    records = []
    try:
        for record in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            records.append(record)
            if len(records) >= _SAMPLE_RECORDS:
                break
    except csv.Error:
        pass  # a quote that is never closed: what was read until there is sample enough
    return records


def _aligned_width(sample: str) -> int | None:
    """Return the number of columns of a text aligned with spaces; None when spaces are part of its values."""
    lines = [line for line in sample.splitlines() if line.strip()][:_SAMPLE_RECORDS]
    widths = {len(line.split()) for line in lines}
    is_aligned = any("  " in line.strip() for line in lines) or min(widths, default=0) > 2
    return widths.pop() if len(widths) == 1 and is_aligned and len(lines) > 1 and min(widths) > 1 else None


def _has_quote(content: Content) -> bool:
    with content.open() as stream:
        return any(b'"' in chunk for chunk in iter(lambda: stream.read(1 << 20), b""))


def _read_regular(content: Content, shape: Shape) -> pa.Table | None:
    """Return the rows through Arrow; None when the file has no regular shape."""
    import pyarrow as pa

    odd: list[Any] = []
    try:
        # Only a single thread knows the numbers of the odd records, so a file that has some is read again.
        cells = _arrow(content, shape, odd, use_threads=True)
        if odd and len(odd) <= _MAX_ODD_RECORDS:
            odd.clear()
            cells = _arrow(content, shape, odd, use_threads=False)
        if len(odd) > _MAX_ODD_RECORDS or any(re.search("[\r\n]", record.text.strip()) for record in odd):
            return None  # of several lines and of another width: a quote may have run away
        return _with_odd_records(content, cells, odd, shape.delimiter) if odd else cells
    except (pa.ArrowInvalid, csv.Error):
        return None  # a record longer than a block, or too many odd ones


def _arrow(content: Content, shape: Shape, odd: list[Any], use_threads: bool) -> pa.Table:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    def keep(record: Any) -> str:
        odd.append(record)
        return "skip" if len(odd) <= _MAX_ODD_RECORDS else "error"

    names = [f"c{index}" for index in range(shape.width)]
    with content.open() as stream:
        return arrow_csv.read_csv(
            stream,
            read_options=arrow_csv.ReadOptions(
                use_threads=use_threads, column_names=names,
                encoding=_ARROW_NAMES.get(shape.encoding.name, shape.encoding.codec),
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=shape.delimiter, newlines_in_values=shape.quoting != csv.QUOTE_NONE,
                ignore_empty_lines=False, invalid_row_handler=keep,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), null_values=[""],
                strings_can_be_null=True, quoted_strings_can_be_null=True,
            ),
        )  # fmt: skip


def _with_odd_records(content: Content, cells: pa.Table, odd: Sequence[Any], delimiter: str) -> pa.Table:
    """Return the rows with records of another width put back where they were; short ones are filled up."""
    import pyarrow as pa

    texts = (io.StringIO(record.text, newline="") for record in odd)
    records = [next(csv.reader(text, delimiter=delimiter), []) for text in texts]
    width = max([cells.num_columns, *(len(record) for record in records)])
    cells = _widened(content, cells, width)
    pieces, taken = [], 0
    for number, (record, values) in enumerate(zip(odd, records, strict=True)):
        upto = record.number - 1 - number
        pieces += [cells.slice(taken, upto - taken), _table([values], width)]
        taken = upto
    pieces.append(cells.slice(taken))
    return _in_one_piece(pa.concat_tables(pieces))


def _read_records(content: Content, shape: Shape) -> tuple[pa.Table, list[CellFault]]:
    """Return the rows one record at a time, and the faults of those that do not decode."""
    try:
        return _gather(content, shape)
    except csv.Error as error:
        raise DataError(
            "{file} holds a value of more than {most} characters: it is no table.",
            hint="Check that it is the file you meant; export it again.",
            where=content.where, file=content.file, most=csv.field_size_limit(),
        ) from error  # fmt: skip


def _may_hold_line_ends(content: Content, shape: Shape, records: int) -> bool:
    """Whether a value may go over a line's end: not where there is a record for every line, counted in bytes."""
    if shape.quoting == csv.QUOTE_NONE or shape.encoding.is_wide:
        return shape.quoting != csv.QUOTE_NONE
    with content.open() as stream:
        counted = [(chunk.count(b"\n"), chunk.count(b"\r")) for chunk in iter(lambda: stream.read(1 << 20), b"")]
    ends = [sum(counts) for counts in zip(*counted, strict=True)]
    return max(ends) > records or min(ends) not in {0, max(ends)}


def _may_be_runaway(cells: pa.Table, shape: Shape) -> bool:
    """Whether a quote may never have been closed: a value then goes on to the next quote, a whole line or the end."""
    import pyarrow.compute as pc

    def matches(column: pa.ChunkedArray, pattern: str) -> pa.ChunkedArray:
        return pc.fill_null(pc.match_substring_regex(column, pattern), False)

    is_long = reduce(pc.or_, (matches(column, "[\r\n]") for column in cells.columns))
    mark = re.escape(shape.delimiter)
    suspect = f'"|[\r\n](?:[^{mark}\r\n]*{mark}){{{max(1, shape.width - 1)}}}'
    is_last = any("\n" in value.strip() for value in cells.slice(cells.num_rows - 1).to_pylist()[0].values() if value)
    return is_last or any(pc.any(matches(column, suspect)).as_py() for column in cells.filter(is_long).columns)


def _gather(content: Content, shape: Shape) -> tuple[pa.Table, list[CellFault]]:
    import pyarrow as pa

    faults: list[CellFault] = []
    batches: list[pa.Table] = []
    waiting: list[list[str]] = []
    for number, record in enumerate(_records(content, shape), start=1):
        values = record
        if shape.encoding.is_damaged and _is_undecodable(record, shape):
            faults.append(CellFault(number, 0, _shown(record, shape), "undecodable"))
            values = []
        if len(values) > bombs.MAX_COLUMNS:
            raise _too_wide(content, number)
        waiting.append(values)
        if len(waiting) == _BATCH_RECORDS:
            batches.append(_table(waiting))
            waiting = []
    batches.append(_table(waiting, max([0 if batches else shape.width, *map(len, waiting)])))
    width = max(batch.num_columns for batch in batches)
    return _in_one_piece(pa.concat_tables([_widened(content, batch, width) for batch in batches])), faults


def _records(content: Content, shape: Shape) -> Iterator[list[str]]:
    encoding = shape.encoding
    errors = "strict"
    if encoding.is_damaged:
        # A damaged UTF-16 or UTF-32 text has no bytes to carry through: what does not decode shows as �.
        errors = "replace" if encoding.is_wide else "surrogateescape"
    with content.open() as stream, io.TextIOWrapper(stream, encoding.codec, errors, newline="") as text:
        if shape.delimiter == SPACES:
            yield from (line.split() for line in text)
        elif shape.quoting == csv.QUOTE_NONE:
            yield from csv.reader(text, delimiter=shape.delimiter, quoting=csv.QUOTE_NONE)
        else:
            yield from quoted_records(text, shape.delimiter, shape.width)


def _is_undecodable(record: Sequence[str], shape: Shape) -> bool:
    text = "".join(record)
    return "\0" in text or ("�" in text if shape.encoding.is_wide else _SURROGATE.search(text) is not None)


def _shown(record: Sequence[str], shape: Shape) -> str:
    """Return a record with its bad bytes spelt out: ``caf\\xe9``."""
    text = shape.delimiter.join(record)[:200]
    codec = shape.encoding.codec
    if not shape.encoding.is_wide:
        text = text.encode(codec, "surrogateescape").decode(codec, "backslashreplace")
    return text.replace("\0", "\\x00")


def _too_wide(content: Content, row: int) -> DataError:
    return DataError(
        "{file}, record {row}, has more than {most} values.", hint="Check the separator; export it again.",
        where=content.where, file=content.file, row=row, most=bombs.MAX_COLUMNS,
    )  # fmt: skip


def _table(records: Sequence[Sequence[str]], width: int | None = None) -> pa.Table:
    """Return records as text columns; short ones are filled up, empty values are null."""
    import pyarrow as pa

    width = max(map(len, records), default=0) if width is None else width
    padding = [""] * width
    rows = [record if len(record) == width else [*record, *padding[len(record) :]] for record in records]
    columns = [[value or None for value in column] for column in zip(*rows, strict=True)] or [[]] * width
    return pa.table(
        [pa.array(column, pa.string()) for column in columns], names=[f"c{index}" for index in range(width)]
    )


def _widened(content: Content, cells: pa.Table, width: int) -> pa.Table:
    import pyarrow as pa

    if width > bombs.MAX_COLUMNS or width * cells.num_rows > bombs.MAX_CELLS * 5:
        raise _too_wide(content, cells.num_rows)
    for index in range(cells.num_columns, width):
        cells = cells.append_column(f"c{index}", pa.nulls(cells.num_rows, pa.string()))
    return cells


def _in_one_piece(cells: pa.Table) -> pa.Table:
    """Return the rows with each column whole, unless a column may not fit: text columns hold 2 GiB."""
    return cells.combine_chunks() if cells.nbytes < bombs.MAX_TEXT_BYTES else cells

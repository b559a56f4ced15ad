"""Text cells, a whole column at a time: made inert, masked, measured. One Arrow column in, one out.

A spreadsheet runs a text that starts with ``=``, ``+``, ``-`` or ``@`` as a formula (some also after blanks, and East
Asian ones in full width): every such text gets a leading ``'`` before people open it. See ``siyu_cli.signs``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from siyu_cli.masks import mask_phone
from siyu_cli.signs import FORMULA, HARMFUL, inert, visible

Values: TypeAlias = pa.Array | pa.ChunkedArray

_MOBILE = "^1[3-9][0-9]{9}$"
_NO_MASK = "^[^*]+$"


def is_text(kind: pa.DataType) -> bool:
    """Return whether an Arrow type holds text: string, large string or string view."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def plain(values: Values) -> Values:
    """Return the values without dictionary encoding, every text as ``string``: what writers understand."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
        values = values.cast(kind)
    if pa.types.is_null(kind) or (is_text(kind) and not pa.types.is_string(kind)):
        values = values.cast(pa.string())
    return values


def neutralise(texts: Values) -> Values:
    """Return the texts with ``'`` before each one a spreadsheet would run as a formula, and no sign that steers.

    >>> neutralise(pa.array(["=1+1", "王小明", None])).to_pylist()
    ["'=1+1", '王小明', None]
    """
    return mended(texts, f"{FORMULA}|{HARMFUL}", lambda text: visible(inert(text)))


def harmless(rows: pa.Table) -> pa.Table:
    """Return the rows with no sign in their texts that steers whoever shows them; no program runs a text of Parquet."""
    for place, name in enumerate(rows.column_names):
        if is_text(rows.schema.types[place]) or pa.types.is_dictionary(rows.schema.types[place]):
            rows = rows.set_column(place, name, mended(plain(rows[name]), HARMFUL, visible))
    return rows


def mended(texts: Values, pattern: str, mend: Callable[[str], str]) -> Values:
    """Return the texts with those that match ``pattern`` mended one by one: few do, the others cost one look."""
    is_suspect = pc.match_substring_regex(texts, pattern)
    if not pc.any(is_suspect).as_py():
        return texts
    suspects = pc.filter(texts, is_suspect).to_pylist()
    mends = {text: mend(text) for text in set(suspects)}
    chunk = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    is_suspect = is_suspect.combine_chunks() if isinstance(is_suspect, pa.ChunkedArray) else is_suspect
    fill = pa.array([mends[text] for text in suspects], chunk.type)
    return pc.replace_with_mask(chunk, pc.fill_null(is_suspect, False), fill)


def mask_phones(phones: Values) -> Values:
    """Return ``138****8000`` for each mobile number; any other number keeps its last two digits at most.

    A value that holds a star already is left as it is.
    """
    is_mobile = pc.fill_null(pc.match_substring_regex(phones, _MOBILE), False)
    parts = (pc.utf8_slice_codeunits(phones, 0, 3), "****", pc.utf8_slice_codeunits(phones, 7), "")
    masked = pc.if_else(is_mobile, pc.binary_join_element_wise(*parts), phones)
    return masked if pc.all(is_mobile).as_py() else mended(masked, _NO_MASK, mask_phone)


def mask_names(names: Values) -> Values:
    """Return the first character of each name and two stars, whatever its length: ``王**``."""
    trimmed = pc.utf8_trim_whitespace(names)
    masked = pc.binary_join_element_wise(pc.utf8_slice_codeunits(trimmed, 0, 1), "**", "")
    return pc.if_else(pc.equal(trimmed, ""), trimmed, masked)


def relabel(keys: Values, labels: Mapping[str, str]) -> Values:
    """Return the label of each key (of each ``true`` or ``false``); a key without one stays as it is."""
    if pa.types.is_boolean(keys.type):
        return pc.if_else(keys, labels["true"], labels["false"])
    positions = pc.index_in(keys, pa.array(list(labels), pa.string()))
    found = pc.take(pa.array(list(labels.values()), pa.string()), positions)
    return found if found.null_count == keys.null_count else pc.coalesce(found, keys)


def widest(texts: Values) -> float:
    """Return the width of the widest text in Latin characters; a Chinese character counts as two."""
    letters = pc.utf8_length(texts)
    extra_bytes = pc.subtract(pc.binary_length(texts), letters)
    width = pc.max(pc.add(pc.cast(letters, pa.float64()), pc.divide(pc.cast(extra_bytes, pa.float64()), 2)))
    return float(width.as_py() or 0)

"""List prices: they say what was paid only beside a discount and a quantity."""

from __future__ import annotations

from dataclasses import replace

from siyu_cli.files.recognition import amounts, evidence
from siyu_cli.files.recognition.mapping import SYNONYM, ColumnMatch, Found, Sheet


def with_list_price(seen: Sheet, found: Found) -> Found:
    """Return the columns of an order sheet with the list price as the unit's, where a discount makes it a price."""
    if not {"discount", "quantity"} <= found.keys or found.keys & {"paid_amount", "unit_price"}:
        return found
    used = {column.position for column in found.columns}
    for spot, header in seen.named:
        is_price = amounts.rank(header) == amounts.LIST and evidence.verdict("money", seen.values[spot]) > 0
        if spot not in used and is_price:
            price = ColumnMatch("unit_price", header, spot, SYNONYM, "synonym")
            return replace(found, columns=(*found.columns, price))
    return found

"""What rows are by the words in a column, where its header is not among those known for it: 业务, 出入库类型."""

from __future__ import annotations

import re
from dataclasses import replace

from siyu_cli.files.recognition.mapping import SYNONYM, ColumnMatch, Found, Sheet
from siyu_cli.files.recognition.marks import MARKS
from siyu_cli.files.recognition.presets import is_document, kind_of_row

_NAMED_SO = re.compile(r"(?:类型|类别|分类|种类|性质|业务|单据|事项|type|kind|category|class)\s*$", re.IGNORECASE)
_OF_OTHERS = re.compile(
    r"商品|货品|产品|会员|客户|顾客|支付|付款|渠道|活动|商户|product|item|member|customer|pay|channel", re.IGNORECASE
)


def with_kind(seen: Sheet, found: Found) -> Found:
    """Return the columns of an order sheet with the one whose words all say what rows are, if no header says so.

    A column of categories may say so as well: a till's 类别 is of goods or of rows. Some word has to be one that only
    rows have, 销售出库, or be no sale: 普通 and 团购 may be said of much else.
    """
    if found.table != "orders" or found.keys & {"kind", *MARKS}:
        return found
    used = {column.position for column in found.columns if column.key != "category"}
    for spot, header in seen.named:
        words = set(seen.values[spot])
        if spot in used or not words or not _NAMED_SO.search(header) or _OF_OTHERS.search(header):
            continue
        kinds = [kind_of_row(word) for word in words]
        if all(kinds) and (any(map(is_document, words)) or set(kinds) != {"sale"}):
            column = ColumnMatch("kind", header, spot, SYNONYM, "values")
            others = (other for other in found.columns if other.position != spot)
            return replace(found, columns=(*others, column))
    return found

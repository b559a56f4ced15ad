"""Make the data the benchmarks read, once, into a folder: two workbooks and order lines as Parquet.

    python benchmarks/make_data.py --folder DIR --lines 10000000
    python benchmarks/make_data.py --folder DIR --workbooks 200000 1000000

Everybody is invented. Buyers differ as they do in shops: purchase rates are gamma over buyers, lifetimes
exponential with gamma rates (Pareto/NBD), so a few buy weekly and a third never come back.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from rustpy_xlsxwriter import write_worksheet

AS_OF = date(2026, 6, 30)
HISTORY_DAYS = 1096
MEMBERS = 200_000
LINES = 1_000_000
FOLDER = Path(tempfile.gettempdir()) / "siyu-benchmarks"

_BLOCK_BUYERS = 176_000
_DAY_SECONDS = 86_400
_OPENING = np.datetime64(AS_OF, "s") - np.timedelta64(HISTORY_DAYS - 1, "D")
_ITEM_SHARES = [0.62, 0.24, 0.09, 0.05]
_STATUSES = np.array(["completed", "paid", "shipped", "cancelled", "unpaid"])
_STATUS_SHARES = [0.93, 0.01, 0.02, 0.03, 0.01]

_SORTED = """
copy (
    select order_id, member_id, ordered_at, status, paid_amount, refunded_amount, refunded_at
    from read_parquet($blocks)
    order by ordered_at, order_id
) to $target (format parquet, compression zstd, row_group_size 122880)
"""


@dataclass(frozen=True)
class Lines:
    """Order lines as equally long arrays; times are seconds since the opening, money in fen."""

    buyer: np.ndarray[Any, Any]
    order: np.ndarray[Any, Any]
    ordered: np.ndarray[Any, Any]
    paid: np.ndarray[Any, Any]


def parquet(folder: Path, lines: int) -> Path:
    """Return a Parquet file of ``lines`` order lines sorted by time, about 5.7 per buyer; made if it is missing.

    Columns: order_id, member_id, ordered_at (timestamp), status, paid_amount and refunded_amount
    (decimal(18, 2)), refunded_at. Memory stays under 2 GB whatever the number of lines.
    """
    target = folder / f"orders-{lines}.parquet"
    if target.exists():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        blocks = Path(scratch)
        for number, table in enumerate(_blocks(lines)):
            pq.write_table(table, blocks / f"block-{number:04}.parquet", compression="zstd")
        connection = duckdb.connect()
        connection.execute("set memory_limit = '1500MB'")
        connection.execute("set temp_directory = $folder", {"folder": scratch})
        made = blocks / target.name
        connection.execute(_SORTED, {"blocks": str(blocks / "block-*.parquet"), "target": str(made)})
        made.rename(target)
    return target


def workbooks(folder: Path, members: int = MEMBERS, lines: int = LINES) -> tuple[Path, Path]:
    """Return 会员.xlsx (12 columns) and 订单.xlsx (8 columns), made if they are missing.

    Dates and codes are text and amounts numbers, as platforms export them; a fifth of the members never bought.
    """
    place = folder / f"xlsx-{members}-{lines}"
    people, orders = place / "会员.xlsx", place / "订单.xlsx"
    if people.exists() and orders.exists():
        return people, orders
    place.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(20260630)
    drawn = _draw(rng, members * 4 // 5, lines / (members * 4 // 5))
    chosen = np.sort(rng.permutation(len(drawn.buyer))[:lines])
    drawn = Lines(*(getattr(drawn, name)[chosen] for name in ("buyer", "order", "ordered", "paid")))
    first = np.full(members, HISTORY_DAYS * _DAY_SECONDS)
    np.minimum.at(first, drawn.buyer, drawn.ordered)
    with people.open("wb") as file:
        write_worksheet(_member_sheet(rng, first), file, sheet_name="会员")
    with orders.open("wb") as file:
        write_worksheet(_order_sheet(rng, drawn), file, sheet_name="订单")
    return people, orders


def _blocks(lines: int) -> Iterator[pa.Table]:
    made, number, first_order = 0, 0, 0
    while made < lines:
        rng = np.random.default_rng([20260630, number])
        drawn = _draw(rng, min(_BLOCK_BUYERS, max(1000, lines // 5)), 5.68)
        table = _line_table(rng, drawn, number * _BLOCK_BUYERS, first_order).slice(0, lines - made)
        first_order += int(drawn.order[-1]) + 1
        made += table.num_rows
        number += 1
        yield table


def _draw(rng: np.random.Generator, buyers: int, lines_per_buyer: float) -> Lines:
    """Draw what ``buyers`` buy, at least ``lines_per_buyer`` on average, sorted by buyer and time."""
    first = np.sqrt(rng.random(buyers)) * HISTORY_DAYS
    stays = rng.exponential(1.0, buyers) / rng.gamma(0.85, 1 / 250.0, buyers)
    span = np.minimum(stays, HISTORY_DAYS - first)
    rate = rng.gamma(0.62, 1.0, buyers)
    items = float(np.dot(_ITEM_SHARES, [1, 2, 3, 4]))
    again = max(lines_per_buyer / items - 1, 0.1) * 1.02 * buyers
    orders = 1 + rng.poisson(rate * span * again / np.dot(rate, span))
    buyer = np.repeat(np.arange(buyers), orders)
    is_first = np.diff(buyer, prepend=-1) > 0
    day = first[buyer] + np.where(is_first, 0.0, rng.random(len(buyer))) * span[buyer]
    hour = 8 + 14 * rng.beta(2.2, 1.6, len(buyer))
    ordered = (np.minimum(day, HISTORY_DAYS - 1).astype(np.int64) * _DAY_SECONDS + (hour * 3600)).astype(np.int64)
    by_time = np.lexsort((ordered, buyer))
    ordered = ordered[by_time]
    each = rng.choice([1, 2, 3, 4], len(buyer), p=_ITEM_SHARES)
    usual = rng.lognormal(4.6, 0.6, buyers)
    order = np.repeat(np.arange(len(buyer)), each)
    paid = usual[buyer[order]] * rng.lognormal(0.0, 0.5, len(order)) * 100
    return Lines(buyer[order], order, ordered[order], np.maximum(paid.astype(np.int64), 1))


def _line_table(rng: np.random.Generator, lines: Lines, first_buyer: int, first_order: int) -> pa.Table:
    refunded, refunded_at = _refunds(rng, lines)
    status = rng.choice(len(_STATUSES), int(lines.order[-1]) + 1, p=_STATUS_SHARES)[lines.order]
    is_sold = status < 3
    refunded = np.where(is_sold, refunded, 0)
    moments = (_OPENING + lines.ordered).astype("datetime64[us]")
    returned = pa.array((_OPENING + refunded_at).astype("datetime64[us]"), mask=refunded == 0)
    return pa.table({
        "order_id": _order_ids(moments, lines.order + first_order),
        "member_id": _coded("M", lines.buyer + first_buyer, 8),
        "ordered_at": pa.array(moments),
        "status": pa.array(_STATUSES)
        .take(pa.array(status)),
        "paid_amount": _money(lines.paid),
        "refunded_amount": _money(refunded),
        "refunded_at": returned,
    })  # fmt: skip


def _refunds(rng: np.random.Generator, lines: Lines) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return what was given back of each line, in fen, and when; one line in twenty, two fifths of them in full."""
    count = len(lines.order)
    part = np.where(rng.random(count) < 0.4, 1.0, rng.uniform(0.1, 0.6, count))
    refunded = np.where(rng.random(count) < 0.05, (lines.paid * part).astype(np.int64), 0)
    return refunded, lines.ordered + rng.integers(3600, 20 * _DAY_SECONDS, count)


def _member_sheet(rng: np.random.Generator, first: np.ndarray[Any, Any]) -> pa.Table:
    count = len(first)
    joined = np.maximum(first - rng.integers(60, 40 * _DAY_SECONDS, count), 0)
    born = np.datetime64("1960-01-01") + rng.integers(0, 365 * 45, count)
    return pa.table(
        {
            "会员编号": _coded("M", np.arange(count), 8),
            "姓名": _picked(rng, ["王小明", "李芳", "张伟", "刘洋", "陈静", "欧阳雪", "赵磊"], count),
            "手机号": _phones(np.arange(count)),
            "注册时间": _texts(_OPENING + joined),
            "会员等级": _picked(rng, ["普通会员", "银卡会员", "金卡会员", "钻石会员"], count),
            "积分": pa.array(rng.integers(0, 9000, count)),
            "导购": _picked(rng, [f"导购{number:02}" for number in range(60)], count),
            "门店": _picked(rng, [f"{number}号店" for number in range(1, 25)], count),
            "来源渠道": _picked(rng, ["门店扫码", "公众号", "小程序", "朋友推荐", "直播间"], count),
            "城市": _picked(rng, ["上海市", "杭州市", "南京市", "苏州市", "成都市", "武汉市"], count),
            "生日": pc.strftime(pa.array(born.astype("datetime64[s]")), "%Y-%m-%d"),
            "标签": _picked(rng, ["", "母婴", "高客单", "母婴;高客单", "送礼", "新品尝鲜"], count),
        }
    )


def _order_sheet(rng: np.random.Generator, lines: Lines) -> pa.Table:
    refunded, _ = _refunds(rng, lines)
    by_time = np.argsort(lines.ordered, kind="stable")
    words = np.array(["交易成功", "待发货", "已发货", "交易关闭", "待付款"])
    status = rng.choice(len(words), int(lines.order[-1]) + 1, p=_STATUS_SHARES)[lines.order]
    refunded = np.where(status < 3, refunded, 0)
    moments = (_OPENING + lines.ordered).astype("datetime64[s]")
    sheet = pa.table(
        {
            "订单号": _order_ids(moments, lines.order),
            "会员编号": _coded("M", lines.buyer, 8),
            "手机号": _phones(lines.buyer),
            "付款时间": _texts(moments),
            "订单状态": pa.array(words).take(pa.array(status)),
            "实付金额": pa.array(lines.paid / 100),
            "退款金额": pa.array(refunded / 100),
            "门店": _picked(rng, [f"{number}号店" for number in range(1, 25)], len(status)),
        }
    )
    return sheet.take(pa.array(by_time))


def _coded(letter: str, numbers: np.ndarray[Any, Any], digits: int) -> pa.Array:
    return pc.binary_join_element_wise(letter, _digits(numbers, digits), "")


def _order_ids(moments: np.ndarray[Any, Any], orders: np.ndarray[Any, Any]) -> pa.Array:
    days = pc.strftime(pa.array(moments.astype("datetime64[s]")), "%Y%m%d")
    return pc.binary_join_element_wise("E", pc.utf8_slice_codeunits(days, 0, 8), _digits(orders, 10), "")


def _phones(numbers: np.ndarray[Any, Any]) -> pa.Array:
    return _digits(13_800_000_000 + numbers * 37, 11)


def _digits(numbers: np.ndarray[Any, Any], digits: int) -> pa.Array:
    return pc.utf8_lpad(pa.array(numbers.astype(np.int64)).cast(pa.string()), digits, "0")


def _texts(moments: np.ndarray[Any, Any]) -> pa.Array:
    return pc.strftime(pa.array(moments.astype("datetime64[s]")), "%Y-%m-%d %H:%M:%S")


def _money(fen: np.ndarray[Any, Any]) -> pa.Array:
    exact = pc.multiply(pa.array(fen.astype(np.int64)).cast(pa.decimal128(19, 0)), pa.scalar(1, pa.decimal128(1, 0)))
    return pc.divide(exact.cast(pa.decimal128(21, 2)), pa.scalar(100, pa.decimal128(3, 0))).cast(pa.decimal128(18, 2))


def _picked(rng: np.random.Generator, words: list[str], count: int) -> pa.Array:
    return pa.array(words).take(pa.array(rng.integers(0, len(words), count)))


def main() -> None:
    """Make what the options ask for and print where it lies."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--lines", type=int, action="append", default=[])
    parser.add_argument("--workbooks", type=int, nargs=2, metavar=("MEMBERS", "LINES"))
    options = parser.parse_args()
    for lines in options.lines:
        print(parquet(options.folder, lines))
    if options.workbooks:
        print(*workbooks(options.folder, *options.workbooks), sep="\n")


if __name__ == "__main__":
    main()

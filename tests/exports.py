"""Little exports as platforms write them, and the doors to look at what became of them. Everybody is invented."""

# Rows of a table stay on one line.
# ruff: noqa: E501

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa

from siyu_cli import Shop, open_shop
from siyu_cli.files.loading.report import SheetReport
from siyu_cli.render.write import csv_text

AS_OF = "2026-06-30"
Rows = Sequence[Sequence[object]]

# The columns of each export that matter to a member or an order, in the platform's words and order.
HEADERS = {
    name: text.split("|")
    for name, text in {
        "orders": "订单号|会员编号|手机号|下单时间|付款时间|订单状态|实付金额|退款状态|退款金额",
        "members": "会员编号|姓名|手机号|注册时间|会员等级|积分",
        "youzan_customers": "客户姓名|客户昵称|客户手机号|客户生日|客户性别|标签|是否会员|成长值|免费等级|客户积分|消费次数|消费金额|"
        "上次消费时间|分销员|导购员|企微好友|来源渠道|成为客户时间|成为会员时间|成为会员店铺|分销员|",
        "youzan_orders": "订单号|销售渠道|归属店铺|订单类型|订单状态|推广方式|订单创建时间|买家付款时间|交易成功时间|付款方式|支付流水号|"
        "订单实付金额|订单实收金额|全部商品名称|详细收货地址/提货地址|收货人手机号/提货人手机号|买家昵称|买家手机号|分销员|销售导购|"
        "订单退款状态|订单已退款金额|分销员",
        "taobao_orders": "订单编号|买家会员名|买家支付宝账号|买家应付货款|买家应付邮费|总金额|返点积分|买家实际支付金额|订单状态|收货人姓名|"
        "收货地址 |联系手机|订单创建时间|订单付款时间 |宝贝标题 |宝贝种类 |宝贝总数量|店铺名称|订单关闭原因|卖家服务费",
        "taobao_items": "子订单编号|主订单编号|商品标题|商品价格|购买数量|商品属性|套餐信息|订单状态|商家编码|买家应付货款|买家实付金额|"
        "退款状态|退款金额|订单创建时间|订单付款时间|商品ID|商家备注",
        "qianniu": "订单编号|支付单号|支付详情|买家应付货款|买家应付邮费|总金额|买家实付金额|订单创建时间|订单付款时间|商品标题|退款金额|"
        "是否主动赔付|商品属性SKU|C2B小额收款|确认收货打款金额|含应开票给个人红包|总金额(旧版)",
        "jd": "订单号|商品ID|商品名称|订购数量|支付方式|下单时间|京东价|订单金额|结算金额|余额支付|应付金额|订单状态|订单类型|下单帐号|"
        "客户姓名|客户地址|联系电话|付款确认时间|订单完成时间",
        "jd_2026": "订单号|商品名称|订购数量|下单时间|订单金额|商家应收|订单状态|客户姓名|客户地址|联系电话|京东价|下单帐号",
        "pdd": "订单成交时间|商品|订单号|订单状态|商品总价(元)|邮费(元)|多多支付立减金额(元)|用户实付金额(元)|商家实收金额(元)|"
        "商品数量(件)|发货时间|确认收货时间|商品id|样式ID|售后状态|快递单号",
        "douyin": "主订单编号|子订单编号|选购商品|商品规格|商品数量|商品ID|商家编码|商品单价|订单应付金额|运费|达人优惠|支付方式|收件人|"
        "收件人手机号|省|市|区|街道|详细地址|订单提交时间|订单完成时间|支付完成时间|APP渠道|流量来源|订单状态|达人ID|售后状态|发货时间",
        "wecom": "客户名称|描述|添加人|添加人账号|添加人所属部门|添加时间|来源|手机|企业|邮箱|地址|职务|电话|标签组1(学员等级)|标签组2(来源)",
        "shopify_orders": "Name|Email|Financial Status|Paid at|Fulfillment Status|Fulfilled at|Currency|Subtotal|Shipping|Taxes|Total|"
        "Created at|Lineitem quantity|Lineitem name|Lineitem price|Lineitem sku|Billing Name|Billing Street|Billing Zip|"
        "Billing Phone|Shipping Name|Shipping Phone|Cancelled at|Refunded Amount|Id|Tags|Source|Phone",
        "shopify_customers": "Customer ID|First Name|Last Name|Email|Accepts Email Marketing|Address1|City|Zip|Phone|"
        "Accepts SMS Marketing|Total Spent|Total Orders|Tags|Tax Exempt",
    }.items()
}  # fmt: skip


def export(kind: str, *records: Mapping[str, object]) -> list[list[object]]:
    """Return the header of an export, and one row per record; what a record does not say stays empty."""
    header = HEADERS[kind]
    for record in records:
        assert set(record) <= set(header), set(record) - set(header)
    return [list(header), *([record.get(name, "") for name in header] for record in records)]


def table(text: str) -> list[list[str]]:
    """Return the rows of a table drawn with | between cells and one line per row."""
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


def write_csv(path: Path, rows: Rows, encoding: str = "utf-8-sig") -> Path:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding, "surrogateescape"))
    return path


def write_xlsx(
    path: Path,
    sheets: Rows | Mapping[str, Rows],
    *,
    merged: Sequence[str] = (),
    hidden: Sequence[str] = (),
) -> Path:
    """Write a workbook; ``merged`` ranges are of the first sheet, and only their first cell keeps its value."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in (sheets if isinstance(sheets, Mapping) else {"Sheet1": sheets}).items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([None if cell == "" else cell for cell in row])
        sheet.sheet_state = "hidden" if name in hidden else "visible"
    for span in merged:
        book.worksheets[0].merge_cells(span)
    book.save(path)
    return path


def write_xls(path: Path, rows: Rows) -> Path:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    for at, row in enumerate(rows):
        for place, cell in enumerate(row):
            if cell not in ("", None):
                sheet.write(at, place, cell)
    book.save(str(path))
    return path


def write_ods(path: Path, rows: Rows) -> Path:
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    book = OpenDocumentSpreadsheet()
    sheet = Table(name="Sheet1")
    for row in rows:
        line = TableRow()
        for cell in row:
            written = TableCell(valuetype="string")
            if cell not in ("", None):
                written.addElement(P(text=str(cell)))
            line.addElement(written)
        sheet.addElement(line)
    book.spreadsheet.addElement(sheet)
    book.save(str(path))
    return path


def write_parquet(path: Path, columns: Mapping[str, Any]) -> Path:
    from pyarrow import parquet

    parquet.write_table(pa.table(dict(columns)), path)
    return path


def opened(*paths: Path, as_of: str = AS_OF, **more: Any) -> Shop:
    return open_shop(list(paths), as_of=as_of, **more)


def order_lines(shop: Shop) -> list[dict[str, Any]]:
    """Return what the core reads of orders, as rows sorted by member and order."""
    rows = shop.engine.read("order_lines", ["member_id", "order_id", "ordered_on", "paid_amount"]).to_pylist()
    return [dict(row) for row in rows]


def members(shop: Shop) -> dict[str, dict[str, Any]]:
    """Return what the core reads of members, by key."""
    return {row["member_id"]: row for row in shop.engine.read("members", ["member_id"]).to_pylist()}


def people(shop: Shop) -> dict[str, tuple[str | None, str | None]]:
    """Return phone and name of every member of whom one is known, by key."""
    rows = shop.engine.read("people", ["member_id"]).to_pylist()
    return {row["member_id"]: (row["phone"], row["name"]) for row in rows}


def listed(shop: Shop) -> dict[str, dict[str, Any]]:
    """Return the members list, by key."""
    return {row["member_id"]: row for row in shop.segment().arrow().to_pylist()}


def segment_bytes(shop: Shop) -> str:
    """Return the members list as the csv an operator gets."""
    return "".join(csv_text(shop.segment().arrow()))


def rejects(shop: Shop) -> list[dict[str, Any]]:
    return shop.rejects().to_pylist()


def warnings(shop: Shop) -> list[str]:
    return [str(note) for note in shop.load.report.warnings]


def only_sheet(shop: Shop) -> SheetReport:
    (sheet,) = shop.load.report.sheets
    return sheet


def assert_every_row_is_accounted_for(shop: Shop) -> None:
    report = shop.load.report
    for sheet in (report, *report.sheets):
        assert sheet.rows_in == sheet.rows_used + sheet.rows_rejected + sheet.rows_skipped, sheet
        assert min(sheet.rows_in, sheet.rows_used, sheet.rows_rejected, sheet.rows_skipped) >= 0
    assert sum(given.rows for given in report.inputs) == report.rows_in
    rejected = {(row["file"], row["sheet"], row["row"]) for row in rejects(shop) if row["effect"] == "row"}
    assert len(rejected) == report.rows_rejected


def brief(shop: Shop) -> list[tuple[str, str, str, Decimal, Decimal]]:
    """Return (member, order, status, paid, refunded) of every line."""
    keys = ("member_id", "order_id", "status", "paid_amount", "refunded_amount")
    return [tuple(line[key] for key in keys) for line in order_lines(shop)]  # type: ignore[misc]


def skipped(shop: Shop) -> dict[str, int]:
    return shop.load.report.skipped


def youzan_order(**more: str) -> dict[str, str]:
    return {"订单号": "E1", "订单状态": "交易完成", "订单创建时间": "2026-06-01 10:00:00", "买家付款时间": "2026-06-01 10:01:00",
            "订单实付金额": "100.00", "订单退款状态": "未退款", "订单已退款金额": "0.00", "分销员": "——", **more}  # fmt: skip


PLAIN = table("""
    订单号 | 会员编号 | 下单时间 | 实付金额
    A1 | M1 | 2026-06-01 | 10
    A2 | M2 | 2026-06-02 | 20
    """)


def plain_order(number: int, member: str = "M1", amount: str = "10", day: str = "2026-06-01") -> list[str]:
    return [f"A{number}", member, day, amount]


def items(*lines: str, price: bool = True) -> list[list[str]]:
    header = ["订单号", "会员编号", "下单时间", "商品", *(["单价", "数量"] if price else []), "实付金额"]
    return [header, *[[cell.strip() for cell in line.split("|")] for line in lines]]

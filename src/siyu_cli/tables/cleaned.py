"""What is left once files are read: order lines, items, rejects, and why rows were not used."""

from __future__ import annotations

from dataclasses import replace

from siyu_cli.tables.column import Table, column
from siyu_cli.tables.inputs import CONTACTS, COSTS, EVENT_KINDS, EVENTS, ORDERS

# What the core reads: the load's result, clean, one key per member, every date in the shop's own calendar.
ORDER_LINES = Table("order_lines", "Order lines", "订单行", "one row per line of an order, cleaned", (
    ORDERS["member_id"],
    ORDERS["order_id"],
    column("date", "ordered_on", "Counted on", "计入日期", note="the paid date, else the order date"),
    column("text", "status", "Status", "状态", note="unpaid, paid, shipped, completed, cancelled or refunded"),
    column("flag", "is_delivered", "Shipped or completed", "已发货或完成",
            note="known to have been shipped or completed, whatever became of it"),
    ORDERS["paid_amount"],
    ORDERS["refunded_amount"],
    column("date", "refunded_on", "Refunded on", "退款日期", note="empty: the refund counts on the order's own date"),
))

# Where an export has an amount per order, the items share it by their prices × quantities.
ORDER_ITEMS = Table("order_items", "Order items", "订单明细", "one row per item of an order that counts, where exports list items", (
    ORDERS["member_id"], ORDERS["order_id"], ORDERS["item_id"],
    ORDER_LINES["ordered_on"],
    ORDERS["product"], ORDERS["sku"], ORDERS["category"],
    replace(ORDERS["quantity"], note="below 0 where it came back"),
    ORDERS["unit_price"],
    replace(ORDERS["paid_amount"], note="of the item; empty where only the order's is known and prices do not divide it"),
    replace(ORDERS["refunded_amount"], note="as paid_amount"),
    ORDER_LINES["refunded_on"],
))

# What tells where a member came from. On one date the list of members goes first, then invites, then friends added.
TOUCHED_BY = {"member": ("list of members", "会员资料"), "invite": ("invite", "邀请"), "contact": ("friend added", "加好友")}
TOUCHES = Table("touches", "Touches", "触点", "one row per member, date and source that tells how they came", (
    ORDERS["member_id"],
    column("date", "touched_on", "Touched on", "触点日期"),
    column("text", "kind", "Told by", "依据", labels=TOUCHED_BY),
    *(COSTS[key] for key in ("source_channel", "campaign", "partner", "store", "owner")),
))

FRIENDS = Table("friends", "Friends", "好友", "one row per member and employee whose friend they are as of the date", (
    CONTACTS["member_id"], CONTACTS["owner"],
))

# When members left the friends of an employee, where a list of friends says so.
UNFRIENDED = Table("unfriended", "Unfriended", "好友流失", "one row per member and employee whose friend they were", (
    CONTACTS["member_id"],
    CONTACTS["deleted_on"],
))

CLEANED_EVENTS = Table("events", "Events", "互动记录", "one row per thing that a member did, or that was done for them", (
    EVENTS["member_id"],
    column("date", "happened_on", "Happened on", "发生日期"),
    column("text", "kind", "Kind of event", "事件类型", labels=EVENT_KINDS),
    *(EVENTS[key] for key in (
        "title", "campaign", "source_channel", "owner", "store", "order_id", "amount", "assigned_arm",
    )),
))

# code: (English, Chinese). A skipped row follows a rule and is no fault; a rejected one needs the operator.
SKIP_RULES = {
    "blank_row": ("blank row", "空行"),
    "title_row": ("title or header row", "标题或表头行"),
    "units_row": ("units row", "单位行"),
    "total_row": ("total row", "合计行"),
    "no_member": ("no member (guest)", "无会员信息（游客）"),
    "unpaid": ("not paid", "未付款"),
    "cancelled": ("cancelled or closed", "已取消或关闭"),
    "after_as_of": ("after the as-of date", "晚于统计日"),
    "order_total_repeated": ("order total repeated per item", "订单金额在商品行重复"),
    "item_detail": ("item detail of an order counted elsewhere", "订单已计入，明细行"),
    "duplicate": ("same line in another file", "与其他文件重复"),
    "duplicate_file": ("same file given twice", "重复的文件"),
    "topup": ("top-up, counted when it is spent", "充值储值，消费时才计入"),
    "no_sale": ("fee, transfer or the like, no sale", "手续费、提现等非销售流水"),
    "refund_counted": ("refund counted with its order already", "退款已随订单计入"),
    "parent_order": ("order whose sub-orders are counted", "主订单，已按子订单计入"),
    "other_currency": ("other currency than the shop's", "非本店币种"),
    "superseded": ("another file has a later version of the order", "订单在其他文件中有更新的版本"),
    "excluded": ("excluded by [exclude]", "按 [exclude] 排除"),
    "hidden_sheet": ("hidden sheet", "隐藏的工作表"),
    "unrecognised_sheet": ("sheet not recognised", "未识别的工作表"),
    "no_buyer_column": ("export names no buyer", "导出文件没有买家列"),
}

REJECT_REASONS = {
    "bad_date": ("not a date", "不是有效日期"),
    "ambiguous_date": ("day and month, or century, are ambiguous", "日月或年份有歧义"),
    "bad_money": ("not an amount", "不是有效金额"),
    "bad_number": ("not a number", "不是有效数字"),
    "ambiguous_amount": ("the point may part cents or thousands", "小数点有歧义（可能是千位分隔符）"),
    "out_of_range": ("beyond what any shop has", "超出合理范围"),
    "placeholder_date": ("1970-01-01, which stands for no date", "1970-01-01 是占位日期，不是真实日期"),
    "below_zero": ("below zero, which it cannot be", "不应为负数"),
    "bad_flag": ("not yes or no", "不是“是/否”"),
    "bad_phone": ("not a mobile number", "不是有效手机号"),
    "masked_phone": ("masked phone cannot be a key", "脱敏手机号不能识别会员"),
    "phone_digits_lost": ("Excel lost digits of this phone", "手机号被 Excel 丢失位数"),
    "id_digits_lost": ("Excel lost digits of this number", "编号被 Excel 丢失位数"),
    "unknown_status": ("unknown status word", "未知的状态"),
    "missing_date": ("no date", "缺少日期"),
    "missing_amount": ("no amount", "缺少金额"),
    "missing_level": ("no level", "缺少等级"),
    "order_conflict": ("files disagree about this order", "多个文件对同一订单不一致"),
    "sign_conflict": ("its sign and its direction contradict each other", "数值正负与增减方向矛盾"),
    "extra_cells": ("more cells than the header has columns", "单元格多于表头的列数"),
    "split_amount": ("amount cut in two at its thousands separator", "金额在千位逗号处被拆成两格"),
    "undecodable": ("bytes that are no text", "无法解码的字节"),
    "error_cell": ("formula error", "公式错误"),
    "formula_without_value": ("formula without a stored value", "公式没有缓存值"),
    "shared_phone": ("phone on more than 3 ids links nothing", "手机号对应超过 3 个会员，未关联"),
}

EFFECTS = {"row": ("the row", "整行未采用"), "cell": ("the cell only", "仅该单元格未采用")}

REJECTS = Table("rejects", "Rejected rows", "未采用的数据", "one row per cell or row that could not be used", (
    column("text", "file", "File", "文件"),
    column("text", "sheet", "Sheet", "工作表"),
    column("count", "row", "Row", "行号", note="the sheet's own row number, from 1; the line number of a text file"),
    column("text", "column", "Column", "列"),
    column("text", "value", "Value", "值", note="masked where it is personal"),
    column("text", "reason", "Reason", "原因", labels=REJECT_REASONS),
    column("text", "effect", "Effect", "处理", labels=EFFECTS, note="row: the row was left out; cell: the row was used without this cell"),
))

FATES = Table("fates", "Data quality", "数据质量", "one row per sheet and fate of its rows", (
    REJECTS["file"], REJECTS["sheet"],
    column("text", "table", "Taken for", "识别为"),
    column("text", "item", "Item", "项目"),
    column("count", "rows", "Rows", "行数"),
    column("rate", "share", "Share of rows read", "占读取行数"),
))

# How a column was recognised, and whose the amounts are.
HOW = {
    "preset": ("the platform's preset", "平台预设"),
    "exact": ("its name", "列名一致"),
    "synonym": ("another name of it", "同义列名"),
    "similar": ("a similar name", "相似列名"),
    "values": ("its values", "按内容判断"),
    "map": ("--map", "--map"),
}
SCOPES = {
    "order": ("the amount is the whole order's", "金额为整单金额"),
    "item": ("the amount is the row's own", "金额为本行金额"),
}

MAPPING = Table("mapping", "Columns", "列", "one row per column recognised", (
    column("text", "place", "In", "位置"),
    column("text", "column", "Column", "列"),
    column("text", "header", "Header", "表头"),
    column("text", "title", "Meaning", "含义"),
    column("rate", "confidence", "Sure", "把握"),
    column("text", "how", "Known by", "依据", labels=HOW),
))
STORED = Table("stored_columns", "Columns as stored", "存储的列", "one row per column of a table that Spark reads", (
    MAPPING["place"], MAPPING["column"], MAPPING["header"],
    column("text", "stored_as", "Type", "类型"), column("count", "nulls", "Empty", "空值"),
))
REASONS = Table("reject_reasons", "Rejected rows", "未采用的数据", "one row per reason", (
    REJECTS["reason"], replace(REJECTS["effect"], en="What was left out", zh="处理"),
    column("count", "rows", "How many", "数量"),
))
SHEETS = Table("sheets", "Sheets", "工作表", "one row per sheet", (
    REJECTS["file"], REJECTS["sheet"],
    column("text", "table", "Taken for", "识别为"),
    column("text", "preset", "Preset", "预设"),
    column("text", "encoding", "Encoding", "编码"),
    column("count", "header_row", "Header row", "表头行"),
    *(column("count", key, en, zh) for key, en, zh in (
        ("rows_in", "Rows in", "读入行数"), ("rows_used", "Used", "采用"), ("rows_rejected", "Rejected", "未采用"),
        ("rows_skipped", "Skipped", "跳过"),
    )),
    column("text", "amount_scope", "Amounts", "金额口径", labels=SCOPES),
))

"""What a sheet is taken for: its kind, its header row, its columns, whoever exported it."""

from __future__ import annotations

import csv
import json
import random
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listed_exports import DOUYIN_ORDERS, LISTED, OWN_COPIES, WECOM, YOUZAN_CUSTOMERS, YOUZAN_ORDERS
from siyu_cli.core.catalogue import TABLES
from siyu_cli.errors import DataError, UsageError
from siyu_cli.files.recognise import Match, recognise
from siyu_cli.files.recognition import headers
from siyu_cli.files.recognition.mapping import known
from siyu_cli.files.recognition.presets import (
    generic,
    load_presets,
    order_status,
    refund_state,
    was_delivered,
)
from unlisted_exports import NOT_OURS, UNLISTED, Export
from unlisted_tills_and_malls import TILLS_AND_MALLS

EXPORTS = (*UNLISTED, *TILLS_AND_MALLS)
SHARED = Path(__file__).parents[2] / "shared" / "data"


def taken(rows, header_map=None, **more) -> Match:
    return recognise(rows, file="file.xlsx", sheet="Sheet1", header_map=header_map or {}, **more)


def columns(match: Match) -> dict[str, str]:
    found: dict[str, str] = {}
    for column in match.columns:
        found.setdefault(column.key, column.header)
    return found


def header_rows() -> list[tuple[str, list[str]]]:
    path = SHARED / "formats" / "headers.json"
    if not path.exists():
        return []
    return [(name, entry["header"]) for name, entry in json.loads(path.read_text("utf-8")).items()]


class TestListedExports:
    @pytest.mark.parametrize("name", LISTED)
    def test_every_published_header_row_gets_its_preset_and_columns(self, name):
        published = dict(header_rows())
        if not published:
            pytest.skip("the shared header rows are not here")
        self.check(name, published[name])

    @pytest.mark.parametrize("name", OWN_COPIES)
    def test_so_do_shorter_copies_of_them(self, name):
        self.check(name, OWN_COPIES[name])

    def check(self, name, header):
        table, preset, scope, wanted = LISTED[name]
        match = taken([header])
        assert (match.table, match.preset.name, match.amount_scope) == (table, preset, scope)
        assert match.confidence == 1.0
        assert {key: columns(match).get(key) for key in wanted} == wanted

    def test_platforms_that_name_no_buyer_say_so(self):
        published = dict(header_rows()) or pytest.skip("the shared header rows are not here")
        for name in ("qianniu_orders_xlsx_2026", "pdd_orders_2026"):
            assert not taken([published[name]]).preset.has_buyer
            assert taken([[*published[name], "买家手机号"]]).preset.has_buyer

    def test_a_repeated_header_that_decides_nothing_is_fine(self):
        assert "分销员" in taken([YOUZAN_ORDERS]).unmapped

    def test_every_tag_group_is_a_tag(self):
        match = taken([WECOM])
        assert [column.header for column in match.columns if column.key == "tags"] == [
            "标签组1(学员等级)",
            "标签组2(来源)",
        ]

    def test_the_order_view_of_douyin_has_order_amounts(self):
        row = dict.fromkeys(DOUYIN_ORDERS, "x") | {
            "子订单编号": "6917000001;6917000002",
            "主订单编号": "6917",
        }
        assert taken([DOUYIN_ORDERS, list(row.values())]).amount_scope == "order"

    def test_addresses_and_id_cards_are_dropped(self):
        assert taken([YOUZAN_ORDERS]).dropped == ("详细收货地址/提货地址",)
        members = taken([["会员编号", "手机号", "身份证号", "家庭住址", "邮箱地址"]])
        assert members.dropped == ("身份证号", "家庭住址")
        assert columns(members)["account"] == "邮箱地址"

    def test_status_words_of_the_platform_come_before_common_ones(self):
        jd = next(preset for preset in load_presets() if preset.name == "jd-orders")
        assert order_status("(删除)等待出库", jd) == "cancelled"
        assert order_status("（删除）完成", jd) == "cancelled"
        assert order_status("等待出库", jd) == "paid"
        assert order_status("Partially_Refunded", None) == "completed"
        assert order_status("没见过的状态", jd) is None

    def test_refund_words_tell_whether_money_went_back(self):
        assert refund_state("没有申请退款") == "none"
        assert refund_state("退款成功") == "full"
        assert refund_state("部分退款") == "partial"
        assert refund_state("???") is None
        assert was_delivered("已发货，退款成功")
        assert not was_delivered("未发货，退款成功")


class TestResearchLogs:
    def test_the_uci_log_has_item_rows_and_no_amount_of_its_own(self):
        header = [
            "Invoice",
            "StockCode",
            "Description",
            "Quantity",
            "InvoiceDate",
            "Price",
            "Customer ID",
            "Country",
        ]
        match = taken([header, ["489434", "85048", "MUG", "12", "2009-12-01 07:45:00", "6.95", "13085", "UK"]])
        assert (match.preset.name, match.amount_scope) == ("uci-retail", "item")
        assert columns(match) == {
            "order_id": "Invoice", "member_id": "Customer ID", "ordered_at": "InvoiceDate", "unit_price": "Price",
            "quantity": "Quantity", "product": "Description", "sku": "StockCode",
        }  # fmt: skip

    def test_its_first_edition_writes_other_names(self):
        header = [
            "InvoiceNo",
            "StockCode",
            "Description",
            "Quantity",
            "InvoiceDate",
            "UnitPrice",
            "CustomerID",
            "Country",
        ]
        match = taken([header])
        assert match.preset.name == "uci-retail"
        assert columns(match)["unit_price"] == "UnitPrice"

    def test_cdnow_counts_free_orders(self):
        rows = [["customer_id", "date", "number_of_cds", "dollar_value"], ["00001", "19970101", "1", "11.77"]]
        match = taken(rows)
        assert (match.preset.name, match.header_row, match.first_data_row) == ("cdnow-master", 0, 1)
        assert match.preset.min_paid == 0
        assert columns(match)["paid_amount"] == "dollar_value"

    def test_the_cdnow_sample_has_no_header(self):
        rows = [["00004", "0001", "19970101", "2", "29.33"], ["00004", "0001", "19970118", "2", "29.73"]]
        match = taken([[None], *rows])
        assert (match.preset.name, match.header_row, match.first_data_row) == ("cdnow-sample", None, 1)
        assert [(column.key, column.position) for column in match.columns] == [
            ("member_id", 0), ("ordered_at", 2), ("quantity", 3), ("paid_amount", 4),
        ]  # fmt: skip

    def test_one_row_that_does_not_fit_and_it_is_not_that_export(self):
        rows = [["00004", "0001", "19970101", "2", "29.33"], ["00004", "0001", "19971345", "2", "29.73"]]
        assert taken(rows).table is None

    @pytest.mark.skipif(not (SHARED / "cdnow").exists(), reason="the shared data are not here")
    @pytest.mark.parametrize(("name", "preset"), [("master", "cdnow-master"), ("sample", "cdnow-sample")])
    def test_the_real_files(self, name, preset):
        with (SHARED / "cdnow" / f"CDNOW_{name}.txt").open() as file:
            rows = [line.split() for line, _ in zip(file, range(60), strict=False)]
        assert taken(rows).preset.name == preset


class TestChangedExports:
    @pytest.mark.parametrize("name", OWN_COPIES)
    @given(data=st.data())
    @settings(max_examples=25, deadline=None)
    def test_the_order_of_columns_changes_nothing(self, name, data):
        header = list(dict.fromkeys(OWN_COPIES[name]))
        shuffled = data.draw(st.permutations(header))
        before, after = taken([header]), taken([shuffled])
        assert before.preset is after.preset
        assert columns(before) == columns(after)
        assert sorted(before.unmapped) == sorted(after.unmapped)

    @pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.name)
    @given(seed=st.integers(0, 10**6))
    @settings(max_examples=5, deadline=None)
    def test_nor_in_exports_nobody_listed(self, export: Export, seed: int):
        order = list(range(len(export.header)))
        random.Random(seed).shuffle(order)
        rows = [[row[at] for at in order] for row in export.rows]
        match = taken(rows)
        assert match.table == export.table
        # Whose a bare "phone" is depends on what stands beside it.
        wanted = {key: header for key, header in export.columns.items() if "phone" not in key}
        assert {key: columns(match).get(key) for key in wanted} == wanted

    @pytest.mark.parametrize("name", OWN_COPIES)
    @given(data=st.data())
    @settings(max_examples=25, deadline=None)
    def test_missing_and_added_columns_leave_the_rest_as_it_was(self, name, data):
        table, preset, _, wanted = LISTED[name]
        header = list(dict.fromkeys(cell for cell in OWN_COPIES[name] if cell))
        signature = next(p for p in load_presets() if p.name == preset).signature
        spare = [cell for cell in header if cell not in wanted.values() and cell.strip() not in signature]
        gone = data.draw(st.sets(st.sampled_from(spare), max_size=len(spare) // 2))
        kept = [cell for cell in header if cell not in gone]
        match = taken([[*kept, "新增列甲", "自定义字段2"]])
        assert (match.table, match.preset.name) == (table, preset)
        assert {key: columns(match).get(key) for key in wanted} == wanted

    def test_a_renamed_column_is_found_by_its_other_names(self):
        renamed = [
            {"买家手机号": "买家手机号码", "订单实付金额": "实付款", "订单号": "订单编号"}.get(h, h)
            for h in YOUZAN_ORDERS
        ]
        match = taken([renamed])
        found = columns(match)
        assert match.preset.name == "youzan-orders"
        assert (found["phone"], found["paid_amount"], found["order_id"]) == (
            "买家手机号码",
            "实付款",
            "订单编号",
        )
        assert {column.how for column in match.columns if column.key in {"phone", "paid_amount"}} == {"synonym"}

    def test_without_enough_of_a_signature_the_names_alone_suffice(self):
        match = taken([["订单号", "下单时间", "买家手机号", "订单实付金额"]])
        assert (match.table, match.preset) == ("orders", None)
        assert columns(match)["paid_amount"] == "订单实付金额"

    def test_full_width_forms_case_spaces_and_units_do_not_matter(self):
        match = taken([["＊会员ID ", "手机号\n(必填)", " 累计消费金额（元）", "ＶＩＰ等级", "积分[分]"]])
        assert {"member_id", "phone", "total_net_sales", "level", "points"} == set(columns(match))


class TestUnlistedExports:
    @pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.name)
    def test_are_read_by_what_their_headers_mean(self, export: Export):
        match = taken(export.rows)
        assert (match.table, match.preset) == (export.table, None)
        assert {key: columns(match).get(key) for key in export.columns} == export.columns
        assert all(0.7 <= column.confidence <= 1 for column in match.columns)

    @pytest.mark.parametrize("export", NOT_OURS, ids=lambda export: export.name)
    def test_sheets_of_another_kind_are_told_apart(self, export: Export):
        match = taken(export.rows)
        assert match.table is None, columns(match)
        assert match.confidence == 0
        assert match.reason

    def test_every_column_has_one_header_and_every_header_one_column(self):
        for export in UNLISTED:
            found = taken(export.rows).columns
            assert len({column.key for column in found}) == len(found) == len({column.position for column in found})

    def test_what_was_paid_goes_before_what_was_due_before_a_total(self):
        amounts = ["金额", "订单总额", "应付金额", "实收金额", "实付金额"]
        for best in range(len(amounts), 0, -1):
            match = taken([["订单号", "会员号", "下单时间", *amounts[:best]]])
            assert columns(match)["paid_amount"] == amounts[best - 1]

    def test_an_empty_column_gives_way(self):
        rows = [
            ["订单号", "会员号", "下单时间", "实付金额", "订单金额"],
            ["1", "A1", "2026-01-01", None, "9.90"],
        ]
        assert columns(taken(rows))["paid_amount"] == "订单金额"

    def test_the_buyers_phone_is_not_the_receivers(self):
        rows = [["订单号", "下单时间", "实付金额", "收货人", "手机号", "收货地址", "买家电话"]]
        found = columns(taken(rows))
        assert (found["phone"], found["receiver_phone"]) == ("买家电话", "手机号")

    def test_a_header_its_values_speak_against_is_not_used(self):
        rows = [
            ["会员编号", "电话", "联系方式", "等级"],
            ["A1", "2026-01-01", "13800000001", "金"],
            ["A2", "2026-01-02", "13800000002", "银"],
        ]
        found = columns(taken(rows))
        assert found["phone"] == "联系方式"

    @pytest.mark.parametrize(
        ("cell", "key"),
        [("13800000001", "phone"), ("VIP00012", "member_id"), ("张三", "name"), ("138****0001", "phone")],
    )
    def test_a_header_that_says_only_whom_is_what_its_values_are(self, cell, key):
        rows = [["客户", "消费日期", "消费金额"], [cell, "2026-01-01", "10"], [cell, "2026-01-02", "20"]]
        assert columns(taken(rows))[key] == "客户"

    def test_a_number_of_guests_is_no_member(self):
        rows = [["Order Id", "Opened", "# of Guests", "Total"], ["9001", "2026-01-13 10:00", "2", "25.00"]]
        assert set(columns(taken(rows))) == {"order_id", "ordered_at", "paid_amount"}

    def test_a_row_id_is_no_member(self):
        assert "member_id" not in columns(taken([["ID", "订单号", "手机号", "下单时间", "实付金额"]]))

    @pytest.mark.parametrize(
        "header",
        [
            "物流单号",
            "支付流水号",
            "推荐人手机号",
            "挂账手机号",
            "运费金额",
            "优惠金额",
            "订单佣金金额",
            "近30天消费金额",
            "最近消费金额",
        ],
    )
    def test_headers_of_something_else_are_left_alone(self, header):
        for rest in (["订单号", "会员号", "下单时间", "实付金额"], ["会员号", "等级", "积分", "注册时间"]):
            found = taken([[*rest, header]]).columns
            mapped = {column.header for column in found if column.key not in {"inviter_id", "payment_id"}}
            assert header not in mapped


class TestHeaderRow:
    rows = (
        ["会员编号", "手机号", "累计消费金额", "累计消费次数"],
        ["A1", "13800000001", "100.5", "2"],
        ["A2", "13800000002", "9", "1"],
    )

    @pytest.mark.parametrize("above", [0, 1, 2, 5, 12, 38])
    def test_stands_below_titles_notes_and_blank_rows(self, above):
        titles = [
            ["会员列表（导出时间：2026-03-01 10:00）", None, None, None],
            [None] * 4,
            ["说明：含注销会员"],
            ["共 2 人", None],
        ]
        lines = [titles[at % 4] for at in range(above)]
        match = taken([*lines, *self.rows])
        assert (match.header_row, match.first_data_row) == (above, above + 1)
        assert match.exported_at == (datetime(2026, 3, 1, 10) if above else None)

    @pytest.mark.parametrize(
        ("title", "made"),
        [
            ("导出时间:2026/3/1", datetime(2026, 3, 1)),
            ("订单明细 生成日期 2026年03月01日 08:09:10", datetime(2026, 3, 1, 8, 9, 10)),
            ("Exported at 2026-03-01T10:00", datetime(2026, 3, 1, 10)),
            ("统计区间：2026-01-01 至 2026-02-01", None),
            ("导出时间：2026-13-41", None),
        ],
    )
    def test_a_title_may_say_when_the_export_was_made(self, title, made):
        assert taken([[title], *self.rows]).exported_at == made

    @pytest.mark.parametrize("units", [[None, None, "元", "次"], [None, None, "(元)", "（次）"], ["-", "-", "¥", "次"]])
    def test_units_below_it_are_no_data(self, units):
        match = taken([self.rows[0], units, *self.rows[1:]])
        assert (match.header_row, match.first_data_row) == (0, 2)

    def test_blank_rows_below_it_are_no_data(self):
        assert taken([self.rows[0], [None] * 4, *self.rows[1:]]).first_data_row == 2

    def test_a_first_row_of_data_with_gaps_is_data(self):
        rows = [
            ["订单号", "会员号", "下单时间", "实付金额", "备注"],
            ["1", None, "2026-01-01", None, "赠品"],
            ["2", "A", "2026-01-02", "9", None],
        ]
        assert taken(rows).first_data_row == 1

    def test_explanations_below_it_are_no_data(self):
        rows = [["Order ID", "Created Time", "Order Amount", "Buyer Username"], ["Platform order ID.",
            "When created.", "Amount.", "Name."],
                ["577001", "02/13/2026 10:00:00 AM", "12.00", "ann"]]  # fmt: skip
        assert taken(rows).first_data_row == 2

    def test_may_be_two_rows_groups_above_names_below(self):
        rows = [
            ["基本信息", None, "消费情况", None],
            ["会员号", "手机", "次数", "金额"],
            ["A1", "13800000001", "2", "100.5"],
        ]
        match = taken(rows)
        found = columns(match)
        assert (match.header_row, match.first_data_row) == (1, 2)
        assert (found["total_order_count"], found["total_net_sales"]) == ("消费情况次数", "消费情况金额")

    def test_names_may_hang_over_from_the_row_above(self):
        rows = [
            ["会员编号", "姓名", "消费情况", None],
            [None, None, "累计次数", "累计金额"],
            ["A1", "张三", "2", "100.5"],
        ]
        match = taken(rows)
        assert match.header_row == 1
        assert {"member_id", "name", "total_order_count", "total_net_sales"} == set(columns(match))

    @pytest.mark.parametrize(
        "rows",
        [
            [],
            [[]],
            [[None, None], [None]],
            [["a", "b"], ["1", "2"]],
            [["张三", "13800000001", "金卡"], ["李四", "13800000002", "银卡"]],
            [["1001", "A", "2026-01-01", "3.5"], ["1002", "B", "2026-01-02", "3.5"]],
            [["一段说明文字"], ["另一段"]],
        ],
    )
    def test_data_or_nothing_is_no_header(self, rows):
        match = taken(rows)
        assert (match.table, match.header_row, match.columns) == (None, None, ())
        assert match.reason

    def test_a_list_of_one_column_has_one(self):
        match = taken([["手机号"], ["13800000001"], ["13800000002"]])
        assert (match.table, columns(match)) == ("members", {"phone": "手机号"})

    def test_rows_longer_or_shorter_than_it_do_no_harm(self):
        rows = [
            ["订单号", "会员号", "下单时间", "实付金额"],
            ["1", "A"],
            ["2", "B", "2026-01-02", "9", "extra", "more"],
        ]
        assert taken(rows).table == "orders"

    def test_excel_wrappings_of_cells_are_seen_through(self):
        rows = [['="订单号"', "'会员号", "\ufeff下单时间", "实付金额\t"]]
        assert set(columns(taken(rows))) == {"order_id", "member_id", "ordered_at", "paid_amount"}


class TestMappedByHand:
    orders = (
        ["订单号", "household_id", "会员编号", "下单时间", "实付金额", "备注金额"],
        ["1", "H1", "A1", "2026-01-01", "9", "8"],
    )

    def test_goes_before_everything_else(self):
        match = taken(self.orders, {"orders.member_id": "household_id", "orders.paid_amount": "备注金额"})
        assert match.column("member_id").header == "household_id"
        assert match.column("paid_amount").how == "map"
        assert match.column("paid_amount").confidence == 1.0

    def test_goes_before_a_preset(self):
        match = taken([YOUZAN_ORDERS], {"orders.paid_amount": "订单实收金额"})
        assert match.preset.name == "youzan-orders"
        assert match.column("paid_amount").header == "订单实收金额"

    def test_can_say_what_a_sheet_is(self):
        rows = [["who", "when", "how_much"], ["17", "2026-01-01", "3.50"]]
        assert taken(rows).table is None
        match = taken(rows, {"orders.member_id": "who", "orders.ordered_at": "when", "orders.paid_amount": "how_much"})
        assert (match.table, match.header_row) == ("orders", 0)

    def test_leaves_sheets_of_other_tables_alone(self):
        assert taken([YOUZAN_CUSTOMERS], {"orders.phone": "客户手机号"}).table == "members"
        assert taken([YOUZAN_CUSTOMERS], {"orders.phone": "买家电话"}).table == "members"

    def test_an_unknown_header_is_told_with_those_like_it(self):
        with pytest.raises(UsageError) as error:
            taken(self.orders, {"orders.member_id": "houshold_id"})
        assert "houshold_id" in str(error.value)
        assert "household_id" in error.value.as_dict()["hint"]
        assert error.value.where.file == "file.xlsx"

    def test_unless_it_stands_in_another_file(self):
        match = taken(self.orders, {"orders.member_id": "卡号"}, other_headers=["卡号", "金额"])
        assert match.column("member_id").header == "会员编号"

    @pytest.mark.parametrize("name", ["orders.membr_id", "order.member_id", "member_id", "orders.nothing_like_it", ""])
    def test_an_unknown_column_is_told_with_those_like_it(self, name):
        with pytest.raises(UsageError) as error:
            taken(self.orders, {name: "会员编号"})
        if "member" in name:
            assert "orders.member_id" in error.value.as_dict()["hint"]

    def test_two_headers_equally_good_are_an_error_that_names_both(self):
        rows = [
            ["订单号", "会员号", "下单时间", "实付金额", "实付金额"],
            ["1", "A", "2026-01-01", "10", "12"],
        ]
        with pytest.raises(DataError) as error:
            taken(rows)
        assert "实付金额#1" in str(error.value)
        assert "实付金额#2" in str(error.value)
        assert "--map orders.paid_amount=实付金额#1" in error.value.as_dict()["hint"]
        assert taken(rows, {"orders.paid_amount": "实付金额#2"}).column("paid_amount").position == 4
        assert taken(rows, {"orders.paid_amount": "实付金额"}).column("paid_amount").position == 3

    def test_two_headers_with_the_same_cells_are_one(self):
        rows = [
            ["订单号", "会员号", "下单时间", "实付金额", "实付金额"],
            ["1", "A", "2026-01-01", "10", "10"],
        ]
        assert taken(rows).column("paid_amount").position == 3

    def test_id_cards_and_addresses_cannot_be_mapped(self):
        with pytest.raises(UsageError, match="never read"):
            taken([["身份证号", "手机号"], ["x", "13800000001"]], {"members.member_id": "身份证号"})


class TestNames:
    def test_every_preset_maps_columns_that_exist(self):
        for preset in load_presets():
            table = TABLES[preset.table]
            assert set(preset.columns) <= set(table.keys), preset.name
            assert set(preset.patterns) <= set(preset.columns) <= set(table.keys)
            assert preset.amount_scope in ({"order", "item"} if preset.table == "orders" else {None})
            assert preset.signature or preset.headerless
            assert preset.title_en
            assert preset.title_zh
            names = [headers.plain(name) for listed in preset.columns.values() for name in listed]
            assert len(names) == len(set(names)), preset.name

    def test_every_preset_knows_itself_by_its_own_signature(self):
        for preset in load_presets():
            if preset.signature:
                assert taken([[*preset.signature]]).preset.name == preset.name

    def test_status_words_mean_one_thing(self):
        statuses = {"unpaid", "paid", "shipped", "completed", "cancelled", "refunded"}
        for preset in (generic(), *load_presets()):
            assert set(preset.status.values()) | set(preset.status_prefix.values()) <= statuses
            assert set(preset.refund_words.values()) <= {"none", "pending", "partial", "full"}

    @pytest.mark.parametrize("table", ["members", "contacts", "orders"])
    def test_every_title_and_alias_leads_to_its_column(self, table):
        for column in TABLES[table].columns:
            for name in (column.key, column.zh, column.en, *column.aliases):
                keys = [key for key, _, _ in known(table).get(headers.plain(name), ())]
                assert column.key in keys or headers.plain(name) in {"id", "编号"}, (column.key, name)

    def test_a_title_is_surer_than_an_alias_and_an_alias_than_a_likeness(self):
        match = taken([["订单号", "会员卡号", "下单时间", "顾客实付现金"]])
        sure = {column.key: (column.how, column.confidence) for column in match.columns}
        assert sure["order_id"] == ("exact", 1.0)
        assert sure["member_id"] == ("synonym", 0.95)
        how, confidence = sure["paid_amount"]
        assert how == "similar"
        assert confidence < 0.9


def test_a_csv_of_the_real_shape_is_read_whole(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("订单号,手机号,下单时间,实付金额\n1,13800000001,2026-01-01 10:00,9.90\n", "utf-8-sig")
    with path.open(encoding="utf-8-sig") as file:
        assert taken(list(csv.reader(file))).table == "orders"

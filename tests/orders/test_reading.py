"""Readers: what a file is, what its cells mean, what must be asked."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from orders.reading import aliexpress, values
from orders.reading.errors import Refused, RowFault
from orders.reading.fields import fields_of, match_headings
from orders.reading.plan import Limits, Plan
from orders.reading.process import inspected, reading

HEAD = "order_no,placed_at,currency,country,sku,quantity,unit_price"
LINE = "8001,2026-11-19 10:00,USD,BR,A-1,2,1.50"


def told(
    path: Path, plan: Plan | None = None, zone: str = "UTC", **limits: Any
) -> tuple[list[dict[str, Any]], list[list[Any]]]:
    """Orders and rejected rows of a file, as the reading process tells them."""
    orders: list[dict[str, Any]] = []
    rejected: list[list[Any]] = []
    with reading(path, plan or Plan(), zone=zone, limits=Limits(**limits)) as answers:
        for answer in answers:
            orders += answer.get("orders", [])
            rejected += answer.get("rejected", [])
    return orders, rejected


def a_file(folder: Path, text: str | bytes, name: str = "orders.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


# --- values --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("8012345678901234", "8012345678901234"), (" '0012 ", "0012"), ("`6060123456789012", "6060123456789012"),
        ('="8012345678901234"', "8012345678901234"), ("\t801", "801"), (5.0, "5"), (123456789012345.0, "123456789012345"),
        (7, "7"), ("AB-1", "AB-1"), (None, ""),
    ],
)  # fmt: skip
def test_id_keeps_every_digit(cell: Any, expected: str) -> None:
    assert values.id_of(cell, "order_no") == expected


@pytest.mark.parametrize(("cell", "code"), [
    (8012345678901235.0, "number_as_float"), (1e15, "number_as_float"), ("6.06E+15", "scientific"), ("6,06e+15", "scientific"),
])  # fmt: skip
def test_id_that_lost_digits_is_refused(cell: Any, code: str) -> None:
    with pytest.raises(RowFault) as found:
        values.id_of(cell, "order_no")
    assert found.value.code == code


@pytest.mark.parametrize(
    ("cell", "mark", "expected"),
    [
        ("1,234.50", ".", "1234.50"), ("1.234,50", ",", "1234.50"), ("US $12.34", ".", "12.34"), ("￥1 200", ".", "1200"),
        ("(3.00)", ".", "-3.00"), ("-4", ".", "-4"), (0.1 + 0.2, ".", "0.3"), (2.55, ".", "2.55"), (".5", ".", "0.5"),
    ],
)  # fmt: skip
def test_money_is_exact(cell: Any, mark: str, expected: str) -> None:
    assert values.money_of(cell, "price", mark) == Decimal(expected)


@pytest.mark.parametrize("cell", ["1,23,4.5", "abc", "1.2.3", "1e5", "--", "1,2345.5"])
def test_money_that_is_none_is_refused(cell: str) -> None:
    with pytest.raises(RowFault, match="bad_number"):
        values.money_of(cell, "price", ".")


@pytest.mark.parametrize(
    ("samples", "marks"),
    [
        (["1,234"], [".", ","]),
        (["1.234,50"], [","]),
        (["12.34", "5"], ["."]),
        (["1,234.00", "2,000"], ["."]),
        (["1,5"], [","]),
    ],
)
def test_decimal_mark_is_found_or_asked(samples: list[str], marks: list[str]) -> None:
    assert values.decimal_marks(samples) == marks


@pytest.mark.parametrize(
    ("samples", "shapes"),
    [
        (["01/02/2024", "11/12/2024"], ["dmy", "mdy"]), (["01/02/2024", "13/02/2024"], ["dmy"]), (["02/13/2024"], ["mdy"]),
        (["2010-12-01 08:26:00"], ["ymd"]), (["2024.3.5 7:08"], ["ymd"]), (["1 Dec 2010", "Dec 3, 2010 8:26 PM"], ["month"]),
        (["yesterday"], []),
    ],
)  # fmt: skip
def test_shape_of_dates_is_found_or_asked(samples: list[str], shapes: list[str]) -> None:
    assert values.date_shapes(samples) == shapes


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2026-11-19 10:00", "Asia/Shanghai", "2026-11-19T02:00:00+00:00"),
        (
            "2024-03-10 02:30",
            "America/Los_Angeles",
            "2024-03-10T10:30:00+00:00",
        ),  # skipped by summer time: moved on by the gap
        ("2024-11-03 01:30", "America/Los_Angeles", "2024-11-03T08:30:00+00:00"),  # occurs twice: the first
        ("2026-11-19T10:00:00Z", "Asia/Shanghai", "2026-11-19T10:00:00+00:00"),
        ("2026-11-19 10:00:00+08:00", "UTC", "2026-11-19T02:00:00+00:00"),
        ("2026年11月19日 10:00", "UTC", "2026-11-19T10:00:00+00:00"),
    ],
)
def test_naive_times_are_in_the_given_zone(text: str, zone: str, expected: str) -> None:
    assert values.moment(text, "ymd", zone) == datetime.fromisoformat(expected)


def test_headings_are_matched_loosely() -> None:
    headings = ["Order-No.", "\ufeffPLACED AT", "ＳＫＵ", "Qty", "unit price (USD)", "Shipping Country", "币种"]
    found = match_headings("orders", headings)
    assert found == {"order_no": "Order-No.", "placed_at": "\ufeffPLACED AT", "sku": "ＳＫＵ", "quantity": "Qty",
                     "country": "Shipping Country", "currency": "币种"}  # fmt: skip


def test_every_column_of_the_contract_is_a_field() -> None:
    contract = [
        "order_no", "placed_at", "paid_at", "status", "currency", "buyer_name", "buyer_email", "recipient_name", "phone", "address1",
        "address2", "city", "state", "postcode", "country", "buyer_note", "sku", "title", "quantity", "unit_price", "line_discount",
        "shipping_fee", "order_discount", "shipping_method", "tracking_no", "carrier_service", "shipped_at", "delivered_at",
        "completed_at",
    ]  # fmt: skip
    fields = fields_of("orders")
    assert [name for name in contract if name not in fields] == []
    required = {name for name, field in fields.items() if field.required}
    assert required == {"order_no", "placed_at", "currency", "country", "sku", "quantity", "unit_price"}
    assert match_headings("orders", contract) == {name: name for name in contract}


# --- files ---------------------------------------------------------------------------------------------------------

TEXT = "收件人 Łukasz Müller"


@pytest.mark.parametrize(
    ("encoding", "prefix"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16", b""),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("gb18030", b""),
    ],
)
def test_six_encodings_are_recognised(tmp_path: Path, encoding: str, prefix: bytes) -> None:
    text = f"{HEAD},recipient_name\n{LINE},{TEXT}\n8002,2026-11-19 10:00,USD,巴西,A-1,2,1.50,王小明\n"
    orders, rejected = told(a_file(tmp_path, prefix + text.encode(encoding)))
    assert rejected == []
    assert [order["recipient_name"] for order in orders] == [TEXT, "王小明"]


def test_western_text_is_not_taken_for_chinese(tmp_path: Path) -> None:
    text = f"{HEAD},recipient_name\n{LINE},Müller Über Señor\n".encode("cp1252")
    orders, _rejected = told(a_file(tmp_path, text))
    assert orders[0]["recipient_name"] == "Müller Über Señor"


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_separator_is_found(tmp_path: Path, mark: str) -> None:
    text = "\n".join(line.replace(",", mark) for line in (HEAD, LINE)) + "\n"
    orders, _rejected = told(a_file(tmp_path, text))
    assert orders[0]["lines"] == [[2, "A-1", 2, "1.50", "", "", "0", "", ""]]


@pytest.mark.parametrize(
    ("above", "row"),
    [("Our prices of December", 3), ("Our prices of December,,,,", 3), ("Prices,,\n\nvalid from,2026-12-01\n", 6)],
)
def test_a_title_above_the_headings_is_passed_over(tmp_path: Path, above: str, row: int) -> None:
    orders, rejected = told(a_file(tmp_path, f"{above}\n{HEAD}\n{LINE}\n"))
    assert not rejected and [(o["order_no"], o["row"]) for o in orders] == [("8001", row)]
    book = a_workbook(tmp_path, [["Prices of December"], HEAD.split(","), LINE.split(",")])
    assert [(o["order_no"], o["row"]) for o in told(book)[0]] == [("8001", 3)]


def test_rows_of_one_order_need_not_stand_together(tmp_path: Path) -> None:
    rows = [
        LINE,
        LINE.replace("8001", "8002"),
        LINE.replace("A-1", "A-2"),
        LINE.replace("8001", "8002").replace("A-1", "A-2"),
    ]
    orders, _rejected = told(a_file(tmp_path, "\n".join([HEAD, *rows])))
    assert [(o["order_no"], o["row"], [line[1] for line in o["lines"]]) for o in orders] == [
        ("8001", 2, ["A-1", "A-2"]), ("8002", 3, ["A-1", "A-2"]),
    ]  # fmt: skip


def test_one_bad_line_rejects_its_order_and_says_why(tmp_path: Path) -> None:
    bad = LINE.replace("A-1,2", "A-2,0")
    orders, rejected = told(a_file(tmp_path, f"{HEAD}\n{LINE}\n{bad}\n{LINE.replace('8001', '8002')}\n"))
    assert [order["order_no"] for order in orders] == ["8002"]
    assert [(row[0], row[1], row[2], row[3]) for row in rejected] == [
        (2, "8001", "", "other_row"), (3, "8001", "quantity", "bad_quantity"),
    ]  # fmt: skip
    assert rejected[1][5] == bad.split(",")


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        (LINE.replace("USD", "").replace("8001", "8001"), "currency", "missing"),
        (LINE.replace("BR", "Narnia"), "country", "unknown_country"),
        (LINE.replace("BR", "Channel Islands"), "country", "unknown_country"),
        (LINE.replace("1.50", "free"), "unit_price", "bad_number"),
        (LINE.replace("1.50", "-1"), "unit_price", "negative"),
        (LINE.replace("A-1,2", "A-1,2.5"), "quantity", "bad_quantity"),
        (LINE.replace("2026-11-19 10:00", "soon"), "placed_at", "bad_time"),
        (LINE.replace("8001", ""), "order_no", "missing"),
        (LINE.replace("8001", "8.01E+15"), "order_no", "scientific"),
        (LINE.replace("A-1", "A" * 101), "sku", "too_long"),
        (LINE + ",surplus", "", "too_many_cells"),
        (LINE.replace("A-1", "A\x00"), "sku", "bad_character"),
    ],
)
def test_each_fault_names_row_and_field(tmp_path: Path, changed: str, field: str, code: str) -> None:
    orders, rejected = told(a_file(tmp_path, f"{HEAD}\n{changed}\n{LINE.replace('8001', '9')}\n"))
    assert [order["order_no"] for order in orders] == ["9"]
    assert [(row[0], row[2], row[3]) for row in rejected] == [(2, field, code)]


@pytest.mark.parametrize(
    ("name", "code"),
    [("UK", "GB"), ("EIRE", "IE"), ("RSA", "ZA"), ("USA", "US"), ("deu", "DE"), ("巴西", "BR"), ("俄罗斯", "RU"),
     ("Hong Kong", "HK"), ("Côte d’Ivoire", "CI"), ("united arab emirates", "AE")],
)  # fmt: skip
def test_countries_by_code_and_name(tmp_path: Path, name: str, code: str) -> None:
    orders, _rejected = told(a_file(tmp_path, f"{HEAD}\n{LINE.replace('BR', name)}\n"))
    assert orders[0]["country"] == code


def test_a_profile_maps_fixes_filters_and_names_values(tmp_path: Path) -> None:
    text = (
        "No,Day,Art,N,Price,Land\nX1,19/11/2026,A,1,2.00,Channel Islands\nCX2,19/11/2026,A,-1,2.00,UK\n"
        "X3,19/11/2026,B,1,0,UK\nX3,19/11/2026,C,1,3,UK\n"
    )
    plan = Plan(
        mapping={"order_no": "No", "placed_at": "Day", "sku": "Art", "quantity": "N", "unit_price": "Price", "country": "Land",
                 "currency": {"fixed": "GBP"}, "status": {"fixed": "paid"}},
        options={"date_format": "dmy", "zone": "Europe/London", "values": {"country": {"Channel Islands": "GG"}}, "filters": [
            {"column": "No", "op": "starts_with", "value": "C", "reason": "cancellation note"},
            {"column": "Price", "op": "lte", "value": "0", "reason": "gift", "row_only": True}]},
    )  # fmt: skip
    orders, rejected = told(a_file(tmp_path, text), plan)
    assert [(o["order_no"], o["country"], o["currency"], o["status"], len(o["lines"])) for o in orders] == [
        ("X1", "GG", "GBP", "paid", 1), ("X3", "GB", "GBP", "paid", 1),
    ]  # fmt: skip
    assert [(r[0], r[3], r[4]["value"]) for r in rejected] == [
        (3, "filtered", "cancellation note"),
        (4, "filtered", "gift"),
    ]


def test_orders_may_carry_two_minutes_but_not_two_currencies(tmp_path: Path) -> None:
    two = LINE.replace("10:00", "10:01").replace("A-1", "A-2")
    orders, _rejected = told(a_file(tmp_path, f"{HEAD}\n{LINE}\n{two}\n"))
    assert orders[0]["placed_at"] == "2026-11-19T10:00:00+00:00"
    _orders, rejected = told(a_file(tmp_path, f"{HEAD}\n{LINE}\n{LINE.replace('USD', 'EUR')}\n"))
    assert [(r[0], r[2], r[3]) for r in rejected] == [(2, "", "other_row"), (3, "currency", "disagree")]


def test_first_look_asks_what_is_not_clear(tmp_path: Path) -> None:
    text = f'{HEAD}\n8001,01/02/2026,USD,Channel Islands,A-1,2,"1,234"\n8002,03/02/2026,USD,BR,A-1,2,"2,000"\n'
    seen = inspected(a_file(tmp_path, text), Plan(), zone="UTC")
    assert seen["questions"]["date_shapes"] == ["dmy", "mdy"]
    assert seen["questions"]["decimal_marks"] == [".", ","]
    assert seen["questions"]["unknown"] == {"country": [["Channel Islands", 1]]}
    assert (seen["rows"], seen["encoding"], seen["separator"], seen["lacking"]) == (2, "utf-8", ",", [])


def test_first_look_says_what_has_no_column(tmp_path: Path) -> None:
    seen = inspected(a_file(tmp_path, "InvoiceNo,Foo\n1,2\n"), Plan(), zone="UTC")
    assert seen["mapping"] == {"order_no": "InvoiceNo"}
    assert set(seen["lacking"]) == {"placed_at", "currency", "country", "sku", "quantity", "unit_price"}


# --- workbooks -----------------------------------------------------------------------------------------------------


def a_workbook(folder: Path, rows: list[list[Any]], name: str = "orders.xlsx") -> Path:
    path = folder / name
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        sheet = book.add_worksheet("Sheet1")
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(r, c, cell)
                elif isinstance(cell, int | float):
                    sheet.write_number(r, c, cell)
                else:
                    sheet.write_string(r, c, cell)
    return path


def test_workbook_dates_numbers_and_text(tmp_path: Path) -> None:
    head = HEAD.split(",")
    path = a_workbook(tmp_path, [
        head,
        ["8012345678901234", datetime(2026, 11, 19, 10, 0), "USD", "巴西", 5.0, 2, 2.55],
        [8012345678901235, datetime(2026, 11, 19), "USD", "BR", "A-1", 1, 1],
        [123456, "2026-11-19 10:00", "USD", "BR", "A-1", 1, 0.1],
    ])  # fmt: skip
    orders, rejected = told(path, zone="Asia/Shanghai")
    by_no = {order["order_no"]: order for order in orders}
    assert by_no["8012345678901234"]["placed_at"] == "2026-11-19T02:00:00+00:00"
    assert by_no["8012345678901234"]["lines"][0][1:4] == ["5", 2, "2.55"]
    assert by_no["123456"]["lines"][0][3] == "0.1"
    assert [(r[0], r[2], r[3]) for r in rejected] == [(3, "order_no", "number_as_float")]


CELL = (
    "【1】Wooden box 【new】 (large)\n(产品属性:Color:Red (dark)、Size:M)\n(商家编码:BOX-1)\n(产品数量:2 piece)\n"
    "(物流等级&买家选择物流:CAINIAO)\n"
    "【2】Ring\n（商家编码: RING-9）\n（产品数量: 1 lot）\n"
)


def test_product_cell_grammar() -> None:
    assert aliexpress.products(CELL) == [
        {
            "title": "Wooden box 【new】 (large)",
            "sku": "BOX-1",
            "quantity": 2,
            "attributes": "Color: Red (dark); Size: M",
        },
        {"title": "Ring", "sku": "RING-9", "quantity": 1, "attributes": ""},
    ]
    assert aliexpress.products("【1】Box (商家编码:A) (产品数量:3 件)") == [
        {"title": "Box", "sku": "A", "quantity": 3, "attributes": ""}
    ]


@pytest.mark.parametrize(
    "cell", ["", "Box", "【1】Box", "【1】Box\n(产品数量:0 piece)", "x【1】Box\n(产品数量:1 piece)"]
)
def test_product_cell_that_cannot_be_read_is_refused(cell: str) -> None:
    with pytest.raises(RowFault, match="bad_product_cell"):
        aliexpress.products(cell)


HEAD_2019 = [
    "订单号", "订单状态", "负责人(业务员)", "买家名称", "下单时间", "付款时间", "产品总金额", "物流费用", "订单金额", "满立减",
    "产品信息\n（双击单元格展开所有产品信息！）", "订单备注", "收货地址", "收货人名称", "收货国家", "州/省", "城市", "地址",
    "邮编", "联系电话", "手机", "买家选择物流", "发货期限", "实际发货物流:运单号", "发货时间", "确认收货时间",
]  # fmt: skip


def sheet_row(**facts: Any) -> list[Any]:
    """One order of the synthetic export."""
    known = {
        "订单号": "8012345678901234", "订单状态": "等待您发货", "买家名称": "Ana Lima", "下单时间": "2026.11.18 20:15",
        "付款时间": "2026.11.18 20:20", "产品总金额": "$10.00", "物流费用": "2.50", "订单金额": "US $11.50", "满立减": "1.00",
        "产品信息": CELL, "订单备注": "please red", "收货人名称": "Ana Lima", "收货国家": "巴西", "州/省": "SP", "城市": "São Paulo",
        "地址": "Rua A 1", "邮编": "01310-100", "联系电话": "55-11-1", "手机": "11912345678",
        "买家选择物流": "AliExpress Standard Shipping",
        "发货期限": "2026-11-25",
    }  # fmt: skip
    known |= facts
    return [known.get(heading.split("\n")[0], "") for heading in HEAD_2019]


def test_seller_centre_export_is_read(tmp_path: Path) -> None:
    rows = [
        HEAD_2019, sheet_row(),
        sheet_row(
            订单号="8012345678901235", 订单状态="等待买家收货",
            **{"发货时间": "2026-11-19 09:00", "实际发货物流:运单号": "CAINIAO:LP00123456789"},
        ),
        sheet_row(订单号="8012345678901236", 订单状态="某种新状态"),
        sheet_row(订单号="8012345678901237", 订单状态="资金未到账"),
        sheet_row(订单号="8012345678901238", 订单状态="买家申请取消"),
    ]  # fmt: skip
    path = a_workbook(tmp_path, rows)
    assert inspected(path, Plan(), zone="UTC")["base"] == "aliexpress"
    orders, rejected = told(path, Plan(base="aliexpress"), zone="Asia/Shanghai")
    assert rejected == []
    first = orders[0]
    assert first["placed_at"] == "2026-11-19T04:15:00+00:00"  # Pacific
    assert (first["goods_total"], first["shipping_fee"], first["total"], first["order_discount"]) == (
        "10.00",
        "2.50",
        "11.50",
        "1.00",
    )
    assert (first["currency"], first["country"], first["phone"], first["status"]) == (
        "USD",
        "BR",
        "11912345678",
        "paid",
    )
    assert [(line[1], line[2], line[3]) for line in first["lines"]] == [("BOX-1", 2, None), ("RING-9", 1, None)]
    assert orders[1]["status"] == "shipped"
    assert orders[1]["shipments"] == [["LP00123456789", "CAINIAO", "2026-11-19T17:00:00+00:00"]]
    assert (orders[2]["status"], orders[2]["channel_status"]) == ("paid", "某种新状态")
    assert [order["risk"] for order in orders] == [False, False, False, True, False]
    assert [order["cancel_requested"] for order in orders] == [False, False, False, False, True]


def test_seller_centre_export_saved_as_csv(tmp_path: Path) -> None:
    def cells(row: list[Any]) -> str:
        return ",".join('"' + str(cell).replace('"', '""') + '"' for cell in row)

    rows = [HEAD_2019, sheet_row(订单号="`8012345678901234"), sheet_row(订单号="8.01E+15")]
    for encoding in ("utf-8-sig", "gb18030"):
        path = a_file(tmp_path, "\r\n".join(map(cells, rows)).encode(encoding), f"{encoding}.csv")
        orders, rejected = told(path, Plan(base="aliexpress"))
        assert [order["order_no"] for order in orders] == ["8012345678901234"]
        assert [(r[0], r[3]) for r in rejected] == [(3, "scientific")]


def test_a_sheet_without_the_headings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="columns_missing"):
        told(a_file(tmp_path, f"{HEAD}\n{LINE}\n"), Plan(base="aliexpress"))


def test_tables_of_articles_say_only_what_is_there(tmp_path: Path) -> None:
    path = a_file(tmp_path, "code,name_en,weight_g,易碎\nA-1,Cup,12.5,是\nA-2,,,\n,x,1,\n")
    rows, rejected = [], []
    with reading(path, Plan(kind="products")) as answers:
        for answer in answers:
            rows += answer.get("rows", [])
            rejected += answer.get("rejected", [])
    assert [row[1] for row in rows] == [
        {"code": "A-1", "name_en": "Cup", "weight_g": "12.5", "fragile": True},
        {"code": "A-2", "name_en": None, "weight_g": None, "fragile": None},
    ]
    assert [(r[0], r[2], r[3]) for r in rejected] == [(4, "code", "missing")]


def test_times_are_utc() -> None:
    assert values.moment("2026-11-19 10:00", "ymd", "UTC") == datetime(2026, 11, 19, 10, tzinfo=UTC)

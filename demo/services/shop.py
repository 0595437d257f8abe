"""The stage of the demonstration: its mark, logins, stores, articles and stock. Quick, so that it stands before the web answers."""

from __future__ import annotations

import csv
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from django.db import transaction

from accounts import services as people
from accounts.choices import Role, StoreKind
from accounts.models import Store, User
from core import policies
from core.audit import system
from core.models import SystemMark
from inventory.services import warehouses
from logistics.models import RateRow, RateTable, Service
from products.models import Sku

DATA = Path(__file__).resolve().parent.parent / "data"
DEMO = system("demonstration")
PASSWORD = "sampan-demo"  # noqa: S105 - the published password of demonstration logins, made only in a demo database

#: User name, role, name, language.
LOGINS = (
    ("service", Role.SERVICE, "林小夏", "zh-hans"),
    ("warehouse", Role.WAREHOUSE, "陈师傅", "zh-hans"),
    ("purchaser", Role.PURCHASER, "周采购", "zh-hans"),
    ("supervisor", Role.SUPERVISOR, "王主管", "zh-hans"),
    ("manager", Role.MANAGER, "赵经理", "zh-hans"),
    ("admin", Role.ADMINISTRATOR, "系统管理员", "zh-hans"),
)
#: The sender as customs and carriers want him: somebody, a street, a town, a number to call.
SENDER = {
    "sender_name": "Haizhou Jewelry Co., Ltd.",
    "address": "No. 88 Qianhu North Road, Yinzhou, Ningbo, Zhejiang 315100",
    "phone": "+86 574 5550 1188",
}
FREIGHT = "Demo 2026"
SANDBOX, SHEET = "jewel", "sheet"


def is_empty() -> bool:
    """Whether nobody works in this database yet."""
    return not User.objects.exists() and not Store.objects.exists()


@transaction.atomic
def set_stage(*, now: datetime) -> None:
    """Mark the database as a demo and make its logins, two stores and articles. Twice is once."""
    SystemMark.objects.get_or_create(name="demo", defaults={"value": {"since": now.isoformat(), "state": "empty"}})
    for code, name, kind, currency in (
        (SANDBOX, "海舟饰品 Haizhou Jewelry", StoreKind.SANDBOX, "USD"),
        (SHEET, "老客户表格单 Sheet orders", StoreKind.SPREADSHEET, "USD"),
    ):
        if not Store.objects.filter(code=code).exists():
            people.create_store(
                code=code, name=name, kind=kind, currency=currency, time_zone="Asia/Shanghai", actor=DEMO, now=now,
                reply_email=f"{code}@example.com",
            )  # fmt: skip
    for username, role, label, language in LOGINS:
        if not User.objects.filter(username=username).exists():
            people.create_person(
                username=username, password=PASSWORD, role=role, actor=DEMO, now=now, display_name=label, language=language,
                all_stores=True, check_password=False,
            )  # fmt: skip
    for key, value in (
        ("conversations.help_url", "https://shop.example.com/help"),
        ("conversations.store_url", "https://shop.example.com"),
    ):
        policies.set_value(key=key, text=value, valid_from=date(2020, 1, 1), actor=DEMO, now=now, note="demonstration")
    load_articles(now=now)
    load_freight(now=now)
    say_where_we_are(now=now)


def say_where_we_are(*, now: datetime) -> None:
    """Who sends and from where, as a person enters it on the page of the warehouse; an address that is there stays."""
    house = warehouses.ensure_default(now=now)
    if not house.address:
        warehouses.change_warehouse(warehouse=house, actor=DEMO, now=now, **SENDER)


def load_freight(*, now: datetime) -> int:
    """Pretend price lists of carriers, so that every service of the demonstration has a price; answers how many rows. Twice is once."""
    if RateTable.objects.filter(name=FREIGHT).exists():
        return 0
    with (DATA / "freight.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    services = {service.code: service for service in Service.objects.filter(code__in={row["service"] for row in rows})}
    tables = {
        code: RateTable.objects.create(
            service=service, name=FREIGHT, currency="CNY", valid_from=date(2026, 1, 1), created_at=now,
            source="invented for the demonstration",
        )
        for code, service in services.items()
    }  # fmt: skip
    made = [
        RateRow(table=tables[row["service"]], destination=row["destination"], **{
            name: Decimal(value) for name, value in row.items() if name not in ("service", "destination") and value
        })
        for row in rows if row["service"] in tables
    ]  # fmt: skip
    RateRow.objects.bulk_create(made)
    return len(made)


def articles() -> list[dict[str, str]]:
    """The articles of the pretend shop as their file tells them."""
    with (DATA / "articles.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load_articles(*, now: datetime) -> int:
    """Make the articles that are missing; answers how many."""
    held = set(Sku.objects.values_list("code", flat=True))
    made = [
        Sku(
            code=row["code"], name_en=row["name_en"], name_zh=row["name_zh"], variant=row["variant"], image_url=row["image_url"],
            weight_g=Decimal(row["weight_g"]), cost=Decimal(row["cost"]), cost_currency=row["cost_currency"],
            customs_text=row["customs_text"], hs_code=row["hs_code"], origin=row["origin"], material=row["material"],
            fragile=row["fragile"] == "yes", search=f"{row['code']} {row['name_en']} {row['name_zh']}".lower(), created_at=now,
        )
        for row in articles()
        if row["code"] not in held
    ]  # fmt: skip
    Sku.objects.bulk_create(made)
    return len(made)

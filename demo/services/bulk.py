"""Fill a database for measurements: many orders, lines, parcels and duties, made inside PostgreSQL from a seed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from accounts.models import Store
from core.errors import Conflict

#: Countries with their share in a hundred.
_COUNTRIES = (
    "ARRAY['US','RU','BR','DE','FR','ES','GB','PL','IT','CA','AU','IL','NL','SA','JP','KR','CL','TR','CZ','UA']"
)
_FIRST = "ARRAY['maria','ivan','anna','luca','emma','jose','chloe','olivia','emily','noah','sanne','jana','camila','ayse','tomas','lena']"
_LAST = "ARRAY['santos','petrov','kowalska','rossi','muller','garcia','dupont','smith','johnson','williams','jansen','novak','rojas','yilmaz','weiss','silva','nguyen','brown','moreau','costa']"
#: stage, order state and share of the newest part; older orders are done.
_OPEN = 0.03

_SQL: tuple[tuple[str, str], ...] = (
    (
        "warehouses",
        """INSERT INTO inventory_warehouse (code, name, time_zone, country, sender_name, address, phone, is_default, active)
           SELECT 'bench', 'Bench', 'Asia/Shanghai', 'CN', '', '', '', NOT EXISTS (SELECT 1 FROM inventory_warehouse WHERE is_default), true
           WHERE NOT EXISTS (SELECT 1 FROM inventory_warehouse)""",
    ),
    (
        "skus",
        """INSERT INTO products_sku (code, name_en, name_zh, variant, barcode, image_url, weight_g, cost, cost_currency,
             customs_text, hs_code, origin, material, goods_class, fragile, made_in_house, search, active, created_at)
           SELECT 'BN-' || lpad(i::text, 4, '0'), 'Bench article ' || i, '测试商品 ' || i, '', '', '', 5 + i %% 60, 2 + i %% 20, 'CNY',
             'necklace, zinc alloy, plated', '711719', 'CN', 'alloy', '', false, false, 'bn-' || lpad(i::text, 4, '0'), true, %(now)s
           FROM generate_series(1, 400) i""",
    ),
    (
        "items",
        """INSERT INTO products_channelitem (store_id, channel_sku, title, attributes, image_url, matched, not_goods, first_seen_at)
           SELECT s, 'BN-' || lpad(i::text, 4, '0'), 'Bench article ' || i, '', '', true, false, %(now)s
           FROM unnest(%(stores)s) s, generate_series(1, 400) i""",
    ),
    (
        "matches",
        """INSERT INTO products_skumatch (item_id, sku_id, quantity)
           SELECT c.id, k.id, 1 FROM products_channelitem c JOIN products_sku k ON k.code = c.channel_sku
           WHERE c.store_id = ANY(%(stores)s)""",
    ),
    (
        "buyers",
        f"""INSERT INTO customers_buyer (store_id, key, login, name, email, phone, country, language, search, blacklist_reason,
             email_consent, first_order_at, created_at)
           SELECT (%(stores)s)[1 + i %% array_length(%(stores)s, 1)], 'bench-' || i, '', initcap(f) || ' ' || initcap(l),
             f || '.' || l || i || '@example.com', '', ({_COUNTRIES})[1 + i %% 20], 'en', f || ' ' || l || ' ' || f || '.' || l || i || '@example.com',
             '', false, %(now)s, %(now)s
           FROM (SELECT i, ({_FIRST})[1 + i %% 16] f, ({_LAST})[1 + (i / 16) %% 20] l FROM generate_series(1, greatest(%(n)s / 3, 1)) i) x""",
    ),
    (
        "orders",
        """INSERT INTO orders_order (store_id, external_id, number, type, state, stage, history, buyer_id, buyer_name, country, currency,
             goods_total, shipping_fee, discount, total, pieces, shipping_method, service_code, warehouse_id, note, hold_reason,
             hold_note, intercept, placed_at, paid_at, target_at, ship_by, ready_at, greeted_at, shipped_at, declared_at, delivered_at,
             completed_at, channel_status, channel_facts, search, imported_at)
           SELECT b.store_id, (8000000000000000 + i)::text, (8000000000000000 + i)::text, 'sale', st.state, st.stage, false, b.id,
             b.name, b.country, 'USD', 10 + i %% 90, i %% 5, 0, 10 + i %% 90 + i %% 5, 1 + i %% 4, 'AliExpress Standard Shipping', '',
             w.id, '', CASE WHEN st.state = 'held' THEN 'other' ELSE '' END, '', '', at, at + interval '20 minutes',
             at + interval '1 day', at + interval '7 days', at, at, sh, sh, dl, dl, '', '{}', b.search, at
           FROM (SELECT i, %(now)s - (%(n)s - i) * (interval '400 days' / %(n)s) AS at FROM generate_series(%(first)s, %(last)s) i) o
           JOIN LATERAL (SELECT CASE WHEN i > %(n)s * (1 - %(open)s) THEN (ARRAY['new','held','ready','ready','ready','ready','unpaid'])[1 + i %% 7]
                                     WHEN i > %(n)s * 0.85 THEN 'shipped' ELSE 'completed' END AS state,
                                CASE WHEN i > %(n)s * (1 - %(open)s) THEN (ARRAY['to_approve','held','to_print','to_number','short','to_hand_over','unpaid'])[1 + i %% 7]
                                     WHEN i > %(n)s * 0.85 THEN 'shipped' ELSE 'completed' END AS stage) st ON true
           JOIN LATERAL (SELECT CASE WHEN st.state IN ('shipped', 'completed') THEN at + interval '2 days' END AS sh,
                                CASE WHEN st.state = 'completed' THEN at + interval '25 days' END AS dl) t ON true
           JOIN LATERAL (SELECT id FROM inventory_warehouse ORDER BY is_default DESC, id LIMIT 1) w ON true
           JOIN bench_buyer b ON b.place = 1 + i %% (SELECT count(*) FROM bench_buyer)""",
    ),
    (
        "lines",
        """INSERT INTO orders_orderline (order_id, position, external_id, item_id, title, attributes, quantity, unit_price, discount,
             total, buyer_note, assort, shipped_quantity)
           SELECT o.id, p, '', c.id, c.title, '', 1, 10, 0, 10, '', false, CASE WHEN o.shipped_at IS NULL THEN 0 ELSE 1 END
           FROM orders_order o CROSS JOIN generate_series(1, 4) p
           JOIN products_channelitem c ON c.store_id = o.store_id AND c.channel_sku = 'BN-' || lpad((1 + (o.id * 7 + p * 131) %% 400)::text, 4, '0')
           WHERE o.store_id = ANY(%(stores)s) AND o.id > %(after)s AND p <= 1 + o.id %% 4""",
    ),
    (
        "reservations",
        """INSERT INTO inventory_reservation (line_ref, order_ref, sku_id, warehouse_id, wanted, held, consumed, state, created_at)
           SELECT l.id, o.id, m.sku_id, o.warehouse_id, l.quantity * m.quantity, l.quantity * m.quantity, 0, 'open', o.placed_at
           FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id JOIN products_skumatch m ON m.item_id = l.item_id
           WHERE o.store_id = ANY(%(stores)s) AND o.id > %(after)s AND o.state IN ('new', 'held', 'ready')""",
    ),
    (
        "movements",
        """INSERT INTO inventory_movement (sku_id, warehouse_id, kind, quantity, reference, key, note, actor_label, at)
           SELECT k.id, w.id, 'opening', 50 + coalesce(r.held, 0), 'bench', 'bench:' || k.id, '', 'bench', %(now)s
           FROM products_sku k
           JOIN LATERAL (SELECT id FROM inventory_warehouse ORDER BY is_default DESC, id LIMIT 1) w ON true
           LEFT JOIN (SELECT sku_id, sum(held) AS held FROM inventory_reservation GROUP BY 1) r ON r.sku_id = k.id
           WHERE k.code LIKE 'BN-%%' AND NOT EXISTS (SELECT 1 FROM inventory_balance b WHERE b.sku_id = k.id)""",
    ),
    (
        "balances",
        """INSERT INTO inventory_balance (sku_id, warehouse_id, on_hand, reserved, reorder_point)
           SELECT sku_id, warehouse_id, quantity, quantity - 50, 20 FROM inventory_movement WHERE reference = 'bench'""",
    ),
    (
        "addresses",
        """INSERT INTO orders_orderaddress (order_id, recipient, phone, line1, line2, city, state, postcode, country, changed_at)
           SELECT id, buyer_name, '+1 555 0100', 'Main Street ' || id, '', 'Town', '', '10000', country, %(now)s
           FROM orders_order WHERE store_id = ANY(%(stores)s) AND id > %(after)s""",
    ),
    (
        "parcels",
        """INSERT INTO logistics_parcel (number, store_id, order_id, warehouse_id, service_id, state, country, tracking_number, weight_g,
             checks, packed_at, shipped_at, declared_at, tracking_state, last_event_text, promised_by, next_check_at, check_round,
             delivered_at, settled_at, settle_reason, created_at)
           SELECT 'PB-' || o.id, o.store_id, o.id, o.warehouse_id, s.id, CASE WHEN o.state = 'completed' THEN 'delivered' ELSE 'shipped' END,
             o.country, 'LX' || lpad((o.id %% 100000000)::text, 9, '0') || 'CN', 40 + o.id %% 200, '{}', o.shipped_at, o.shipped_at, o.shipped_at,
             CASE WHEN o.state = 'completed' THEN 'delivered' ELSE 'in_transit' END, '', o.shipped_at + interval '60 days',
             CASE WHEN o.state <> 'completed' THEN o.shipped_at + interval '30 days' END, 0, o.delivered_at, o.delivered_at, '', o.shipped_at
           FROM orders_order o
           LEFT JOIN LATERAL (SELECT id FROM logistics_service WHERE kind = 'postal_registered' LIMIT 1) s ON true
           WHERE o.store_id = ANY(%(stores)s) AND o.id > %(after)s AND o.shipped_at IS NOT NULL""",
    ),
    (
        "duties of the clock",
        """INSERT INTO worklist_duty (rule, subject_type, subject_id, round, store_id, state, doer, role, "group", band, due_at, chance,
             minutes, rank, stake_currency, facts, attempts, last_error, reason, created_at)
           SELECT 'logistics.parcel_check', 'logistics.parcel', p.id, 0, p.store_id, 'planned', 'clock', '', '4_parcels', 2,
             p.next_check_at, 1, 2, 0, '', '{}', 0, '', '', p.shipped_at
           FROM logistics_parcel p WHERE p.store_id = ANY(%(stores)s) AND p.order_id > %(after)s AND p.state = 'shipped'""",
    ),
    (
        "duties of people",
        """INSERT INTO worklist_duty (rule, subject_type, subject_id, round, store_id, state, doer, role, "group", band, due_at, stake,
             stake_currency, chance, minutes, rank, facts, attempts, last_error, reason, created_at)
           SELECT 'orders.held', 'orders.order', o.id, 9000, o.store_id, 'open', 'person', 'service',
             (ARRAY['1_orders','2_messages','3_feedback','4_parcels','5_dispatch'])[1 + o.id %% 5], o.id %% 4,
             %(now)s + ((o.id %% 200) - 40) * interval '1 hour', o.total, 'USD', 0.5, 2, o.total / 4,
             jsonb_build_object('number', o.number, 'who', o.buyer_name, 'country', o.country, 'url', '/orders/' || o.id || '/',
               'fields', jsonb_build_object('store', '', 'reason', 'address', 'note', 'Bench')), 0, '', '', %(now)s
           FROM orders_order o WHERE o.store_id = ANY(%(stores)s) ORDER BY o.id DESC LIMIT %(duties)s""",
    ),
)  # fmt: skip


#: What stands in a column that must not be empty and that these statements do not name, by its type.
_BLANK = {
    "character varying": "''", "text": "''", "jsonb": "'{}'", "boolean": "false", "integer": "0", "smallint": "0", "bigint": "0",
    "numeric": "0", "timestamp with time zone": "now()",
}  # fmt: skip


#: Orders of one round; what is made of them is made before the next, so that no join or sort outgrows the memory.
PIECE = 50_000
_BY_PIECE = ("orders", "lines", "reservations", "addresses", "parcels", "duties of the clock")
_AT_END = ("movements", "balances", "duties of people")


def _number_buyers(cursor: Any, stores: list[int]) -> None:
    """The buyers in a row of their own, so that the order of a place finds its buyer by number."""
    cursor.execute(
        "CREATE TEMP TABLE bench_buyer ON COMMIT DROP AS SELECT *, row_number() OVER (ORDER BY id) AS place "
        "FROM customers_buyer WHERE store_id = ANY(%s)",
        [stores],
    )
    cursor.execute("CREATE INDEX ON bench_buyer (place)")
    cursor.execute("ANALYZE bench_buyer")


def _with_blanks(cursor: Any) -> list[tuple[str, str]]:
    """Give every such column a default for the time of the filling, so that a new column needs no change here."""
    cursor.execute(
        "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' "
        "AND is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO' AND is_generated = 'NEVER' "
        "AND table_name IN ('products_sku', 'products_channelitem', 'customers_buyer', 'orders_order', 'orders_orderline', "
        "'orders_orderaddress', 'logistics_parcel', 'worklist_duty', 'inventory_warehouse', 'inventory_reservation', 'inventory_movement', 'inventory_balance', 'products_skumatch')"
    )
    given = [(table, column, kind) for table, column, kind in cursor.fetchall() if kind in _BLANK]
    for table, column, kind in given:
        cursor.execute(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" SET DEFAULT {_BLANK[kind]}')
    return [(table, column) for table, column, _kind in given]


def fill(*, orders: int, now: datetime, duties: int | None = None) -> dict[str, int]:
    """Add ``orders`` orders of three bench stores with lines, parcels and duties. Answers rows by table.

    Refuses a database that has been filled this way before. Nothing here passes through services: it is for measuring, so
    history triggers are switched off where the database role may do so.
    """
    if Store.objects.filter(code="bench-1").exists():
        raise Conflict("bench_filled", "This database has been filled for measurements already.")
    made: dict[str, int] = {}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:
            cursor.execute("SET LOCAL session_replication_role = replica")
        stores = [
            Store.objects.create(
                code=f"bench-{i}",
                name=f"Bench {i}",
                kind="spreadsheet",
                currency="USD",
                time_zone="Asia/Shanghai",
                created_at=now,
            ).pk
            for i in (1, 2, 3)
        ]
        given: dict[str, Any] = {
            "now": now, "n": orders, "stores": stores, "open": _OPEN, "duties": duties if duties is not None else max(orders // 5, 1)
        }  # fmt: skip
        blanks = _with_blanks(cursor)
        for name, statement in _SQL:
            if name not in _BY_PIECE and name not in _AT_END:
                cursor.execute(statement, given)
                made[name] = cursor.rowcount
        _number_buyers(cursor, stores)
        for first in range(1, orders + 1, PIECE):
            cursor.execute("SELECT coalesce(max(id), 0) FROM orders_order")
            piece = {**given, "first": first, "last": min(first + PIECE - 1, orders), "after": cursor.fetchone()[0]}
            for name, statement in _SQL:
                if name in _BY_PIECE:
                    cursor.execute(statement, piece)
                    made[name] = made.get(name, 0) + cursor.rowcount
            if first == 1:
                cursor.execute("ANALYZE orders_order, orders_orderline, logistics_parcel")
        for name in _AT_END:
            cursor.execute(dict(_SQL)[name], given)
            made[name] = cursor.rowcount
        for table, column in blanks:
            cursor.execute(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" DROP DEFAULT')
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return made

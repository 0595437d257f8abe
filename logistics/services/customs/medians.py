"""What a kilogram of each heading was worth lately in each store: reckoned once a day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import connection

from core import policies
from logistics.policies.customs import MEDIAN_DAYS

_SQL = """
INSERT INTO logistics_valuemedian (store_id, hs6, per_kg_usd, lines, reckoned_on)
SELECT n.store_id, left(s.hs_code, 6),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY l.value / c.rate * u.rate / (s.weight_g * l.quantity) * 1000),
       count(*), %(day)s
FROM logistics_noteline l
JOIN logistics_dispatchnote n ON n.id = l.note_id
JOIN products_sku s ON s.id = l.sku_id
JOIN LATERAL (SELECT rate FROM (SELECT rate, day FROM core_exchangerate WHERE base = 'EUR' AND currency = n.declared_currency
                AND day <= %(day)s UNION ALL SELECT 1, %(day)s WHERE n.declared_currency = 'EUR') r ORDER BY day DESC LIMIT 1) c ON true
JOIN LATERAL (SELECT rate FROM core_exchangerate WHERE base = 'EUR' AND currency = 'USD' AND day <= %(day)s
                ORDER BY day DESC LIMIT 1) u ON true
WHERE n.state = 'closed' AND n.closed_at >= %(since)s AND s.weight_g > 0 AND length(s.hs_code) >= 6 AND l.value > 0
GROUP BY 1, 2
ON CONFLICT (store_id, hs6) DO UPDATE
SET per_kg_usd = EXCLUDED.per_kg_usd, lines = EXCLUDED.lines, reckoned_on = EXCLUDED.reckoned_on
"""


def reckon(*, now: datetime) -> int:
    """Write the medians anew; answers how many. Again on the same day changes nothing but what was sent in between."""
    day: date = now.date()
    since = now - timedelta(days=int(policies.value(MEDIAN_DAYS, day)))
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"day": day, "since": since})
        made = cursor.rowcount
        cursor.execute("DELETE FROM logistics_valuemedian WHERE reckoned_on < %s", [day])
    return int(made)

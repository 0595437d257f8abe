"""Terms, zones, surcharges and choosing rules are written by program as on their pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django_scopes import scopes_disabled

from accounts.models import ApiToken
from core import crypto
from core.models import ActivityEntry
from logistics.models import ChoiceRule, ServiceDestination, ServiceTerms, Surcharge
from tests.factories import dispatch as make
from tests.factories.accounts import make_store

pytestmark = pytest.mark.django_db
NOW = make.NOW


@pytest.fixture(autouse=True)
def no_scope() -> Any:
    with scopes_disabled():
        make.make_service("EMS", kind="ems")
        yield


def program(role: str, **facts: Any) -> dict[str, str]:
    key = f"sp_{crypto.new_key()}"
    ApiToken.objects.create(
        program="p", prefix=key[:12], digest=crypto.digest(key), created_at=NOW, role=role, scopes=["read", "write"],
        **{"all_stores": True, **facts},
    )  # fmt: skip
    return {"Authorization": f"Bearer {key}"}


def send(client: Client, head: dict[str, str], path: str, body: dict[str, Any], *, change: bool = False) -> Any:
    url = f"/api/v1/settings/{path}/"
    if change:
        tag = client.get(url, headers=head)["ETag"]
        return client.patch(url, body, content_type="application/json", headers={**head, "If-Match": tag})
    key = f"k{ActivityEntry.objects.count()}{path}{len(str(body))}"
    return client.post(url, body, content_type="application/json", headers={**head, "Idempotency-Key": key})


BODIES: dict[str, tuple[type, dict[str, Any], dict[str, Any]]] = {
    "service-terms": (
        ServiceTerms,
        {"service": "EMS", "valid_from": "2026-01-01", "volumetric": "max", "divisor": 6000, "rounding_g": 500},
        {"volumetric": "max", "divisor": None},
    ),
    "service-destinations": (
        ServiceDestination,
        {"service": "EMS", "country": "BR", "valid_from": "2026-01-01", "zone": "4", "max_weight_g": 30000},
        {"country": "QQ"},
    ),
    "surcharges": (
        Surcharge,
        {"service": "EMS", "kind": "fuel", "percent": "12.5", "valid_from": "2026-01-01"},
        {"kind": "remote", "percent": "3", "postcodes": ""},
    ),
    "choosing-rules": (
        ChoiceRule,
        {"name": "small to Brazil", "position": 3, "services": "EMS;*", "countries": "BR", "strategy": "first"},
        {"name": "another", "services": "NONE"},
    ),
}


@pytest.mark.parametrize("path", BODIES)
def test_a_row_is_made_changed_refused_and_audited(client: Client, path: str) -> None:
    model, body, wrong = BODIES[path]
    head = program("manager")
    made = send(client, head, path, body)
    assert made.status_code == 201, made.content
    row = model.objects.get()
    assert made.json()["id"] == str(row.pk)
    refused = send(client, head, path, {**body, **wrong})
    assert refused.status_code == 422, refused.content
    assert set(refused.json()["errors"]) & set(wrong)
    assert model.objects.count() == 1
    for role in ("supervisor", "warehouse", "purchaser", "service"):
        denied = send(client, program(role), path, {**body, "name": "other"} if "name" in body else body)
        assert denied.status_code == 403
    changed = send(client, head, f"{path}/{row.pk}", {"note": "seen"} if path != "choosing-rules" and path != "service-terms" else
                   {"position": 9} if path == "choosing-rules" else {"rounding_g": 100}, change=True)  # fmt: skip
    assert changed.status_code == 200, changed.content
    assert ActivityEntry.objects.filter(verb=f"{model._meta.model_name}.set", subject_id=row.pk).count() == 2


def test_another_day_is_a_new_version_and_goods_are_named_by_class(client: Client) -> None:
    head = program("manager")
    path, (_model, body, _wrong) = "service-terms", BODIES["service-terms"]
    send(client, head, path, {**body, "accepts": {"liquid": "no"}})
    row = ServiceTerms.objects.get()
    assert row.accepts == {"liquid": "no"}
    again = send(client, head, f"{path}/{row.pk}", {"valid_from": "2026-06-01", "rounding_g": 50}, change=True)
    assert again.status_code == 200, again.content
    later = ServiceTerms.objects.exclude(pk=row.pk).get()
    row.refresh_from_db()
    assert (row.rounding_g, later.rounding_g, later.accepts) == (500, 50, {"liquid": "no"})
    bad = send(client, head, path, {**body, "valid_from": "2026-07-01", "accepts": {"dragons": "no"}})
    assert bad.status_code == 422 and "accepts" in bad.json()["errors"]


def test_a_program_of_one_store_writes_a_rule_for_that_store_only(client: Client) -> None:
    mine = make_store()
    head = program("manager", all_stores=False)
    ApiToken.objects.get(prefix=head["Authorization"].split()[1][:12]).stores.add(mine)
    body = BODIES["choosing-rules"][1]
    assert send(client, head, "choosing-rules", body).status_code == 403
    made = send(client, head, "choosing-rules", {**body, "store": mine.code})
    assert made.status_code == 201, made.content
    assert ChoiceRule.objects.get().store == mine

"""A stop and a hand-over at the same moment: one of them happens, never both."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connections
from django_scopes import scopes_disabled

from conversations.services.seeding import load_reference as load_templates
from core.errors import DomainError
from logistics.services import shipping
from logistics.services.seeding import load_reference
from orders.models import Order
from orders.services import holding
from tests.factories import dispatch as make

NOW = make.NOW
STOPS: dict[str, dict[str, Any]] = {
    "hold": {"reason": "cancel_request"},
    "cancel": {"reason": "the buyer changed his mind"},
    "set_intercept": {"reason": "cancel_request"},
}


@pytest.mark.covers("ORD-24")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", ["_contents", "_follow"])
@pytest.mark.parametrize("stop", STOPS)
def test_a_stop_in_the_middle_of_a_hand_over_comes_before_or_after(
    monkeypatch: pytest.MonkeyPatch, stop: str, place: str
) -> None:
    with scopes_disabled():
        load_reference(now=NOW)
        load_templates(now=NOW)
        make.no_rule_signs()
        parcel = make.pack(make.released())
        clerk, packer = make.person("supervisor"), make.person("warehouse")
    inside, go_on, said = threading.Event(), threading.Event(), {"stop": "", "ship": ""}
    real = getattr(shipping, place)

    def slowly(*args: Any) -> Any:
        inside.set()
        go_on.wait(10)
        return real(*args)

    def in_thread(name: str, work: Any) -> threading.Thread:
        def run() -> None:
            try:
                with scopes_disabled():
                    work()
                said[name] = "done"
            except DomainError as error:
                said[name] = error.code
            finally:
                connections.close_all()

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    monkeypatch.setattr(shipping, place, slowly)
    shipped = in_thread("ship", lambda: shipping.hand_over(parcels=[parcel], actor=packer, now=NOW))
    assert inside.wait(10)
    order = Order._base_manager.get(pk=parcel.order_id)
    stopped = in_thread("stop", lambda: getattr(holding, stop)(order=order, actor=clerk, now=NOW, **STOPS[stop]))
    stopped.join(0.5)  # without the lock on the order it would be through by now
    go_on.set()
    shipped.join()
    stopped.join()
    parcel.refresh_from_db()
    assert (parcel.state, said["ship"]) == ("shipped", "done")
    assert said["stop"] not in ("", "done")

"""The visible job that fills a demonstration."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_scopes import scopes_disabled

from accounts.models import Store
from core.longwork import Work, runner
from core.models import SystemMark
from demo.services import life, shop, simulation, standing

DAYS, PER_DAY, SEED = 50, 5, 20261121


@runner("demo.fill", _("The demonstration lives its last weeks"))
def fill(work: Work) -> None:
    """Live day after day up to now. A worker that is killed leaves a shop that lives on from where it stands."""
    end = datetime.fromisoformat(work.payload["now"])
    start = end - timedelta(days=DAYS)
    if work.place is not None:
        simulation.go_on()
        work.log(_("The demonstration was interrupted; it stands as it is."), "warning")
        _mark()
        return
    work.expect(len(list(life.sessions(start=start, end=end))))
    work.save_place("begun")
    with simulation.standing_still(lambda: datetime.now(UTC)) as breathe:

        def tell(now: datetime, done: dict[str, int]) -> None:
            breathe()
            work.step()
            if done.get("parcels"):
                work.log(
                    _("%(day)s: %(parcels)s parcels handed over, %(answers)s duties done")
                    % {"day": now.astimezone(life.ZONE).date(), "parcels": done["parcels"], "answers": done["answers"]}
                )

        store = Store.objects.get(code=shop.SANDBOX)
        simulation.simulate(
            store=store,
            days=DAYS,
            per_day=PER_DAY,
            seed=SEED,
            end=end,
            base_url=simulation.sandbox_url(),
            tell=tell,
            vary=True,
        )
    with scopes_disabled():
        standing.disturb(now=end)
        standing.reckon(now=end)
    _mark()


@transaction.atomic
def _mark() -> None:
    demo = SystemMark.objects.select_for_update().get(name="demo")
    demo.value = {**demo.value, "state": "filled"}
    demo.save(update_fields=["value"])

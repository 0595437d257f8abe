"""The visible job that fills a demonstration."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.jobs import SIMULATION
from core.longwork import Work, runner
from core.models import SystemMark
from demo.services import life

DAYS, PER_DAY, SEED = 34, 6, 20261121


@runner("demo.fill", _("The demonstration lives its last weeks"))
def fill(work: Work) -> None:
    """Live day after day up to now. A worker that is killed leaves a shop that lives on from where it stands."""
    end = datetime.fromisoformat(work.payload["now"])
    mornings = list(life.days(end, DAYS))
    if work.place is not None:
        _stand_still(False)
        work.log(_("The demonstration was interrupted; it stands as it is."), "warning")
        _mark()
        return
    work.expect(len(mornings))
    work.save_place("begun")
    _stand_still(True)
    try:
        _live(work, mornings, end)
    finally:
        _stand_still(False)
    _mark()


def _live(work: Work, mornings: list[datetime], end: datetime) -> None:
    life.know_rates(start=mornings[0], end=end)
    story = life.begin(seed=SEED, now=mornings[0])
    for position, morning in enumerate(mornings):
        done = life.live_day(story, morning, orders=PER_DAY if position < len(mornings) - 1 else PER_DAY * 3, end=end)
        work.step()
        work.log(
            _("%(day)s: %(placed)s orders, %(shipped)s parcels handed over")
            % {"day": morning.astimezone(life.ZONE).date(), "placed": done["placed"], "shipped": done["shipped"]}
        )


def _stand_still(on: bool) -> None:
    """While the past is lived the real clock holds its hands still."""
    if on:
        SystemMark.objects.get_or_create(name=SIMULATION, defaults={"value": {}})
    else:
        SystemMark.objects.filter(name=SIMULATION).delete()


@transaction.atomic
def _mark() -> None:
    demo = SystemMark.objects.select_for_update().get(name="demo")
    demo.value = {**demo.value, "state": "filled"}
    demo.save(update_fields=["value"])

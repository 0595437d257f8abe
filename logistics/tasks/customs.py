"""Jobs of customs."""

from __future__ import annotations

import io

from django.utils.translation import gettext_lazy as _

from core.clock import utcnow
from core.jobs import job
from core.longwork import Work, runner
from logistics.selectors.customs import advance as advance_reads
from logistics.services.customs import advance, medians
from logistics.services.customs.fault_words import fault_text


@job("logistics.reckon_medians", every=6 * 3600)
def reckon_medians() -> int:
    """What a kilogram of each heading was worth lately in each store."""
    return medians.reckon(now=utcnow())


@runner(advance.JOB, _("Customs data for a carrier"), permission=advance.PERMISSION)
def advance_data(work: Work) -> None:
    """Write the file of the parcels that may go, name what is wrong with the others."""
    now = utcnow()
    told = advance_reads.told(work.payload["notes"], now)
    work.log_many([("info" if fault.warns else "error", fault_text(fault)) for fault in told.faults])
    name = f"{now:%Y-%m-%d-%H%M}-customs-data.{work.payload['format']}"
    work.file(io.BytesIO(advance.content(told, work.payload["format"])), name)
    marked = advance.finish(told=told, name=name, mark=work.payload["mark"], actor=work.actor, now=now)
    work.step(len(told.good), failed=len(work.payload["notes"]) - len(told.good))
    work.result(parcels=len(told.good), left_out=len(work.payload["notes"]) - len(told.good), marked=marked)

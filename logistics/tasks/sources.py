"""Jobs of tracking sources."""

from __future__ import annotations

from core.clock import utcnow
from core.jobs import job
from logistics.models import TrackingSource
from logistics.selectors import sources as selectors
from logistics.services import sources


@job("logistics.follow_numbers", every=60, queue="channel", soft_limit=280)
def follow_numbers() -> dict[str, int]:
    """Give numbers to the sources, stop what has ended, ask about what is quiet."""
    now = utcnow()
    total: dict[str, int] = {}
    for source in selectors.active():
        for name, count in sources.walk(source=source, now=now).items():
            total[name] = total.get(name, 0) + count
    return total


@job("logistics.read_pushes", every=10, soft_limit=120)
def read_pushes() -> int:
    """Read what the sources pushed."""
    return sources.read(now=utcnow())


@job("logistics.watch_sources", every=600, queue="channel", soft_limit=280)
def watch_sources() -> dict[str, int]:
    """Notice sources that fell silent or speak again; write down refused pushes, delete old ones. What lies here unread and
    what can be asked comes first: silence is what is left then."""
    now = utcnow()
    sources.read(now=now)
    forward = 0
    for source in selectors.active():
        sources.walk(source=source, now=now)
        forward += sources.watch(source=source, now=now)
    return {"forward": forward, "refused": sources.note_refused(now=now), "forgotten": sources.forget_old(now=now)}


@job("logistics.test_source", queue="channel", soft_limit=60)
def test_source(source_id: int) -> bool:
    """Ask one source whether it knows us."""
    source = TrackingSource.objects.filter(pk=source_id).exclude(secrets="").first()
    return source is not None and sources.test_source(source=source, now=utcnow())

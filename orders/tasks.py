"""Work around orders without a person."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core import longwork
from core.audit import system
from core.clock import utcnow
from core.jobs import job
from orders import selectors
from orders.services import editing, greeting, stages
from orders.services.importing import running, uploads

INTAKE = system("intake")
CHUNK = 2000


@job("orders.rematch")
def rematch(item_ids: list[int]) -> int:
    """Look at orders again whose articles were matched."""
    return len(editing.rematch(item_ids=item_ids, actor=INTAKE, now=utcnow()))


@job("orders.rematch_missed", every=120)
def rematch_missed() -> int:
    """Orders that still stand at "to match", or lack their stock, although everything is matched: the news of it was lost."""
    return editing.reassess(order_ids=selectors.matched_but_waiting(CHUNK), actor=INTAKE, now=utcnow())


@job("orders.refresh_stages", every=1800)
def refresh_stages() -> int:
    """Compute anew where every order that is to be sent stands; writes only what differs."""
    changed = 0
    for ids in selectors.to_ship_in_pieces(CHUNK):
        changed += len(stages.restage(order_ids=ids, now=utcnow()))
    return changed


@job("orders.settle_greetings", every=300)
def settle_greetings() -> int:
    """Greetings that a person sent from a draft count."""
    return greeting.settle_greetings(now=utcnow())


longwork.runner(uploads.RUNNER, _("Import of a file"))(running.run)


@job("orders.prune_imports", every=6 * 3600)
def prune_imports() -> int:
    """Delete files that were handed in, and their rejected rows, after the days the policy says."""
    return uploads.prune(now=utcnow())

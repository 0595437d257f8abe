"""Long work of conversations: tellings."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.models import Telling
from conversations.services import telling as services
from core.clock import utcnow
from core.longwork import Work, runner

PERMISSION = "conversations.send_message"


@runner(services.PREPARE, gettext_lazy("Prepare a telling"), permission=PERMISSION)
def prepare_telling(work: Work) -> None:
    """One line a buyer, in pieces; a new worker goes on where the last one stood."""
    telling = Telling.objects.get(pk=work.payload["telling"])
    services.prepare(telling=telling, actor=work.actor, now=utcnow(), work=work)
    work.result(links=_links(telling, _("Look through the buyers")))


@runner(services.TELL, gettext_lazy("Tell buyers"), permission=PERMISSION)
def tell(work: Work) -> None:
    """Tell piece by piece: what is told is told in the transaction that counts it, so a new worker tells nobody twice."""
    telling = Telling.objects.get(pk=work.payload["telling"])
    while ids := services.next_piece(telling):
        with transaction.atomic():
            told, left = services.send_piece(telling=telling, row_ids=ids, actor=work.actor, now=utcnow())
            work.step(told + left, failed=left)
    services.finish(telling=telling, actor=work.actor, now=utcnow())
    work.result(links=_links(telling, _("Who was told, and who was not")))


def _links(telling: Telling, label: str) -> list[dict[str, Any]]:
    return [{"label": label, "url": reverse("conversations:telling", args=[telling.pk])}]

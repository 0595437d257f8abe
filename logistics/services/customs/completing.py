"""Customs data of articles completed in one step: once for each article, whatever number of notes waits for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.audit import Actor
from core.errors import Invalid
from logistics.models import DispatchNote
from logistics.selectors.customs import lists
from logistics.services.dispatch.signing import auto_sign
from products.models import Sku
from products.services.catalogue import change_sku
from worklist import services as worklist

#: The duty to complete what an order lacks before its label.
GAPS_RULE = "logistics.customs_gaps"
#: What may be completed.
FACTS = ("customs_text", "hs_code", "origin", "weight_g", "material", "goods_class")


@transaction.atomic
def complete(*, skus: Iterable[Sku], actor: Actor, now: datetime, **facts: Any) -> list[Sku]:
    """Write the given customs facts to each article (empty ones stay as they are); notes that waited for nothing else are
    signed by rule. Refuses people without the right to change articles, and facts that no customs office could read."""
    given = {name: value for name, value in facts.items() if name in FACTS and value not in (None, "")}
    if not given:
        raise Invalid(
            "nothing_given", _("Enter what is missing."), errors={"customs_text": [str(_("Enter what is missing."))]}
        )
    if "hs_code" in given and not re.fullmatch(r"\d{6,12}", str(given["hs_code"])):
        raise Invalid(
            "bad_hs_code", _("A tariff code has 6 to 12 digits."), errors={"hs_code": [str(_("6 to 12 digits."))]}
        )
    if "origin" in given and not re.fullmatch(r"[A-Z]{2}", str(given["origin"])):
        raise Invalid("bad_origin", _("Two capital letters."), errors={"origin": [str(_("Two capital letters."))]})
    if "weight_g" in given and Decimal(given["weight_g"]) <= 0:
        raise Invalid("bad_weight", _("Above nothing."), errors={"weight_g": [str(_("Above nothing."))]})
    made = [change_sku(sku=sku, actor=actor, now=now, **given) for sku in {s.pk: s for s in skus}.values()]
    notes = DispatchNote.objects.filter(lines__sku__in=made, state__in=lists.BEFORE_LABEL[:1]).distinct()
    auto_sign(notes=list(notes), now=now)
    touched = DispatchNote.objects.filter(lines__sku__in=made, state__in=lists.BEFORE_LABEL).values_list(
        "pk", flat=True
    )
    whole = set(touched) - set(lists.notes_with_gaps().filter(pk__in=set(touched)).values_list("pk", flat=True))
    worklist.close(rule_key=GAPS_RULE, subject_ids=whole, actor=actor, now=now, reason="completed")
    return made

"""Saved ways to read a file."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.models import Store
from core import audit
from core.audit import Actor
from core.errors import Invalid, NotAllowed
from core.reach import need_reach
from orders.models import ImportProfile
from orders.reading.errors import Refused
from orders.reading.plan import Plan
from orders.services.importing.results import file_refusal

BUILT_IN = ("generic", "aliexpress")


def _need(actor: Actor, store_id: int | None, now: datetime) -> None:
    if not actor.has_perm("orders.import_order"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    need_reach(actor, [store_id], now)


def plan_of(name: str, store: Store | None, kind: str = "orders") -> Plan:
    """The plan of a profile: "" and ``generic`` (headings of the contract, loosely matched), ``aliexpress``, or the name of a
    saved one (the store's own before the house's). Refuses an unknown name.
    """
    if name in ("", *BUILT_IN):
        return Plan(kind=kind, base=name or "generic")
    found = profile_named(name, store)
    if found is None:
        raise file_refusal(Refused("profile_unknown", value=name[:60]))
    return Plan(kind=kind, base=found.base, mapping=dict(found.mapping), options=dict(found.options))


def profile_named(name: str, store: Store | None) -> ImportProfile | None:
    """A saved profile the store may use: its own, else the house's."""
    rows = ImportProfile.objects.filter(Q(store=store) | Q(store__isnull=True), name=name)
    return min(rows, key=lambda row: row.store_id is None, default=None)


def save_profile(*, name: str, store: Store | None, plan: Plan, actor: Actor, now: datetime) -> ImportProfile:
    """Keep ``plan`` under ``name`` for the store (None: for all). The same name again replaces what it held.

    Refuses an empty name, those of the built-in profiles, and stores in which the actor does not work (None: all).
    """
    _need(actor, store.pk if store else None, now)
    name = " ".join(name.split())
    if not name or len(name) > 80 or name in BUILT_IN:
        raise Invalid("bad_name", _("A profile needs a name of its own, at most 80 characters."),
                      errors={"name": [str(_("1 to 80 characters, not generic or aliexpress."))]})  # fmt: skip
    options = dict(plan.options) if plan.kind == "orders" else {**plan.options, "kind": plan.kind}
    with transaction.atomic():
        held = ImportProfile.objects.select_for_update().filter(name=name, store=store).first()
        if held is not None and (held.base, held.mapping, held.options) == (plan.base, plan.mapping, options):
            return held
        profile = held or ImportProfile(name=name, store=store, created_at=now)
        profile.base, profile.mapping, profile.options = plan.base, plan.mapping, options
        profile.save()
        audit.record(profile, "profile.save", actor=actor, now=now, text=gettext_noop("Profile saved"))
    return profile


def change_profile(
    *, profile: ImportProfile, actor: Actor, now: datetime, name: str, mapping: dict, options: dict
) -> ImportProfile:
    """Correct a saved profile. Refuses a name that another profile of the same store has."""
    _need(actor, profile.store_id, now)
    with transaction.atomic():
        held = ImportProfile.objects.select_for_update().get(pk=profile.pk)
        taken = ImportProfile.objects.filter(name=name, store=held.store).exclude(pk=held.pk).exists()
        if taken or not name.strip() or name in BUILT_IN:
            raise Invalid(
                "bad_name",
                _("There already is a profile of this name."),
                errors={"name": [str(_("Choose another name."))]},
            )
        if (held.name, held.mapping, held.options) != (name, mapping, options):
            held.name, held.mapping, held.options = name, mapping, options
            held.save(update_fields=["name", "mapping", "options"])
            audit.record(held, "profile.change", actor=actor, now=now, text=gettext_noop("Profile changed"))
    return held


def delete_profile(*, profile: ImportProfile, actor: Actor, now: datetime) -> None:
    """Forget a saved profile; imports that used it stay as they are."""
    _need(actor, profile.store_id, now)
    audit.record(
        profile, "profile.delete", actor=actor, now=now, text=gettext_noop("Profile deleted"), name=profile.name
    )
    profile.delete()

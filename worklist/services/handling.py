"""What people do with duties: claim, let go, snooze, finish, hand on."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from accounts.choices import Role
from accounts.models import StoreMember, User
from core import policies as house
from core.audit import SYSTEM, Actor
from core.errors import Conflict, Invalid, Missing, NotAllowed
from core.states import move, move_many
from worklist import policies, rules
from worklist.choices import Doer, DutyState
from worklist.models import Duty


def claim(*, duty: Duty, actor: Actor, now: datetime) -> Duty:
    """Take the duty: one person holds it at a time, until it is done, let go, or no sign of life came for some minutes.

    Claiming again renews. Refuses programs, other roles' duties, and a duty that somebody else holds (who is named).
    """
    if actor.user_id is None:
        raise NotAllowed("person_needed", _("Only a person can take a duty."))
    with transaction.atomic():
        held = _locked(duty, actor)
        until = now + timedelta(minutes=house.value(policies.CLAIM_MINUTES, now))
        if held.state == DutyState.CLAIMED:
            if held.owner_id == actor.user_id:
                Duty._base_manager.filter(pk=held.pk).update(claim_until=until)
                held.claim_until = until
                return held
            if held.claim_until is None or held.claim_until > now:
                raise Conflict("claimed", _("%(who)s is on it."), who=held.owner.label if held.owner else "")
            move(held, "unclaim", actor=SYSTEM, now=now, owner=None, claim_until=None)
        move(held, "claim", actor=actor, now=now, owner=_person(actor.user_id), claim_until=until)
    return held


def unclaim(*, duty: Duty, actor: Actor, now: datetime) -> Duty:
    """Let the duty go. Refuses what somebody else holds, unless the actor may assign."""
    with transaction.atomic():
        held = _locked(duty, actor)
        if (
            held.state == DutyState.CLAIMED
            and held.owner_id != actor.user_id
            and not actor.has_perm("worklist.assign_duty")
        ):
            raise NotAllowed("not_yours", _("%(who)s is on it."), who=held.owner.label if held.owner else "")
        move(held, "unclaim", actor=actor, now=now, owner=None, claim_until=None)
    return held


def beat(*, actor: Actor, now: datetime) -> int:
    """A sign of life of the person's page: all own claims are renewed; answers how many."""
    until = now + timedelta(minutes=house.value(policies.CLAIM_MINUTES, now))
    return Duty._base_manager.filter(state=DutyState.CLAIMED, owner_id=actor.user_id, claim_until__isnull=False).update(
        claim_until=until
    )


def free_claims(*, now: datetime) -> int:
    """Give back what was claimed and left alone (a closed browser), and what is held by somebody who has left, or does such
    duties or works in its store no longer. Rows somebody is working on are passed over."""
    member = StoreMember.objects.filter(user_id=OuterRef("owner_id"), store_id=OuterRef("store_id"))
    gone = Q(owner__is_active=False) | (Q(owner__all_stores=False, store__isnull=False) & ~Q(Exists(member)))
    for role in Role.values:
        gone |= Q(owner__role=role) & ~Q(role__in=["", *rules.roles_seen(role)])
    with transaction.atomic():
        held = Duty._base_manager.filter(state=DutyState.CLAIMED)
        dead = held.filter(Q(claim_until__lt=now) | gone).order_by("pk")
        rows = list(dead.select_for_update(skip_locked=True, of=("self",))[:1000])
        moved, _refused = move_many(rows, "unclaim", actor=SYSTEM, now=now, owner=None, claim_until=None)
    return len(moved)


def assign(*, duty: Duty, person: User, actor: Actor, now: datetime) -> Duty:
    """Give the duty to ``person``; it stays with that person until done. Needs the right to assign and a person who
    works in the store and in a role that sees such duties."""
    if not actor.has_perm("worklist.assign_duty"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    if (
        not person.is_active
        or duty.role not in rules.roles_seen(person.role)
        or not person.actor.may_see_store(duty.store_id or 0)
    ):
        raise Invalid("wrong_person", _("%(who)s does not do such duties."), who=person.label)
    with transaction.atomic():
        held = _locked(duty, actor)
        if held.state == DutyState.CLAIMED:
            move(held, "unclaim", actor=actor, now=now, owner=None, claim_until=None)
        if held.state == DutyState.SNOOZED:
            move(held, "open", actor=actor, now=now, snoozed_until=None)
        move(held, "claim", actor=actor, now=now, owner=person, claim_until=None)
    return held


def snooze(*, duty: Duty, until: datetime, reason: str, actor: Actor, now: datetime) -> Duty:
    """Put the duty away until a time, saying why. Refuses the past, more than 60 days, and what somebody else holds."""
    if until <= now:
        raise Invalid(
            "in_the_past", _("Choose a time that is still to come."), errors={"until": [_("This time has passed.")]}
        )
    if until > now + timedelta(days=60):
        raise Invalid("too_far", _("Choose a time within 60 days."), errors={"until": [_("At most 60 days.")]})
    with transaction.atomic():
        held = _own(_locked(duty, actor), actor, now)
        move(
            held, "snooze", actor=actor, now=now, reason=reason,
            snoozed_until=until, owner=None, claim_until=None,
        )  # fmt: skip
        Duty._base_manager.filter(pk=held.pk).update(reason=reason[:300])
        held.reason = reason[:300]
    return held


def wake(*, now: datetime) -> int:
    """Open what was snoozed until now."""
    with transaction.atomic():
        due = Duty._base_manager.filter(state=DutyState.SNOOZED, snoozed_until__lte=now).order_by("pk")
        rows = list(due.select_for_update(skip_locked=True)[:1000])
        moved, _refused = move_many(rows, "open", actor=SYSTEM, now=now, snoozed_until=None)
    return len(moved)


def done(*, duty: Duty, actor: Actor, now: datetime, reason: str = "") -> Duty:
    """End the duty by hand, saying how. It comes back some hours later if its reason is still there. Refuses a duty of
    the clock that is not stuck, and what somebody else holds."""
    if not reason.strip():
        raise Invalid("reason_needed", _("Say why: a reason is needed."), errors={"reason": [_("Say why.")]})
    with transaction.atomic():
        held = _own(_locked(duty, actor), actor, now)
        if held.state == DutyState.PLANNED:
            raise Conflict("clock_does_it", _("The clock does this by itself when its time has come."))
        move(held, "done", actor=actor, now=now, reason=reason, owner=_person(actor.user_id), claim_until=None)
        held.reason = reason[:300]
        if actor.user_id is None:
            held.facts = {**held.facts, "by_program": True}
        held.save(update_fields=["reason", "facts"])
    return held


#: Only what was just ended or put away by hand can be taken back.
BACK_HOURS = 1


def take_back(*, duty: Duty, actor: Actor, now: datetime) -> Duty:
    """Open again what the actor just marked as done or put away. Refuses what somebody else ended, what is older than an
    hour, and a duty that has come back by itself meanwhile."""
    with transaction.atomic():
        held = _locked(duty, actor)
        if held.state == DutyState.SNOOZED:
            move(held, "open", actor=actor, now=now, snoozed_until=None)
            return held
        mine = held.state == DutyState.DONE and held.owner_id == actor.user_id and actor.user_id is not None
        if not mine or held.closed_at is None or held.closed_at < now - timedelta(hours=BACK_HOURS):
            raise Conflict("undo_expired", _("This can no longer be taken back."))
        same = Duty._base_manager.filter(rule=held.rule, subject_type=held.subject_type, subject_id=held.subject_id)
        if same.filter(closed_at__isnull=True).exists():
            raise Conflict("came_back", _("It has come back by itself already."))
        move(held, "reopen", actor=actor, now=now, owner=None, closed_at=None)
        Duty._base_manager.filter(pk=held.pk).update(reason="")
        held.reason = ""
    return held


def retry(*, duty: Duty, actor: Actor, now: datetime) -> Duty:
    """Let the clock try again what was stuck. Refuses duties of people."""
    with transaction.atomic():
        held = _own(_locked(duty, actor), actor, now)
        if held.doer != Doer.CLOCK:
            raise Conflict("not_clockwork", _("This is done by a person, not by the clock."))
        move(
            held, "retry", actor=actor, now=now, attempts=0, due_at=now, owner=None, claim_until=None, last_error="",
        )  # fmt: skip
    return held


def _locked(duty: Duty, actor: Actor) -> Duty:
    if not actor.has_perm("worklist.work_duty"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    held = Duty._base_manager.select_for_update(of=("self",)).select_related("owner").filter(pk=duty.pk).first()
    if held is None or (held.store_id is not None and not actor.may_see_store(held.store_id)):
        raise Missing("gone", _("This no longer exists."))
    if not actor.is_system and held.role and held.role not in rules.roles_seen(actor.role):
        raise NotAllowed("other_role", _("This duty belongs to another role."))
    return held


def _own(held: Duty, actor: Actor, now: datetime) -> Duty:
    others = held.state == DutyState.CLAIMED and held.owner_id != actor.user_id
    expired = held.claim_until is not None and held.claim_until <= now
    if others and not expired and not actor.has_perm("worklist.assign_duty"):
        raise Conflict("claimed", _("%(who)s is on it."), who=held.owner.label if held.owner else "")
    return held


def _person(user_id: int | None) -> User | None:
    return None if user_id is None else User(pk=user_id)

"""Reads of the worklist: what a person sees on Today, in which order, and how much of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django_scopes import scope, scopes_disabled

from accounts.choices import Role
from accounts.models import User
from accounts.selectors import colleagues
from core.audit import Actor, subject_type
from core.clock import end_of_day, start_of_day
from core.counts import CAP
from core.errors import Missing
from core.listing.base import LISTINGS, Listing
from core.models import ActivityEntry
from worklist import rules
from worklist.choices import VISIBLE, Band, Doer, DutyState, Group
from worklist.models import Duty
from worklist.registry import RULES

PAGE = 50


@dataclass(frozen=True)
class Question:
    """What Today is asked: whose duties, which group or rule, in which order, after which line."""

    whose: str = "do"
    group: str = ""
    rule: str = ""
    order: str = "day"
    after: str = ""


@dataclass(frozen=True)
class Bulk:
    """Several open duties of one rule as one line."""

    rule: str
    count: int
    due_at: datetime
    rank: Any
    stake_house: Any
    band: int
    group: str

    def with_more(self, other: Bulk) -> Bulk:
        """Both as one line."""
        stakes = [b.stake_house for b in (self, other) if b.stake_house is not None]
        return replace(
            self, count=self.count + other.count, due_at=min(self.due_at, other.due_at), rank=max(self.rank, other.rank),
            stake_house=sum(stakes) if stakes else None,
        )  # fmt: skip


@dataclass
class Page:
    """A page of Today: bulk lines (first page only), duties, and the mark of the next page ("" at the end)."""

    bulks: list[Bulk] = field(default_factory=list)
    duties: list[Duty] = field(default_factory=list)
    next: str = ""


def duties_for(actor: Actor) -> QuerySet[Duty]:
    """The duties the actor's role sees in the actor's stores (house matters included)."""
    rows = Duty._base_manager.filter(role__in=rules.roles_seen(actor.role)) if actor.role else Duty._base_manager.all()
    if actor.store_ids is not None:
        rows = rows.filter(Q(store_id__in=actor.store_ids) | Q(store_id__isnull=True))
    return rows.select_related("store", "owner")


def duty(actor: Actor, pk: int) -> Duty:
    """One duty the actor sees; raises ``Missing``."""
    found = duties_for(actor).filter(pk=pk).first()
    if found is None:
        raise Missing("not_found", _("There is no such entry, or it is not yours to see."))
    return found


def open_duties(actor: Actor, whose: str = "do") -> QuerySet[Duty]:
    """What is to be done. ``whose``: do (mine and unclaimed), mine, unclaimed, team."""
    return duties_for(actor).filter(_whose(actor, whose), state__in=VISIBLE)


def _whose(actor: Actor, whose: str) -> Q:
    first, *more = _owners(actor, whose)
    return first | more[0] if more else first


def bulk_rules() -> list[str]:
    """Rules whose open lines stand together."""
    return [key for key, rule in RULES.items() if rule.bulk_line]


def page(actor: Actor, question: Question) -> Page:
    """One page of Today in the order asked for; three queries whatever the number of duties.

    The order of the day goes by group, what cannot be undone today first; the order by risk goes by band, then by
    expected loss avoided per minute. Lines of rules that are done together are one line each on the first page.
    """
    rows = _grouped(duties_for(actor).filter(state__in=VISIBLE), question).select_related(None)
    found = Page()
    together = [] if question.rule else bulk_rules()
    if together:
        found.bulks, alike = _bulks(rows, together, _owners(actor, question.whose))
        if question.after:
            found.bulks = []
        rows = rows.exclude(rule__in=alike)
    order = _order(question.order)
    listed = _first(_after(rows, order, question.after), order, _pieces(actor, question))
    found.duties = _with_owners(listed[:PAGE], actor)
    if len(listed) > PAGE:
        found.next = _mark(found.duties[-1], order)
    return found


def _pieces(actor: Actor, question: Question) -> list[Q]:
    """The question in parts that an index serves in order: each role, and in the order of the day each owner, on its own."""
    roles = [Q(role=role) for role in rules.roles_seen(actor.role)]
    owners = _owners(actor, question.whose) if question.order != "risk" else [_whose(actor, question.whose)]
    return [role & owner for role in roles or [Q()] for owner in owners]


def _owners(actor: Actor, whose: str) -> list[Q]:
    """Whose duties are asked for, each owner on its own."""
    if whose == "team":
        return [Q()]
    mine, nobody = Q(owner_id=actor.user_id) if actor.user_id else Q(pk__in=[]), Q(owner__isnull=True)
    return {"mine": [mine], "unclaimed": [nobody]}.get(whose, [mine, nobody])


def _first(rows: QuerySet[Duty], order: Sequence[tuple[str, str]], asked: Sequence[Q]) -> list[Duty]:
    """The first rows and one more. Each part is asked on its own, so that an index serves the order, then they are merged."""
    names = [name for name, _field in order]
    if len(asked) == 1:
        return list(rows.filter(asked[0]).order_by(*names)[: PAGE + 1])
    pieces = [rows.filter(part).order_by(*names).values_list("pk", flat=True)[: PAGE + 1] for part in asked]
    ids = list(
        pieces[0].union(*pieces[1:], all=True)
    )  # as a part of the statement below it would be a join without estimate
    return list(Duty._base_manager.filter(pk__in=ids).order_by(*names)[: PAGE + 1])


def _with_owners(rows: list[Duty], actor: Actor) -> list[Duty]:
    """The rows, those of colleagues with their owner: each colleague is read once, the actor not at all."""
    if colleagues_held := {row.owner_id for row in rows} - {None, actor.user_id}:
        owners = User.objects.in_bulk(colleagues_held)
        for row in rows:
            if row.owner_id in owners:
                row.owner = owners[row.owner_id]
    return rows


def _grouped(rows: QuerySet[Duty], question: Question) -> QuerySet[Duty]:
    if question.rule:
        rows = rows.filter(rule=question.rule)
    if question.group == "0":
        rows = rows.filter(band=Band.TODAY)
    elif question.group in Group.values:
        rows = rows.filter(group=question.group)
    return rows


def _bulks(rows: QuerySet[Duty], keys: Sequence[str], asked: Sequence[Q]) -> tuple[list[Bulk], list[str]]:
    """The lines that stand for several, and the rules whose duties they stand for. Each part is counted on its own in the index
    that holds all it takes; a clerk may hold thousands."""
    parts = [
        rows.filter(part, rule__in=keys).order_by().values("rule", "group", "band").annotate(
            n=Count("*"), due=Min("due_at"), best=Max("rank"), stake=Sum("stake_house")
        )
        for part in asked
    ]  # fmt: skip
    counted: dict[tuple[str, str, int], Bulk] = {}
    for r in parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]:
        line = Bulk(r["rule"], r["n"], r["due"], r["best"], r["stake"], r["band"], r["group"])
        same = counted.get((line.rule, line.group, line.band))
        counted[line.rule, line.group, line.band] = line if same is None else same.with_more(line)
    alike = {
        b.rule for b in counted.values() if b.count > 1
    }  # of such a rule none stands alone, or it would stand nowhere
    found = [b for b in counted.values() if b.rule in alike]
    return sorted(found, key=lambda b: (b.band, b.group, b.due_at)), sorted(alike)


#: Sort columns of the two orders; the first page and the following ones read the same index.
_BY_RISK = (("band", "band"), ("-rank", "rank"), ("due_at", "due_at"), ("pk", "pk"))
_BY_DAY = (("group", "group"), ("due_at", "due_at"), ("pk", "pk"))


def _order(name: str) -> tuple[tuple[str, str], ...]:
    return _BY_RISK if name == "risk" else _BY_DAY


def _mark(row: Duty, order: Sequence[tuple[str, str]]) -> str:
    return "|".join(
        str(v.isoformat() if isinstance(v, datetime) else v) for v in (getattr(row, field) for _n, field in order)
    )


def _after(rows: QuerySet[Duty], order: Sequence[tuple[str, str]], mark: str) -> QuerySet[Duty]:
    """Rows behind the marked one; a mark nobody made is read as none."""
    values = mark.split("|") if mark else []
    if len(values) != len(order):
        return rows
    try:
        fields = [Duty._meta.pk if name == "pk" else Duty._meta.get_field(name) for _sort, name in order]
        clean = [source.to_python(value) for source, value in zip(fields, values, strict=True)]  # type: ignore[union-attr]
    except Exception:
        return rows
    wanted, same = Q(pk__in=[]), Q()
    for (sort, name), value in zip(order, clean, strict=True):
        wanted |= same & Q(**{f"{name}__{'lt' if sort.startswith('-') else 'gt'}": value})
        same &= Q(**{name: value})
    return rows.filter(wanted)


@dataclass(frozen=True)
class Counts:
    """Figures beside the groups: all, due today and final, by group (each at most one above the cap), minutes of work."""

    total: int
    today: int
    groups: dict[str, int]
    minutes: int = 0


def group_counts(actor: Actor, whose: str) -> Counts:
    """The figures of the left pane in one query over at most ``CAP + 1`` rows."""
    capped = (
        open_duties(actor, whose).order_by().select_related(None).values_list("group", "band", "minutes")[: CAP + 1]
    )
    inner, values = capped.query.sql_with_params()
    figures = 'SELECT "group", count(*), count(*) FILTER (WHERE band = 0), sum(minutes)'
    statement = f'{figures} FROM ({inner}) AS seen GROUP BY "group"'
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    return Counts(
        sum(n for _g, n, _f, _m in rows), sum(final for _g, _n, final, _m in rows), {g: n for g, n, _f, _m in rows},
        int(sum(minutes for *_row, minutes in rows)),
    )  # fmt: skip


def open_count(actor: Actor) -> int:
    """Lines on the actor's Today (for the menu; capped)."""
    return int(open_duties(actor).select_related(None).order_by()[: CAP + 1].count())


@dataclass(frozen=True)
class Load:
    """Work ahead: lines, minutes, and how many of them are due before the working day can reach them."""

    count: int
    minutes: int
    late: int


def tomorrow(actor: Actor, now: datetime, zone: str) -> Load:
    """What is due tomorrow in the person's zone (open, and planned for people), with the work it takes."""
    begin = end_of_day(now, zone)
    until = end_of_day(begin + timedelta(hours=12), zone)
    alive = Q(state__in=VISIBLE) | Q(state=DutyState.SNOOZED)
    rows = duties_for(actor).filter(alive, doer=Doer.PERSON, due_at__gt=begin, due_at__lte=until)
    found = rows.aggregate(n=Count("pk"), minutes=Sum("minutes"))
    late = open_duties(actor).filter(due_at__lt=now).count()
    return Load(found["n"], int(found["minutes"] or 0), late)


def done_today(actor: Actor, now: datetime, zone: str) -> int:
    """Duties of people that were done today by the actor, or by the house where the actor's role is concerned."""
    rows = duties_for(actor).filter(doer=Doer.PERSON, state=DutyState.DONE, closed_at__gte=start_of_day(now, zone))
    return int(rows.filter(Q(owner_id=actor.user_id) | Q(owner__isnull=True)).count())


def brief_of(kind: str, ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """The living duties about each subject as a row shows them, in one query."""
    rows = Duty._base_manager.filter(subject_type=kind, subject_id__in=ids, closed_at__isnull=True).order_by(
        "due_at", "pk"
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for subject, pk, rule, state, doer, due in rows.values_list("subject_id", "pk", "rule", "state", "doer", "due_at"):
        found.setdefault(subject, []).append({"id": str(pk), "rule": rule, "state": state, "doer": doer, "due_at": due})
    return found


def people_for_duty(found: Duty) -> QuerySet[User]:
    """Active colleagues whose role sees the duty and who work in its store."""
    ids = {
        pk for role in Role.values if found.role in rules.roles_seen(role)
        for pk in colleagues(role, found.store_id).values_list("pk", flat=True)
    }  # fmt: skip
    return User.objects.filter(pk__in=ids).order_by("username")


def overdue_clockwork(now: datetime, grace: timedelta) -> QuerySet[Duty]:
    """Duties of the clock that should have been done ``grace`` ago."""
    return Duty._base_manager.filter(state=DutyState.PLANNED, due_at__lt=now - grace).order_by("due_at")


def forgotten_claims(now: datetime, grace: timedelta) -> QuerySet[Duty]:
    """Claims that ended ``grace`` ago and still hold."""
    return Duty._base_manager.filter(state=DutyState.CLAIMED, claim_until__lt=now - grace)


def ownerless_claims() -> QuerySet[Duty]:
    """Claimed duties that nobody holds, and open ones somebody does."""
    return Duty._base_manager.filter(
        Q(state=DutyState.CLAIMED, owner__isnull=True) | Q(state=DutyState.OPEN, owner__isnull=False)
    )


def strangers() -> QuerySet[Duty]:
    """Living duties of rules that no longer exist: nobody would ever do them."""
    return Duty._base_manager.filter(closed_at__isnull=True).exclude(rule__in=list(RULES))


# --- who is named in notes -------------------------------------------------------------------------------------------

#: So many colleagues are suggested, out of so many asked whether they see the object.
SUGGESTED, ASKED = 8, 40


def _listing_of(kind: str) -> Listing | None:
    """The list in which objects of this kind stand and have a page."""
    found = (one for one in LISTINGS.values() if one.detail_url and subject_type(one.model) == kind)
    return next(found, None)


def sees(actor: Actor, kind: str, pk: int) -> bool:
    """Whether the actor's role and stores let them see the object."""
    listing = _listing_of(kind)
    if listing is None or not actor.has_perm(listing.permission) or not actor.has_perm("worklist.view_duty"):
        return False
    with scopes_disabled() if actor.store_ids is None else scope(store=sorted(actor.store_ids)):
        return listing.queryset(actor).filter(pk=pk).exists()


def name_of(kind: str, pk: int) -> str:
    """What the object is called."""
    listing = _listing_of(kind)
    obj = listing.model._base_manager.filter(pk=pk).first() if listing else None
    return listing.label_of(obj)[:80] if listing and obj else ""


def address_of_note(entry_id: int, actor: Actor) -> str:
    """The page of what a note is about; "" when there is no such note or the actor does not see its object."""
    note = ActivityEntry.objects.filter(pk=entry_id, verb="note").first()
    listing = _listing_of(note.subject_type) if note else None
    if note is None or listing is None or not sees(actor, note.subject_type, note.subject_id):
        return ""
    return listing.detail_address(note.subject_id)


def people_called(logins: Iterable[str]) -> list[User]:
    """Who works here under these logins (small letters)."""
    people = User.objects.filter(is_active=True).annotate(login=Lower("username"))
    return list(people.filter(login__in=list(logins)).order_by("pk"))


def may_be_named(actor: Actor, *, listing: str, pk: int, typed: str) -> list[User]:
    """Colleagues whose login or name holds what was typed and who see the object; nobody when the actor does not see it."""
    found = LISTINGS.get(listing)
    if found is None or "\x00" in typed or not sees(actor, subject_type(found.model), pk):
        return []
    people = User.objects.filter(is_active=True).exclude(pk=actor.user_id or 0)
    if typed:
        people = people.filter(Q(username__icontains=typed) | Q(display_name__icontains=typed))
    likely = people.order_by("username")[:ASKED]
    return [p for p in likely if sees(p.actor, subject_type(found.model), pk)][:SUGGESTED]

"""The weight witness at work: what a sealed parcel keeps as proof, pairs that look exchanged, learning from what left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit, copying
from core.audit import Actor
from core.errors import Conflict, NotAllowed
from logistics.choices import ParcelState, WeightAnswer
from logistics.models import Parcel, ParcelLine, ParcelMaterial, WeightBelief
from logistics.rules import witness as rules
from logistics.selectors import witness as reads
from worklist import services as worklist

MIRROR_RULE = "logistics.mirror"


def keep_proof(parcel: Parcel, verdict: rules.Verdict, codes: dict[int, str]) -> None:
    """Write on the parcel what the scale said: expected weight, spread, answer, causes by article code. Does not save."""
    weighed = parcel.weight_g is not None
    parcel.expected_g, parcel.spread_g = round(verdict.expected), Decimal(str(round(verdict.spread, 2)))
    parcel.weight_answer = verdict.answer if weighed else ""
    parcel.weight_causes = [
        {"article": codes.get(cause.line, ""), "pieces": cause.pieces, "chance": round(cause.chance, 2)}
        for cause in (verdict.causes if weighed else ())
    ]
    parcel.mirror, parcel.mirror_cleared_at = None, None


def look_for_mirror(*, parcel: Parcel, actor: Actor, now: datetime) -> Parcel | None:
    """Stop this sealed parcel and another of its batch when their labels look exchanged; answers the other one (RMD-10
    before the parcel leaves, not after the buyer complained)."""
    if parcel.weight_g is None or parcel.weight_answer == WeightAnswer.UNSURE:
        return None
    pairs = rules.mirrors(reads.batch_of(parcel, now))
    pair = next((p for p in pairs if parcel.pk in (p.first, p.second)), None)
    if pair is None:
        return None
    mate = (
        pair.second if pair.first == parcel.pk else pair.first
    )  # it may be of a store in which the packer does not work
    other = Parcel._base_manager.select_for_update(of=("self",)).filter(pk=mate, state=ParcelState.PACKED).first()
    if other is None:  # it left in this moment
        return None
    for one, another in ((parcel, other), (other, parcel)):
        one.mirror, one.mirror_cleared_at = another, None
        one.save(update_fields=["mirror", "mirror_cleared_at"])
        audit.record(
            one, "parcel.mirror", actor=actor, now=now, text=gettext_noop("Its weight fits %(other)s: labels exchanged?"),
            other=another.number,
        )  # fmt: skip
    worklist.plan(rule_key=MIRROR_RULE, subject_ids=[parcel.pk, other.pk], now=now)
    return other


def forget_mirror(*, parcel: Parcel, actor: Actor, now: datetime) -> None:
    """A parcel of a pair was opened again: sealed anew it is weighed and looked at anew, and so is the other."""
    pair = [parcel.pk, *([parcel.mirror_id] if parcel.mirror_id else [])]
    rows = Parcel._base_manager.filter(pk__in=pair, mirror__in=pair)
    if rows.update(mirror=None, mirror_cleared_at=None):
        worklist.close(rule_key=MIRROR_RULE, subject_ids=pair, actor=actor, now=now, reason="opened again")


@transaction.atomic
def confirm_labels(*, parcel: Parcel, actor: Actor, now: datetime) -> Parcel:
    """Somebody opened both parcels of a pair and found the labels right: both may leave. Refuses people who may not pack, and
    a parcel that is in no pair."""
    if not actor.has_perm("logistics.pack_parcel"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    pair = sorted(filter(None, (parcel.pk, parcel.mirror_id)))
    rows = list(Parcel._base_manager.select_for_update(of=("self",)).filter(pk__in=pair).order_by("pk"))
    held = next(row for row in rows if row.pk == parcel.pk)
    if held.mirror_id is None:
        raise Conflict("no_mirror", _("This parcel is in no pair that looks exchanged."))
    for row in rows:
        if row.mirror_id in pair and row.mirror_cleared_at is None and row.state == ParcelState.PACKED:
            row.mirror_cleared_at = now
            row.save(update_fields=["mirror_cleared_at"])
            audit.record(
                row, "parcel.labels_right", actor=actor, now=now, text=gettext_noop("Opened: the label is right")
            )
    worklist.close(rule_key=MIRROR_RULE, subject_ids=pair, actor=actor, now=now, reason="labels are right")
    return held


@transaction.atomic
def learn(*, limit: int, now: datetime) -> int:
    """Move what articles and packing are believed to weigh by the parcels that left since, oldest first; answers how many.
    Each parcel is learned from once. Seven statements for any number of parcels."""
    copying.lock("witness.learn")  # two workers at once would forget each other's parcels
    parcels = reads.to_learn(limit)
    if not parcels:
        return 0
    inside: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    weights = {}
    lines = ParcelLine._base_manager.filter(parcel__in=parcels)
    for parcel_id, sku_id, quantity, grams in lines.values_list("parcel_id", "sku_id", "quantity", "sku__weight_g"):
        inside[parcel_id][sku_id] += quantity
        weights[sku_id] = grams
    materials: dict[int, list[tuple[int, int]]] = defaultdict(list)
    used = ParcelMaterial._base_manager.filter(parcel__in=parcels).order_by("pk")
    for parcel_id, sku_id, pieces, grams in used.values_list("parcel_id", "sku_id", "pieces", "sku__weight_g"):
        materials[parcel_id].append((sku_id, pieces))
        weights[sku_id] = grams
    held = reads.Beliefs(weights, [sku for rows in materials.values() for sku, _pieces in rows], now)
    learned = _Learned(held, now)
    for parcel in parcels:
        learned.take(parcel, inside[parcel.pk], materials[parcel.pk])
    learned.save()
    Parcel._base_manager.filter(pk__in=[parcel.pk for parcel in parcels]).update(weight_learned_at=now)
    return len(parcels)


class _Learned:
    """Beliefs as they move along a row of parcels."""

    def __init__(self, held: reads.Beliefs, now: datetime) -> None:
        self.held, self.now, self.noise = held, now, reads.noise(now)
        self.moved: dict[int | None, rules.Belief] = {}
        self.seen: dict[int | None, int] = defaultdict(int)

    def take(self, parcel: Parcel, inside: dict[int, int], materials: list[tuple[int, int]]) -> None:
        """Learn from one parcel. What the scale doubted counts only when a person looked and found it right."""
        doubted = parcel.weight_answer in (WeightAnswer.LIGHT, WeightAnswer.HEAVY)
        if not inside or parcel.weight_g is None or (doubted and "weight" not in parcel.checks):
            return
        parts = [rules.Part(sku, n, self.moved.get(sku) or self.held.article(sku)) for sku, n in inside.items()]
        if materials and materials[0][1] > 1:
            return  # two cartons: which of them holds the filling is not known
        parts += [rules.Part(sku, n, self.moved.get(sku) or self.held.further(sku)) for sku, n in materials[1:]]
        inside_of = materials[0][0] if materials else None
        bag = self.moved.get(inside_of) or self.held.packing(inside_of)
        after, packing = rules.learn(parts, bag, float(parcel.weight_g), noise=self.noise, surprised=doubted)
        for key, belief in [*after.items(), (inside_of, packing)]:
            self.moved[key] = belief
            self.seen[key] += 1

    def save(self) -> None:
        """Write what moved."""
        rows = [self._row(key, belief) for key, belief in self.moved.items()]
        fields = ["mean_g", "variance", "seen", "updated_at"]
        WeightBelief.objects.bulk_update([row for row in rows if row.pk], fields)
        WeightBelief.objects.bulk_create([row for row in rows if not row.pk])

    def _row(self, key: int | None, belief: rules.Belief) -> WeightBelief:
        row = self.held.rows.get(key) or WeightBelief(sku_id=key)
        row.mean_g, row.variance, row.updated_at = belief.mean, belief.variance, self.now
        row.seen += self.seen[key]
        return row


def stopped_pairs(parcels: Iterable[Parcel]) -> dict[int, str]:
    """Parcels that must not leave because they look exchanged: key -> number of the other one."""
    found = [p for p in parcels if p.mirror_id and p.mirror_cleared_at is None]
    numbers = dict(Parcel._base_manager.filter(pk__in=[p.mirror_id for p in found]).values_list("pk", "number"))
    return {p.pk: numbers.get(p.mirror_id or 0, "") for p in found}

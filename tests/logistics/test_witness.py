"""The weight witness at the packing table: what it says, what it keeps, what it learns, and which parcels it stops."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from core import policies
from core.audit import SYSTEM
from core.errors import Conflict, NotAllowed
from core.scope import acting_scope
from logistics.models import DispatchNote, Parcel, PrintBatch, PrintLog, WeightBelief
from logistics.services import counter, packing, shipping, witness
from tests.factories import dispatch as make
from tests.factories.accounts import make_person
from worklist.models import Duty

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_rule_signs")]
NOW = make.NOW
_keys = itertools.count(1)
CHECKS = ("check:quality", "check:colour", "check:address")


def put_on_table(note: DispatchNote, *codes: str) -> list[packing.Scanned]:
    """The one packer of the test scans a note and codes."""
    known = User.objects.filter(username="packer").first()
    packer = (known or make_person("warehouse", username="packer", all_stores=True)).actor
    return [
        packing.scan(code=code, key=f"w{next(_keys)}", actor=packer, now=NOW, note_id=note.pk)
        for code in (note.number, *codes)
    ]


def released(code: str, grams: int, pieces: int = 1, **facts: Any) -> DispatchNote:
    """A released note of one article."""
    return make.released(lines=[(make.article(code, weight_g=Decimal(grams), **facts), pieces)])


@pytest.mark.covers("DSP-09")
def test_a_light_parcel_names_the_missing_piece_and_waits_for_a_look() -> None:
    note = released("NK-117", 42, pieces=3)
    label = make.number_of(note)
    *_, weighed, refused = put_on_table(note, "3*NK-117", *CHECKS, "weight:104", label)
    assert (weighed.code, weighed.result) == ("weighed_missing", "warn")
    assert "42 g too light" in weighed.sentence and "NK-117" in weighed.sentence
    assert refused.code == "checks_missing"
    *_, looked, sealed = put_on_table(note, "check:weight", label)
    assert (looked.code, sealed.code) == ("check_on", "packed")
    parcel = Parcel.objects.get(note=note)
    assert (parcel.weight_answer, parcel.expected_g) == ("light", 146)
    assert parcel.weight_causes[0]["article"] == "NK-117" and parcel.weight_causes[0]["pieces"] == -1
    assert parcel.checks["weight"]["by"]


def test_weighing_again_takes_the_doubt_back() -> None:
    note = released("NK-117", 42, pieces=3)
    label = make.number_of(note)
    answers = put_on_table(
        note, "3*NK-117", *CHECKS, "weight:104", "check:weight", "weight:103", label, "weight:147", label
    )
    assert [a.code for a in answers[-5:]] == ["check_on", "weighed_missing", "checks_missing", "weighed", "packed"]
    assert "weight" not in Parcel.objects.get(note=note).checks


@pytest.mark.parametrize(("grams", "code"), [(196, "weighed_extra"), (700, "weighed_heavy"), (146, "weighed")])
def test_what_the_scale_says(grams: int, code: str) -> None:
    note = released("NK-117", 42, pieces=3)
    assert put_on_table(note, "3*NK-117", *CHECKS, f"weight:{grams}")[-1].code == code


def test_no_doubt_no_question() -> None:
    note = released("NK-117", 42)
    answers = put_on_table(note, "NK-117", *CHECKS, "weight:62", "check:weight")
    assert answers[-1].code == "no_such_check"


def test_a_machine_confirms_what_the_scale_doubts() -> None:
    note = released("NK-117", 42)
    given = {
        "items": {"NK-117": 1},
        "label": make.number_of(note),
        "weight_g": 150,
        "actor": make.person("warehouse"),
        "now": NOW,
    }
    with pytest.raises(Conflict) as refused:
        packing.pack(note=note, checks=["quality", "colour", "address"], key="m1", **given)
    assert refused.value.code == "checks_missing"
    parcel = packing.pack(note=note, checks=["quality", "colour", "address", "weight"], key="m2", **given)
    assert parcel.weight_answer == "heavy" and parcel.checks["weight"]


@pytest.mark.covers("DSP-18")
def test_the_packing_material_is_scanned_and_weighs_what_it_weighs() -> None:
    make.make_sku("BOX-S", weight_g=Decimal(90), packing=True)
    note = released("NK-117", 42)
    answers = put_on_table(note, "NK-117", "BOX-S", *CHECKS, "weight:132", make.number_of(note))
    assert [a.code for a in answers] == [
        "note_open",
        "items_complete",
        "packing_taken",
        *["check_on"] * 3,
        "weighed",
        "packed",
    ]
    parcel = Parcel.objects.get(note=note)
    assert parcel.packing and (parcel.packing.code, parcel.weight_answer) == ("BOX-S", "ok")


def leave(parcels: list[Parcel]) -> None:
    """Hand over and learn."""
    made = shipping.hand_over(parcels=parcels, actor=make.person("warehouse"), now=NOW)
    assert not made.refused
    witness.learn(limit=100, now=NOW)


def test_articles_are_learned_from_what_left_once_and_never_from_an_unseen_doubt() -> None:
    sku = make.article("NK-117", weight_g=None)
    for grams in (85, 83, 86, 84):
        note = make.released(lines=[(sku, 1)])
        put_on_table(note, "NK-117", *CHECKS, f"weight:{grams}", make.number_of(note))
        leave([Parcel.objects.get(note=note)])
    belief = WeightBelief.objects.get(sku=sku)
    assert abs(belief.mean_g - 64.5) < 2 and belief.variance < 15 and belief.seen == 4
    assert WeightBelief.objects.get(sku=None).seen == 4
    assert witness.learn(limit=100, now=NOW) == 0
    note = make.released(lines=[(sku, 1)])
    answers = put_on_table(note, "NK-117", *CHECKS, "weight:150")
    assert answers[-1].code == "weighed_extra"


def test_learning_takes_the_same_statements_for_any_number(django_assert_num_queries: Any) -> None:
    def packed(number: int) -> None:
        parcels = []
        for _ in range(number):
            sku = make.article(f"A{next(_keys)}", weight_g=Decimal(40))
            note = make.released(lines=[(sku, 1)])
            put_on_table(note, sku.code, *CHECKS, "weight:60", make.number_of(note))
            parcels.append(Parcel.objects.get(note=note))
        shipping.hand_over(parcels=parcels, actor=make.person("warehouse"), now=NOW)

    packed(1)
    witness.learn(limit=100, now=NOW)
    for number in (2, 5):
        packed(number)
        with django_assert_num_queries(10, exact=False):
            assert witness.learn(limit=100, now=NOW) == number


def batch_of(*grams: int) -> list[DispatchNote]:
    """Released notes of one article each, printed together."""
    notes = [released(f"B{next(_keys)}", weight) for weight in grams]
    batch = PrintBatch.objects.create(number=f"PB-{next(_keys)}", created_at=NOW, printed_at=NOW)
    for position, note in enumerate(notes):
        PrintLog.objects.create(batch=batch, note=note, position=position, at=NOW)
    return notes


def seal(note: DispatchNote, grams: int) -> str:
    """Pack a note with what the scale says and a person who confirms everything; the last answer's code."""
    code = note.lines.get().sku.code
    answers = put_on_table(note, code, *CHECKS, f"weight:{grams}")
    if answers[-1].code != "weighed":
        put_on_table(note, "check:weight")
    return put_on_table(note, make.number_of(note))[-1].code


@pytest.mark.covers("DSP-17")
def test_exchanged_parcels_of_a_batch_are_stopped_until_somebody_looked() -> None:
    notes = batch_of(40, 90, 60, 75, 120)
    assert [seal(note, grams) for note, grams in zip(notes[:3], (110, 60, 80), strict=True)] == [
        "packed",
        "packed_mirror",
        "packed",
    ]
    a, b, c = (Parcel.objects.get(note=note) for note in notes[:3])
    assert (a.mirror_id, b.mirror_id, c.mirror_id) == (b.pk, a.pk, None)
    assert Duty.objects.filter(rule="logistics.mirror", state="open").count() == 2
    made = shipping.hand_over(parcels=[a, b, c], actor=make.person("warehouse"), now=NOW)
    assert {pk: error.code for pk, error in made.refused.items()} == {a.pk: "mirror", b.pk: "mirror"}
    assert [p.pk for p in made.parcels] == [c.pk]
    answer, fields = counter.scan(code=a.tracking_number, key="h1", actor=make.person("warehouse"), now=NOW)
    assert answer == "mirror" and b.number in str(counter.SAYS[answer] % fields)
    with pytest.raises(NotAllowed):
        witness.confirm_labels(parcel=a, actor=make.person("purchaser"), now=NOW)
    witness.confirm_labels(parcel=a, actor=make.person("warehouse"), now=NOW)
    assert not Duty.objects.filter(rule="logistics.mirror", state="open").exists()
    for parcel in (a, b):
        parcel.refresh_from_db()
    assert not shipping.hand_over(parcels=[a, b], actor=make.person("warehouse"), now=NOW).refused
    with pytest.raises(Conflict) as refused:
        witness.confirm_labels(parcel=c, actor=SYSTEM, now=NOW)
    assert refused.value.code == "no_mirror"


def test_opening_one_of_a_pair_frees_both_and_sealing_looks_again() -> None:
    notes = batch_of(40, 90)
    assert [seal(notes[0], 110), seal(notes[1], 60)] == ["packed", "packed_mirror"]
    put_on_table(notes[0], "undo")
    assert not Parcel.objects.filter(mirror__isnull=False).exists()
    assert not Duty.objects.filter(rule="logistics.mirror", state="open").exists()
    answers = put_on_table(notes[0], "weight:60", make.number_of(notes[0]))
    assert answers[-1].code == "packed"
    put_on_table(notes[1], "undo")
    assert put_on_table(notes[1], "weight:110", make.number_of(notes[1]))[-1].code == "packed"


def test_the_parcel_keeps_the_proof_and_offers_the_confirmation() -> None:
    notes = batch_of(40, 90)
    seal(notes[0], 110)
    seal(notes[1], 60)
    parcel = Parcel.objects.get(note=notes[0])
    client = Client()
    client.force_login(make_person("warehouse", all_stores=True))
    page = client.get(f"/parcels/{parcel.pk}/").content.decode()
    assert "labels_right" in page and "Too heavy" in page and "± " in page


def test_the_house_says_how_weights_scatter() -> None:
    note = released("NK-117", 42)
    actor = make.person("manager")
    loose = '{"piece_percent": 3, "packing_g": 30, "scale_g": 1, "catalogue_percent": 10, "bag_g": 6}'
    policies.set_value(key="logistics.weight_scatter", text=loose, valid_from=NOW.date(), actor=actor, now=NOW)
    assert put_on_table(note, "NK-117", *CHECKS, "weight:30")[-1].code == "weighed"


@pytest.mark.covers("DSP-17")
def test_labels_exchanged_between_two_stores_stop_both_whoever_packs() -> None:
    notes = batch_of(40, 90)
    assert notes[0].store_id != notes[1].store_id and seal(notes[0], 110) == "packed"
    packer = make_person("warehouse", username="packer2", stores=[notes[1].store]).actor
    codes = [
        notes[1].number,
        notes[1].lines.get().sku.code,
        *CHECKS,
        "weight:60",
        "check:weight",
        make.number_of(notes[1]),
    ]
    with acting_scope(packer):
        answers = [
            packing.scan(code=code, key=f"w{next(_keys)}", actor=packer, now=NOW, note_id=notes[1].pk) for code in codes
        ]
    a, b = (Parcel.objects.get(note=note) for note in notes)
    assert answers[-1].code == "packed_mirror" and (a.mirror, b.mirror) == (b, a)
    with acting_scope(packer):
        witness.confirm_labels(parcel=b, actor=packer, now=NOW)
    a.refresh_from_db()
    assert a.mirror_cleared_at is not None  # both were opened, both may leave

"""Print batches: order, content, every bar code read back at 203 dpi, labels left out with the reason, torn-up batches."""

from __future__ import annotations

import io
import os
import resource
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from core import longwork
from core.errors import Invalid, NotAllowed
from core.models import Job
from logistics import documents
from logistics.documents import typeset
from logistics.models import DispatchNote, PrintBatch, PrintLog, WaybillNumber
from logistics.selectors.customs.declarations import drawn
from logistics.services import dispatch, packing, printing
from orders.models import Order
from tests.factories import dispatch as make
from tests.factories.accounts import make_person, make_store

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_rule_signs")]
NOW = make.NOW
DPI = 203


def printed(notes: list[DispatchNote], **facts: Any) -> tuple[PrintBatch, bytes]:
    """A batch and its file, made by its job."""
    batch, refused = printing.print_notes(
        notes=notes, actor=facts.pop("actor", None) or make_person("warehouse").actor, now=NOW, **facts
    )
    assert batch is not None and batch.job is not None, refused
    assert longwork.run(batch.job_id) == "done"
    batch.refresh_from_db()
    batch.job.refresh_from_db()
    with longwork.private_storage().open(batch.job.result_file) as source:
        return batch, source.read()


def pages(pdf: bytes) -> list[dict[str, Any]]:
    """Size, text and codes of every page, read at the resolution of a label printer."""
    found = []
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        picture = page.render(scale=DPI / 72, grayscale=True).to_pil()
        codes = {(code.format.name, code.text) for code in zxingcpp.read_barcodes(picture)}
        found.append(
            {
                "size": tuple(round(x / 72 * 25.4) for x in page.get_size()),
                "text": page.get_textpage().get_text_bounded(),
                "codes": codes,
            }
        )
    return found


@pytest.mark.covers("DSP-14", "ORD-15", "DSP-22")
def test_one_batch_holds_pick_list_notes_and_labels_in_shelf_order() -> None:
    far, near = make.article("FAR", bin="Z-9", name_en="Far lamp"), make.article("NEAR", bin="A-1", name_en="Near lamp")
    first = make.released(lines=[(far, 2)])
    second = make.released(lines=[(near, 1), (far, 3)])
    batch, pdf = printed([first, second], language="en")
    found = pages(pdf)
    # pick list, notes, and each label followed by its own customs paper
    assert [page["size"] for page in found] == [(210, 297)] * 3 + [(100, 100), (210, 297)] * 2
    pick = found[0]["text"]
    assert pick.index("A-1") < pick.index("Z-9") and "5" in pick and batch.number in pick
    assert ("Code128", second.number) in found[1]["codes"] and ("Code128", first.number) in found[2]["codes"]
    for page, paper, note in ((found[3], found[4], second), (found[5], found[6], first)):
        number = make.number_of(note)
        assert "CN 23" in paper["text"] and note.number in paper["text"] and ("Code128", number) in paper["codes"]
        assert page["codes"] == {("Code128", number), ("QRCode", number)}
        assert "BRAZIL" in page["text"] and note.number in page["text"]
    assert "1 / 1" in found[1]["text"] and ("Code128", "OK") in found[1]["codes"]
    assert batch.job and batch.job.result_name == f"2026-11-20-{batch.number}.pdf" and len(batch.content_hash) == 64
    first.refresh_from_db()
    assert first.printed_at and Order.objects.get(pk=first.order_id).stage == "to_hand_over"
    assert list(PrintLog.objects.filter(batch=batch).order_by("position").values_list("note_id", "reprint")) == [
        (second.pk, False),
        (first.pk, False),
    ]


@pytest.mark.covers("DSP-01", "DSP-11")
def test_a_note_says_everything_in_chinese_too() -> None:
    sku = make.article("NK", bin="B-02-4", variant="金色", fragile=True)
    order = make.ready_order(lines=[(sku, 2)], note="please wrap well", ship_by=NOW)
    note = make.make_note(order)
    dispatch.edit(
        note=note,
        actor=make.person("supervisor"),
        now=NOW,
        lines=[dispatch.LineChange(note.lines.get().pk, wish="不要绿色")],
    )
    make.make_number(note.service)
    make.sign_both(note)
    _batch, pdf = printed([note], documents=["notes"], language="zh-hans")
    text = pages(pdf)[0]["text"]
    for piece in (
        note.number,
        order.number,
        "蛇骨项链",
        "金色",
        "不要绿色",
        "B-02-4",
        "please wrap well",
        "US$10.00",
        "São Paulo",
        "711719",
    ):
        assert piece in text, piece


SCRIPTS = {
    "pl": "Łukasz Żółć", "ru": "Иван Петров", "el": "Γιώργος", "ar": "محمد علي", "he": "שלום כהן", "th": "สมชาย ใจดี", "ja": "田中 花子", "ko": "김철수",
    "hi": "राम कुमार", "tr": "Şükrü Öğütçü", "vi": "Nguyễn Thị Ánh", "zh": "王小明",
}  # fmt: skip


@pytest.mark.parametrize("language", sorted(SCRIPTS))
def test_labels_speak_every_script_of_the_buyers(language: str) -> None:
    name = SCRIPTS[language]
    note = make.released(make.ready_order(address={"recipient": name, "city": name}))
    _batch, pdf = printed([note], documents=["labels"])
    page = pages(pdf)[0]
    assert not documents.missing_glyphs([name])
    letters = {c for c in name if c.isalnum()}
    assert len(letters & set(page["text"])) >= len(letters) * 0.7  # shaped scripts come back in parts
    assert page["codes"] == {("Code128", make.number_of(note)), ("QRCode", make.number_of(note))}


def test_a_label_that_cannot_be_printed_is_named_and_left_out() -> None:
    good = make.released()
    bad = make.released(make.ready_order(address={"recipient": "ა 𒀀 🦄"}))
    bare = make.released(make.ready_order(address={"line1": "", "city": ""}))
    batch, pdf = printed([good, bad, bare])
    assert [page["size"] for page in pages(pdf)].count((100, 100)) == 1, "its customs paper stays away too"
    assert sum("CN 23" in page["text"] for page in pages(pdf)) == 1
    rows = {row.note_id: row for row in PrintLog.objects.filter(batch=batch)}
    assert rows[bad.pk].label_number == "" and rows[bare.pk].problem == "no_address"
    with translation.override("en"):
        named = documents.problem_words(rows[bad.pk].problem)
    assert "🦄 (U+1F984, recipient)" in named and "ა (U+10D0, recipient)" in named and "𒀀 (U+12000, recipient)" in named
    bad.refresh_from_db()
    good.refresh_from_db()
    assert bad.printed_at is None and good.printed_at
    job = Job.objects.get(pk=batch.job_id)
    assert job.result["left_out"] == 2
    for language, words in (("en", "no label printed"), ("zh-hans", "未打印面单")):
        with translation.override(language):
            said = [text for _at, _level, text in longwork.log_lines(job)]
            assert any(bad.number in text and words in text and "U+1F984" in text for text in said), said


def test_hostile_text_stays_text() -> None:
    evil = '#read("/etc/passwd") *bold* $1+1$ _x_ `raw` \\ @a <b> #panic()'
    note = make.released(make.ready_order(note=evil, address={"recipient": evil, "line1": evil}))
    _batch, pdf = printed([note], language="en")
    text = "".join(pages(pdf)[1]["text"].split())
    assert "".join(['#read("/etc/passwd")*bold*$1+1$']) in text and "root:" not in text


def test_a_long_note_numbers_its_pages() -> None:
    rows = [
        (make.article(f"SKU-{i:03}", bin=f"A-{i:03}", name_en=f"Article with a rather long name number {i}"), 1)
        for i in range(60)
    ]
    note = make.released(make.ready_order(lines=rows))
    _batch, pdf = printed([note], documents=["notes"], language="en")
    found = pages(pdf)
    assert len(found) >= 2
    for at, page in enumerate(found, 1):
        assert f"{at} / {len(found)}" in page["text"]


@pytest.mark.covers("DSP-22")
def test_only_released_notes_and_numbered_labels_are_printed() -> None:
    draft, bare = make.make_note(), make.released(number=False)
    batch, refused = printing.print_notes(notes=[draft], actor=make.person("warehouse"), now=NOW)
    assert batch is None and refused[draft.pk].code == "not_released"
    batch, refused = printing.print_notes(
        notes=[bare], actor=make.person("warehouse"), now=NOW, documents=["labels", "customs"]
    )
    assert batch is None and refused[bare.pk].code == "no_number"
    batch, pdf = printed([bare])
    assert (100, 100) not in [page["size"] for page in pages(pdf)]
    bare.refresh_from_db()
    assert bare.printed_at is None
    with pytest.raises(NotAllowed):
        printing.print_notes(notes=[bare], actor=make.person("service"), now=NOW)
    with pytest.raises(Invalid):
        printing.print_notes(notes=[bare], actor=make.person("warehouse"), now=NOW, documents=["poem"])


def test_a_second_print_is_marked() -> None:
    note = make.released()
    printed([note])
    batch, pdf = printed([note], language="en")
    assert PrintLog.objects.get(batch=batch).reprint
    assert sum("REPRINT" in page["text"] for page in pages(pdf)) == 2


def test_a_dead_worker_is_followed_by_the_same_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between file and books: the next worker makes the same file, and no note is printed or counted twice."""
    note = make.released()
    batch, _refused = printing.print_notes(notes=[note], actor=make.person("warehouse"), now=NOW)
    assert batch is not None
    real = printing.finish
    calls: list[str] = []

    def dies_once(**facts: Any) -> None:
        calls.append(facts["content_hash"])
        if len(calls) == 1:
            raise SystemError("killed")
        real(**facts)

    monkeypatch.setattr("logistics.tasks.printing.printing.finish", dies_once)
    assert longwork.run(batch.job_id) == "retry"
    Job.objects.filter(pk=batch.job_id).update(lease_until=None)
    assert longwork.run(batch.job_id) == "done"
    assert calls[0] == calls[1] and len(calls) == 2
    batch.refresh_from_db()
    assert batch.content_hash == calls[0] and PrintLog.objects.filter(note=note).count() == 1


def test_the_same_record_gives_the_same_bytes() -> None:
    batch, _pdf = printed([make.released(), make.released()])
    record, _problems = documents.batch_record(batch, batch.created_at)
    assert documents.render_batch(record) == documents.render_batch(record)


@pytest.mark.covers("DSP-22")
def test_labels_of_a_torn_up_batch_are_refused_at_the_scan() -> None:
    note = make.released()
    old = make.number_of(note)
    batch, _pdf = printed([note])
    make.make_number(note.service)
    packer = make.person("warehouse")
    with pytest.raises(Invalid):
        printing.void_batch(batch=batch, reason=" ", actor=packer, now=NOW)
    assert printing.void_batch(batch=batch, reason="wrong printer", actor=packer, now=NOW) == 1
    assert printing.void_batch(batch=batch, reason="again", actor=packer, now=NOW) == 0
    new = make.number_of(note)
    assert new != old and WaybillNumber.objects.get(number=old).state == "void"
    note.refresh_from_db()
    assert note.printed_at is None and Order.objects.get(pk=note.order_id).stage == "to_print"
    for i, code in enumerate([note.number, f"2*{note.lines.get().sku.code}", "ok", "ok", "ok", "50g"]):
        packing.scan(code=code, key=f"v{i}", actor=packer, now=NOW, note_id=note.pk)
    assert packing.scan(code=old, key="old", actor=packer, now=NOW, note_id=note.pk).code == "void_label"
    assert packing.scan(code=new, key="new", actor=packer, now=NOW, note_id=note.pk).code == "packed"


def test_a_new_address_tears_the_printed_label_up() -> None:
    note = make.released()
    old = make.number_of(note)
    printed([note])
    address = Order.objects.get(pk=note.order_id).address
    address.line1 = "Rua B 2"
    address.save()
    dispatch.edit(note=note, take_address=True, actor=make.person("supervisor"), now=NOW)
    assert WaybillNumber.objects.get(number=old).state == "void" and note.printed_at is None


def test_hand_over_list_is_grouped_by_service_and_signed() -> None:
    parcel = make.handed_over()
    record = documents.hand_over_record([parcel], actor_label="Lin 林", now=NOW)
    found = pages(documents.render_hand_over(record))
    assert len(found) == 1 and parcel.tracking_number in found[0]["text"] and "林" in found[0]["text"]


def test_statements_of_a_batch_do_not_grow() -> None:
    store, sku = make_store(), make.article(on_hand=200)
    counts = []
    for size in (2, 14):
        notes = [make.released(make.ready_order(store, lines=[(sku, 1)])) for _ in range(size)]
        batch, _refused = printing.print_notes(notes=notes, actor=make.person("warehouse"), now=NOW)
        assert batch
        with CaptureQueriesContext(connection) as asked:
            documents.batch_record(batch, NOW)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_statements_of_declarations_do_not_grow() -> None:
    store, sku = make_store(), make.article(on_hand=200)
    notes = [make.released(make.ready_order(store, lines=[(sku, 1)])) for _ in range(9)]
    counts = []
    for size in (2, 9):
        with CaptureQueriesContext(connection) as asked:
            drawn(
                DispatchNote.objects.filter(pk__in=[n.pk for n in notes[:size]]).select_related(
                    "order", "store", "service"
                ),
                NOW,
            )
        counts.append(len(asked))
    assert counts[0] == counts[1]


def memory(what: str) -> int:
    """A figure of this process in kB."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(lines[what].split()[0])


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="memory is read where Linux shows it")
def test_a_hundred_notes_and_labels_in_about_a_second() -> None:
    """P9 at the size a run allows: 100 notes with labels, set in pieces, with the memory of a worker."""
    batch, _pdf = printed([make.released()])
    record, _problems = documents.batch_record(batch, NOW)
    note, label = record["notes"][0], record["labels"][0]
    record["notes"] = [{**note, "number": f"DN-{i}"} for i in range(100)]
    record["labels"] = [{**label, "note": f"DN-{i}", "papers": []} for i in range(100)]
    Path("/proc/self/clear_refs").write_text("5")  # this process has done other tests: its peak is counted from here
    before = memory("VmRSS")
    begun = processor()
    pdf = documents.render_batch(record)
    spent = processor() - begun
    grown = memory("VmHWM") - before
    assert len(pypdfium2.PdfDocument(pdf)) == 201
    assert spent < 3, spent  # the bench measures against the goal of one second; here only a fault is caught
    assert grown < 60_000, grown  # the typesetter's memory is its own


def processor() -> float:
    """Seconds of the processor of this process and of those it started."""
    return sum(getattr(resource.getrusage(who), name) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
               for name in ("ru_utime", "ru_stime"))  # fmt: skip


def test_a_typesetter_that_fails_says_why_and_one_that_is_cancelled_ends() -> None:
    batch, _pdf = printed([make.released()])
    record, _problems = documents.batch_record(batch, NOW)
    with pytest.raises(typeset.NotSet, match=r"(?i)error"):
        documents.render_batch({**record, "words": {}})

    def stop(done: int) -> None:
        raise RuntimeError("cancelled")

    with pytest.raises(RuntimeError, match="cancelled"):
        documents.render_batch({**record, "notes": record["notes"] * 100}, stop)
    own = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    assert not [pid for pid in own if b"setter.py" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def test_parts_are_joined_in_order() -> None:
    batch, one = printed([make.released()], documents=["labels"])
    _batch, two = printed([make.released()], documents=["notes"])
    whole = pypdfium2.PdfDocument(io.BytesIO(documents.join([one, two, one])))
    assert [round(page.get_size()[0] / 72 * 25.4) for page in whole] == [100, 210, 100] and batch


def test_a_person_of_one_store_does_not_get_the_file_of_another() -> None:
    from django.test import Client

    mine, theirs = make_store(), make_store()
    note = make.released(make.ready_order(theirs))
    batch, _pdf = printed([note])
    client = Client()
    client.force_login(make_person("warehouse", stores=[mine]))
    assert client.get(f"/dispatch/print/{batch.pk}/file/").status_code == 404
    client.force_login(make_person("warehouse", stores=[theirs]))
    answer = client.get(f"/dispatch/print/{batch.pk}/file/")
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"

"""Papers of a parcel: customs forms field by field, slips and cards in the buyer's language, return labels, what customs ask for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pypdfium2
import pytest
from django.test import Client
from django.utils import translation

from conversations.models import Template
from conversations.services import change_template, copy_for_store
from conversations.services import seeding as texts
from core import longwork
from core.errors import Conflict, Invalid
from core.models import PolicyValue
from logistics import documents
from logistics.documents.labels import address_record
from logistics.documents.single import single
from logistics.models import Declaration, Parcel, PrintLog, Wave, WaveNote
from logistics.selectors import printing as reads
from logistics.selectors.customs.declarations import for_print
from logistics.services.customs.privacy import erase_buyer
from tests.factories import dispatch as make
from tests.factories.accounts import make_person, make_store
from tests.logistics.test_printing import pages, printed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_rule_signs")]
NOW = make.NOW


def policy(key: str, value: Any, store: Any = None) -> None:
    """A house rule from today on."""
    PolicyValue.objects.create(
        key=key, value=value, valid_from=NOW.date(), store_ref=store.pk if store else None, created_at=NOW
    )


def text_of(pdf: bytes) -> str:
    """Everything a PDF says, words that were broken for their column together again."""
    found = [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf)]
    return "\n".join(found).replace("\u200b", "").replace("\ufffe", "")


def declared() -> Declaration:
    """A declaration in which every field says something of its own."""
    sku = make.article(
        "NECK",
        customs_text="necklace of zinc alloy",
        hs_code="711719",
        origin="CN",
        weight_g=Decimal("15"),
        material="alloy",
    )
    box = make.article(
        "BOX", customs_text="box of grey cardboard", hs_code="481920", origin="VN", weight_g=Decimal("40")
    )
    note = make.released(make.ready_order(lines=[(sku, 2), (box, 1)]))
    Declaration.objects.filter(note=note).update(
        sender_eori="DE123456789012345", recipient_id="123.456.789-09", tax_scheme="IOSS", tax_number="IM2760000742", freight=Decimal("3.5"),
        insurance=Decimal("1.25"), licence="LIC-7", certificate="CERT-8", invoice="INV-9", battery="no cells or batteries",
        comments="wood treated ISPM 15", gross_weight_g=99, content_text="sold online",
    )  # fmt: skip
    house = note.warehouse
    house.sender_name, house.address, house.phone = "Lantern Trading Ltd", "1 Harbour Road, Yiwu", "+86 579 1234567"
    house.save()
    note.store.reply_email = "post@lantern.example"
    note.store.save()
    row = for_print(note.pk)
    assert row is not None
    return row


#: Section 2.5 of the domain rules: what each form must say.
ITEM, SENDER, ADDRESSEE = ["{number}"], ["Lantern Trading Ltd"], ["Maria Santos", "Rua A 1"]
ARTICLES = [
    "necklace of zinc alloy",
    "2 pieces",
    "30 g",
    "US$",
    "711719",
    "CN",
    "box of grey cardboard",
    "1 piece",
    "40 g",
    "481920",
    "VN",
]
SUMS = ["Total gross weight", "99 g", "Total value"]
SIGNED = ["I certify that the particulars given", "dangerous article", "2026-11-20", "signature"]
CATEGORY = [
    "Gift",
    "Commercial sample",
    "Documents",
    "Sale of goods",
    "Returned goods",
    "Other",
    "Explanation",
    "sold online",
]
LARGE = [
    "1 Harbour Road, Yiwu", "+86 579 1234567", "post@lantern.example", "DE123456789012345", "123.456.789-09", "IOSS IM2760000742",
    "US$3.50", "US$1.25", "LIC-7", "CERT-8", "INV-9", "wood treated ISPM 15", "no cells or batteries", "Return to sender",
    "Office of origin", "Date and sender’s signature", "BRAZIL",
]  # fmt: skip
FIELDS = {
    "CN22": [*ITEM, *CATEGORY, *ARTICLES, *SUMS, *SIGNED, *SENDER],
    "CN23": [*ITEM, *SENDER, *ADDRESSEE, *CATEGORY, *ARTICLES, *SUMS, *SIGNED, *LARGE],
    "commercial_invoice": ["COMMERCIAL INVOICE", *SENDER, *ADDRESSEE, *ARTICLES, *SUMS, *LARGE],
}


@pytest.mark.covers("CUS-16")
@pytest.mark.parametrize("form", sorted(FIELDS))
def test_every_field_of_the_forms_is_there(form: str) -> None:
    row = declared()
    text = " ".join(text_of(documents.render_customs(documents.customs_record([row], form=form))).split())
    number = make.number_of(row.note)
    missing = [piece for piece in FIELDS[form] if piece.format(number=number) not in text]
    assert not missing, f"{missing} not in:\n{text}"


def test_the_small_form_has_a_code_and_one_ticked_category() -> None:
    row = declared()
    record = documents.customs_record([row], form="CN22")
    assert [name for name, on in record["parcels"][0]["kinds"] if on] == ["Sale of goods"]
    page = pages(documents.render_customs(record))[0]
    assert page["codes"] == {("Code128", make.number_of(row.note))} and page["size"] == (105, 148)


def test_a_paper_of_many_articles_numbers_its_pages() -> None:
    lines = [(make.article(f"A{i}", customs_text=f"necklace of alloy number {i}"), 1) for i in range(30)]
    note = make.released(make.ready_order(lines=lines))
    row = for_print(note.pk)
    assert row is not None
    for form in ("CN22", "CN23"):
        found = pages(documents.render_customs(documents.customs_record([row], form=form)))
        assert len(found) > 1 or form == "CN23"
        for at, page in enumerate(found, 1):
            assert f"Page {at} / {len(found)}" in " ".join(page["text"].split()) and note.number in page["text"]
        assert sum(page["text"].count("necklace of alloy") for page in found) == 30


@pytest.mark.covers("DSP-12")
@pytest.mark.parametrize("size", ["100x100", "100x150"])
def test_a_label_says_content_type_and_description(size: str) -> None:
    row = declared()
    _batch, pdf = printed([row.note], documents=["labels"], label_size=size)
    page = pages(pdf)[0]
    text = " ".join(page["text"].split())
    assert page["size"] == tuple(int(side) for side in size.split("x"))
    assert "Sale of goods: 2 necklace of zinc alloy; 1 box of grey cardboard" in text
    assert page["codes"] == {("Code128", make.number_of(row.note)), ("QRCode", make.number_of(row.note))}


@pytest.mark.parametrize("size", ["100x100", "100x150"])
def test_labels_with_the_longest_texts_keep_their_codes_and_stay_on_one_page(size: str) -> None:
    long = {
        "recipient": "Maximiliana-Theodora " * 7,
        "line1": "Straße des 17. Juni " * 10,
        "city": "Llanfairpwllgwyngyllgogerych" * 2,
    }
    note = make.released(make.ready_order(address=long))
    batch, pdf = printed([note], documents=["labels"], label_size=size)
    found = pages(pdf)
    assert len(found) == 1 and {kind for kind, _text in found[0]["codes"]} == {"Code128", "QRCode"}
    assert "Juni" in found[0]["text"].replace("\u200b", "") and not PrintLog.objects.get(batch=batch).problem


def test_an_address_that_fits_no_label_is_named() -> None:
    note = make.released(
        make.ready_order(address={"line1": "甲乙丙丁" * 70, "line2": "甲乙丙丁" * 70, "recipient": "甲" * 190})
    )
    other = make.released()
    batch, pdf = printed([note, other], documents=["labels"])
    assert len(pages(pdf)) == 1 and PrintLog.objects.get(batch=batch, note=note).problem == "too_long"


def test_customs_papers_follow_the_label_they_belong_to() -> None:
    notes = [make.released(make.ready_order(lines=[(make.article(f"S{i}", bin=f"A-{i}"), 1)])) for i in range(4)]
    for note, form in zip(notes, ("CN22", "CN23", "commercial_invoice", "electronic"), strict=True):
        Declaration.objects.filter(note=note).update(form=form)
    batch, pdf = printed(notes, documents=["labels", "customs"], label_size="100x150")
    found = pages(pdf)
    sizes = [page["size"] for page in found]
    assert sizes == [(100, 150), (100, 150), (100, 150), (210, 297), (100, 150), (210, 297), (100, 150)]
    for page, note in zip(found, [notes[0], notes[0], notes[1], notes[1], notes[2], notes[2], notes[3]], strict=True):
        assert ("Code128", make.number_of(note)) in page["codes"] and note.number in page["text"]
    logs = PrintLog.objects.filter(batch=batch).order_by("position")
    assert list(logs.values_list("customs_form", flat=True)) == ["CN22", "CN23", "commercial_invoice", ""]


@pytest.mark.covers("DSP-20")
def test_slip_and_card_speak_the_buyers_language() -> None:
    texts.load_reference(now=NOW)
    for country, title, thanks in (
        ("DE", "Lieferschein", "Vielen Dank für Ihre Bestellung"), ("BR", "Lista de embalagem", "Obrigado pela sua compra"),
        ("RU", "Упаковочный лист", "Спасибо за ваш заказ"), ("US", "Packing slip", "Thank you for your order"),
    ):  # fmt: skip
        note = make.released(make.ready_order(country=country))
        note.order.buyer.language = {"DE": "de", "BR": "pt", "RU": "ru", "US": "en"}[country]
        note.order.buyer.save()
        _batch, pdf = printed([note], documents=["slips", "cards"])
        slip, card = pages(pdf)
        assert slip["size"] == (148, 210) and card["size"] == (148, 105)
        assert title in slip["text"] and note.order.number in slip["text"] and thanks in card["text"]


@pytest.mark.covers("DSP-20")
def test_the_card_is_switched_off_by_store_and_by_channel_and_shows_the_shop() -> None:
    texts.load_reference(now=NOW)
    shop, quiet, forbidden = make_store(kind="shopify"), make_store(kind="shopify"), make_store(kind="aliexpress")
    policy("logistics.insert_card", False, quiet)
    policy("logistics.no_card_in", "aliexpress")
    policy("conversations.store_url", "https://lantern.example/", shop)
    notes = {store.pk: make.released(make.ready_order(store)) for store in (shop, quiet, forbidden)}
    _batch, pdf = printed(list(notes.values()), documents=["cards"])
    found = pages(pdf)
    assert len(found) == 1 and found[0]["codes"] == {("QRCode", "https://lantern.example/")}
    for store in (quiet, forbidden):
        assert not reads.card_allowed(store, NOW)
        with pytest.raises(Conflict):
            single(note=notes[store.pk], kind="card", now=NOW)
    assert "lantern.example" in text_of(single(note=notes[shop.pk], kind="card", now=NOW))


@pytest.mark.covers("DSP-20")
@pytest.mark.parametrize(
    "body",
    [
        "Get 10% off for five stars",
        "Rabatt für Ihre Bewertung",
        "Скидка за отзыв",
        "五星好评返现",
        "a coupon for your review",
    ],
)
def test_a_card_never_pays_for_a_rating(body: str) -> None:
    texts.load_reference(now=NOW)
    row = Template.objects.get(code="C01", language="en")
    with pytest.raises(Invalid) as refusal:
        change_template(template=row, body=body, actor=make.person("manager"), now=NOW)
    assert refusal.value.code == "card_rewards"
    store = make_store()
    own = copy_for_store(template=row, store=store, actor=make.person("manager"), now=NOW)
    change_template(template=own, subject="Hello from us", actor=make.person("manager"), now=NOW)
    note = make.released(make.ready_order(store))
    note.order.buyer.language = "en"
    note.order.buyer.save()
    assert "Hello from us" in text_of(single(note=note, kind="card", now=NOW))


@pytest.mark.parametrize("language", ["ar", "he", "th", "ja", "ko", "hi", "vi", "zh-hans", "xx"])
def test_slips_are_set_in_every_script(language: str) -> None:
    note = make.released()
    note.order.buyer.language = language
    note.order.buyer.save()
    assert note.order.number in text_of(single(note=note, kind="packing-slip", now=NOW))


def test_return_labels_name_us_the_buyer_and_the_note() -> None:
    policy("conversations.return_address", "Lantern Returns\nDock 7\n315000 Ningbo\nChina")
    note = make.released()
    pdf = single(note=note, kind="return-label", now=NOW)
    page = pages(pdf)[0]
    assert page["size"] == (100, 100) and page["codes"] == {("Code128", note.number)}
    for piece in ("RETURN", "Lantern Returns", "315000 Ningbo", "Maria Santos", "Rua A 1"):
        assert piece in page["text"] or piece == "RETURN", piece


def test_accents_on_capitals_stay_on_the_first_line_of_a_label() -> None:
    """A cut box begins above the accents: the row of dots above the capitals is not empty."""
    note = make.released()
    dark = {}
    for language in ("pt", "en"):  # "DEVOLUÇÃO" and a heading without an accent
        note.order.buyer.language = language
        note.order.buyer.save()
        page = pypdfium2.PdfDocument(single(note=note, kind="return-label", now=NOW))[0]
        picture = page.render(scale=203 / 72, grayscale=True).to_pil()
        above = picture.crop((32, 12, 500, 31))  # 1.5 to 3.9 mm from the upper edge; capitals begin at 4 mm
        dark[language] = sum(above.histogram()[:128])
    assert dark["pt"] > 20 and not dark["en"], dark


@pytest.mark.covers("CUS-16")
def test_a_parcel_held_by_customs_offers_invoice_and_payment_record() -> None:
    parcel = make.handed_over()
    client = Client()
    client.force_login(make_person("service", language="en"))
    page = f"/parcels/{parcel.pk}/"
    assert "Papers for customs" not in client.get(page).content.decode()
    Parcel.objects.filter(pk=parcel.pk).update(tracking_state="customs_held", held_since=NOW, hold_reason="documents")
    shown = client.get(page).content.decode()
    assert "Papers for customs" in shown and f"/dispatch/notes/{parcel.note_id}/papers/held/" in shown
    answer = client.get(f"/dispatch/notes/{parcel.note_id}/papers/held/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    invoice, payment = pages(answer.content)
    total = f"US${parcel.order.total:.2f}"
    assert "COMMERCIAL INVOICE" in invoice["text"] and "necklace of zinc alloy" in invoice["text"]
    for piece in ("PAYMENT RECORD", parcel.order.number, total, "Total paid by the buyer", parcel.tracking_number):
        assert piece in payment["text"], piece


def test_papers_stay_in_their_stores_and_unknown_ones_are_not_there() -> None:
    note = make.released()
    stranger = Client()
    stranger.force_login(make_person("service", stores=[make_store()]))
    own = Client()
    own.force_login(make_person("warehouse"))
    for kind, code in (("packing-slip", 200), ("payment", 200), ("return-label", 200), ("poem", 404)):
        assert own.get(f"/dispatch/notes/{note.pk}/papers/{kind}/").status_code == code
        assert stranger.get(f"/dispatch/notes/{note.pk}/papers/{kind}/").status_code == 404


def test_the_pick_list_of_a_wave_names_it_and_its_slots() -> None:
    notes = [make.released(), make.released()]
    wave = Wave.objects.create(number="W-77", kind="mixed", warehouse=notes[0].warehouse, created_at=NOW)
    for slot, note in enumerate(notes, 1):
        WaveNote.objects.create(wave=wave, note=note, position=slot, slot=slot)
    _batch, pdf = printed(notes, documents=["pick_list"], language="en")
    text = text_of(pdf)
    assert "Wave W-77" in text and "[1]×2" in text and "[2]×2" in text


def test_a_buyers_number_keeps_its_order_in_a_text_from_right_to_left() -> None:
    parts = {
        "recipient": "محمد علي",
        "line1": "شارع",
        "line2": "",
        "city": "الرياض",
        "state": "",
        "postcode": "",
        "phone": "+966 11 4567",
    }
    made = address_record(parts)
    assert made["dir"] == "rtl" and made["lines"][-1] == "☎ \u2066+966 11 4567\u2069"
    assert address_record({**parts, "recipient": "Ana Lima de Souza", "line1": "Rua", "city": "Recife"})["dir"] == "ltr"


def test_programs_fetch_the_papers_and_the_file_of_a_batch() -> None:
    note = make.released()
    batch, pdf = printed([note])
    packer = Client()
    packer.force_login(make_person("warehouse"))
    answer = packer.get(f"/api/v1/print-batches/{batch.pk}/file/")
    assert answer.status_code == 200 and answer.getvalue() == pdf
    answer = packer.get(f"/api/v1/dispatch-notes/{note.pk}/documents/packing-slip/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert packer.get(f"/api/v1/dispatch-notes/{note.pk}/documents/poem/").status_code == 404
    shown = packer.get(f"/dispatch/print/{batch.pk}/").content.decode()
    assert "CN23" in shown and make.number_of(note) in shown


def test_papers_with_an_erased_buyer_are_gone(django_capture_on_commit_callbacks: Any) -> None:
    note = make.released()
    batch, _pdf = printed([note])
    assert batch.job is not None
    name = batch.job.result_file
    with django_capture_on_commit_callbacks(execute=True):
        assert erase_buyer(note.order.buyer, NOW) == 1 and erase_buyer(note.order.buyer, NOW) == 0
    batch.job.refresh_from_db()
    assert not batch.job.result_file and PrintLog.objects.filter(batch=batch).exists()
    assert not longwork.private_storage().exists(name)
    packer = Client()
    packer.force_login(make_person("warehouse"))
    assert packer.get(f"/dispatch/print/{batch.pk}/").status_code == 200
    assert packer.get(f"/dispatch/print/{batch.pk}/file/").status_code == 404


def test_titles_of_batches_are_in_the_readers_language() -> None:
    batch, _pdf = printed([make.released()])
    assert batch.job is not None
    for language, words in (("en", "Print batch"), ("zh-hans", "打印批次")):
        with translation.override(language):
            title = longwork.title_of(batch.job.kind, batch.job.title, batch.job.payload["_title"])
        assert words in title and batch.number in title


@pytest.mark.parametrize(("form", "lines", "height"), [("CN22", 5, 100), ("CN22", 14, 150), ("CN23", 14, 100)])
def test_a_paper_that_says_one_of_one_has_one_page(form: str, lines: int, height: int) -> None:
    skus = [make.article(f"L{i}", customs_text="ring of steel", material="") for i in range(lines)]
    note = make.released(make.ready_order(lines=[(sku, 1) for sku in skus]))
    Declaration.objects.filter(note=note).update(form=form)
    _batch, pdf = printed([note], documents=["labels", "customs"], label_size=f"100x{height}")
    found = pages(pdf)
    assert len(found) == 2 and "Page 1 / 1" in " ".join(found[1]["text"].split())
    assert found[1]["text"].count("ring of steel") == lines

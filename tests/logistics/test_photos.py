"""Photos of packed goods (DSP-16): drawn anew apart, kept as proof, required or not, taken back, erased with their buyer."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django_scopes import scopes_disabled
from PIL import Image

from core import pictures, policies
from core.longwork import private_storage
from customers.services import erase_buyer
from logistics.models import Parcel, ParcelPhoto, ScanEvent
from logistics.policies.dispatch import PHOTO
from tests.factories import dispatch as make
from tests.factories.accounts import make_person
from tests.logistics.tables import Table

pytestmark = [pytest.mark.django_db, pytest.mark.covers("DSP-16"), pytest.mark.usefixtures("no_rule_signs")]


def set_house(word: str) -> None:
    """What the house says of photos."""
    policies.set_value(key=PHOTO.key, text=word, valid_from=make.NOW.date(), actor=make.person("manager"), now=make.NOW)


def jpeg(width: int = 2400, height: int = 1200, *, place: bool = True) -> bytes:
    """A picture from a camera that wrote down where it was, lying on its side."""
    exif = Image.Exif()
    if place:
        exif[0x0112] = 6  # turned
        exif[0x0110] = "SecretPhone 9"
        exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 14.0, 0.0)})
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 120, 40)).save(out, "JPEG", exif=exif)
    return out.getvalue()


def ready(**facts: Any) -> tuple[Table, Any, str]:
    """A note on the table, everything done but photo and label."""
    note = make.released(lines=[(make.article("NK-117"), 1)])
    table = Table()
    assert table.all(note.number, "NK-117", "OK", "35 g")[-1] == "weighed"
    return table, note, make.number_of(note)


def test_a_photo_is_kept_without_what_the_camera_wrote_beside_it() -> None:
    table, note, number = ready()
    assert table.photo(jpeg()) == "photo_taken"
    row = ParcelPhoto.objects.get()
    with private_storage().open(row.file) as file:
        raw = file.read()
    kept = Image.open(io.BytesIO(raw))
    assert (kept.size, kept.format, dict(kept.getexif())) == ((800, 1600), "JPEG", {})  # upright, smaller
    assert b"SecretPhone" not in raw and (row.width, row.height, row.size) == (800, 1600, len(raw))
    assert table.scan(number) == "packed"
    row.refresh_from_db()
    assert row.parcel == Parcel.objects.get(note=note)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "bad_photo"), (b"GIF89a nothing", "bad_photo"), (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "bad_photo"),
        (jpeg(place=False)[:4000], "bad_photo"), (b"x" * (pictures.MOST_BYTES + 1), "photo_too_large"),
    ],
)  # fmt: skip
def test_what_is_no_picture_is_refused(raw: bytes, code: str) -> None:
    table, _note, _number = ready()
    assert table.photo(raw) == code and table.last.result == "refused"
    assert ParcelPhoto.objects.count() == 0 and table.note_id


def test_a_picture_that_unpacks_to_too_much_is_refused() -> None:
    out = io.BytesIO()
    Image.new("L", (9000, 9000)).save(out, "PNG")
    assert len(out.getvalue()) < 500_000 and pictures.redraw(out.getvalue()) == {"refused": "photo_too_large"}


def test_the_house_may_require_it_and_undo_takes_it_back() -> None:
    set_house("required")
    table, _note, number = ready()
    assert table.scan(number) == "photo_missing"
    table.photo(jpeg(place=False))
    assert table.scan("UNDO") == "undone" and table.scan(number) == "photo_missing"
    assert ParcelPhoto.objects.get().removed_at == make.NOW
    table.photo(jpeg(place=False))
    assert table.scan(number) == "packed"
    set_house("off")
    assert table.photo(jpeg(place=False)) == "photo_off"


def test_the_same_photo_again_is_one_photo_and_a_sealed_parcel_takes_one_more() -> None:
    table, note, number = ready()
    raw = jpeg(place=False)
    assert [table.photo(raw, key="same"), table.photo(raw, key="same")] == ["photo_taken", "photo_taken"]
    assert ParcelPhoto.objects.count() == 1
    table.scan(number)
    assert table.photo(raw) == "photo_taken"
    assert ParcelPhoto.objects.filter(parcel__note=note).count() == 2


@pytest.mark.covers("ORD-24")
def test_a_stop_is_seen_at_the_photo_too() -> None:
    table, note, _number = ready()
    type(note.order).objects.filter(pk=note.order_id).update(intercept="dispute")
    assert table.photo(jpeg(place=False)) == "intercepted" and ParcelPhoto.objects.count() == 0
    assert ScanEvent.objects.latest("pk").answer == "intercepted"


def test_pages_show_it_to_whoever_may_see_the_address(client: Client) -> None:
    table, note, _number = ready()
    client.force_login(make_person("warehouse"))
    session = client.session
    session["packing_note"] = note.pk
    session.save()
    file = SimpleUploadedFile("goods.jpg", jpeg(place=False), "image/jpeg")
    with scopes_disabled():
        ScanEvent.objects.update(user=client.session["_auth_user_id"])
    answer = client.post(
        "/dispatch/station/photo/", {"file": file}, headers={"Hx-Request": "true", "Idempotency-Key": "k1"}
    )
    assert answer.status_code == 200, answer.content
    row = ParcelPhoto.objects.get()
    url = f"/parcels/photos/{row.pk}/"
    assert url in answer.content.decode()
    shown = client.get(url)
    assert shown.headers["Content-Type"] == "image/jpeg" and b"".join(shown.streaming_content)[:2] == b"\xff\xd8"  # type: ignore[attr-defined]
    table.actor = make_person("warehouse").actor
    client.force_login(make_person("purchaser"))
    assert client.get(url).status_code == 404


def test_it_goes_with_its_buyer() -> None:
    table, note, _number = ready()
    table.photo(jpeg(place=False))
    name = ParcelPhoto.objects.get().file
    counts = erase_buyer(buyer=note.order.buyer, actor=make.person("manager"), now=make.NOW, reason="asked")
    assert counts["photos"] == 1 and not private_storage().exists(name) and ParcelPhoto.objects.get().file == ""

"""Nobody signs what was changed behind their back."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from core.clock import utcnow
from logistics.models import NoteSignature
from logistics.services import dispatch
from tests.factories import dispatch as make
from tests.factories.accounts import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference_house")]
NOW = make.NOW


@pytest.mark.covers("DSP-03")
def test_a_note_changed_since_its_signer_looked_is_not_signed() -> None:
    note, browser = make.make_note(), Client()
    browser.force_login(make_person("supervisor"))
    address = f"/lists/dispatch-notes/{note.pk}/do/sign/"
    shown = browser.get(address).content.decode()
    assert 'name="revision" value="1"' in shown
    line = note.lines.get()
    dispatch.edit(note=note, lines=[dispatch.LineChange(line.pk, wish="red")], actor=make.person("service"), now=NOW)
    refused = browser.post(address, {"revision": "1"})
    assert (refused.status_code, NoteSignature.objects.count()) == (409, 0)
    assert "look again" in refused.content.decode()
    browser.post(address, {"revision": "2"})
    assert NoteSignature.objects.get().revision == 2


def test_a_program_may_say_which_revision_it_read() -> None:
    note, head = make.make_note(), make.person("supervisor")
    _signed, refused = dispatch.sign_notes(notes=[note], kind="note", seen={note.pk: 7}, actor=head, now=NOW)
    assert refused[note.pk].code == "note_changed"
    signed, refused = dispatch.sign_notes(notes=[note], kind="note", seen={note.pk: 1}, actor=head, now=NOW)
    assert ([n.pk for n in signed], refused) == ([note.pk], {})


@pytest.mark.covers("DSP-03")
def test_a_set_is_compared_with_what_its_list_showed() -> None:
    """Ticked in a list, changed by a colleague, signed from the list: only what is as it was is signed."""
    same, other = make.make_note(), make.make_note()
    browser = Client()
    browser.force_login(make_person("supervisor"))
    page = browser.get("/dispatch/notes/?view=all").content.decode()
    seen_at = re.search(r'name="seen_at" value="([^"]+)"', page)[1]
    door = "/lists/dispatch-notes/do/sign/"
    line = other.lines.get()
    dispatch.edit(
        note=other, lines=[dispatch.LineChange(line.pk, wish="red")], actor=make.person("service"), now=utcnow()
    )
    sent = {"ids": [same.pk, other.pk], "seen_at": seen_at}
    preview = browser.post(door, sent).content.decode()
    assert f'name="seen_at" value="{seen_at}"' in preview and "look again" in preview
    browser.post(door, {**sent, "step": "apply"})
    assert [row.note_id for row in NoteSignature.objects.all()] == [same.pk]
    again = {**sent, "seen_at": utcnow().isoformat(), "step": "apply"}
    browser.post(door, again)
    assert sorted(row.note_id for row in NoteSignature.objects.all()) == sorted([same.pk, other.pk])
    assert browser.post(door, {**sent, "seen_at": "soon", "step": "apply"}).status_code in (200, 422)
    assert NoteSignature.objects.count() == 2

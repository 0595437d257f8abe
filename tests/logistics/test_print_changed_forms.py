"""A batch whose templates change while it is being set: it is set anew with the changed ones, and no page comes twice."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.files.base import ContentFile
from django_scopes import scopes_disabled

from core import longwork
from core.models import Job
from logistics.documents import typeset
from logistics.services import printing
from logistics.tasks import printing as tasks
from tests.factories import dispatch as make
from tests.logistics.test_printing import pages

pytestmark = pytest.mark.django_db
NOW = make.NOW


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the templates that a test may change."""
    made = shutil.copytree(typeset.TEMPLATES, tmp_path / "print")
    monkeypatch.setattr(typeset, "TEMPLATES", made)
    return made


def change(templates: Path) -> None:
    """The label says one more word that the record of before does not know."""
    file = templates / "labels.typ"
    text = file.read_text()
    file.write_text(
        text.replace("  if l.own != none", "  place(bottom, text(size: 4pt, [NEWFORM #l.note]))\n  if l.own != none")
    )
    assert file.read_text() != text


@pytest.mark.covers("DSP-14")
@pytest.mark.parametrize("when", ["between two workers", "under the worker"])
def test_a_batch_of_changed_templates_is_set_anew(templates: Path, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    with scopes_disabled():
        make.no_rule_signs()
        sku = make.article("NK", on_hand=100)
        notes = [make.released(lines=[(sku, 1)]) for _one in range(12)]
        chosen = ["notes", "labels", "slips"]
        batch, _no = printing.print_notes(notes=notes, actor=make.person("warehouse"), now=NOW, documents=chosen)
        assert batch and batch.job_id
        took = tasks._Desk._took
        seen: list[int] = []

        def interrupted(desk: Any, index: int, count: int, pdf: bytes) -> None:
            took(desk, index, count, pdf)
            seen.append(index)
            if len(seen) == 2:  # a note and a label piece are kept
                change(templates)
                if when == "between two workers":
                    raise SoftTimeLimitExceeded

        monkeypatch.setattr(tasks._Desk, "_took", interrupted)
        state = longwork.run(batch.job_id)
        if when == "between two workers":
            assert state != "done"
            older_record(batch.job_id)
            Job.objects.filter(pk=batch.job_id).update(lease_until=None)
            state = longwork.run(batch.job_id)
        assert state == "done"
        job = Job.objects.get(pk=batch.job_id)
        with longwork.private_storage().open(job.result_file) as source:
            found = pages(source.read())
        labels = [page["text"] for page in found if page["size"] == (100, 100)]
        assert len(found) == 36 and len(labels) == 12 and job.done == 12
        for note in notes:
            assert sum(make.number_of(note) in text for text in labels) == 1, "no page twice, none lost"
        changed = ["NEWFORM" in text for text in labels]
        # another worker sets all of it anew; one that is at work ends with what it began with
        assert all(changed) if when == "between two workers" else not any(changed)
        assert ("set anew" in str(job.log)) is all(changed)


def older_record(job_id: int) -> None:
    """What the worker before kept was written for the templates of before: a field of today is not in it."""
    job = Job.objects.get(pk=job_id)
    box, place = longwork.private_storage(), job.payload["_place"]
    with box.open(place["record"]) as source:
        kept = json.load(source)
    for label in kept["record"]["labels"]:
        label.pop("note")
    box.delete(place["record"])
    assert box.save(place["record"], ContentFile(json.dumps(kept).encode())) == place["record"]

"""A telling is made and prepared: one line a buyer, with the text as it would go out or the reason why not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from conversations import rules, selectors
from conversations.choices import TellingState
from conversations.models import Telling, TellingRow
from conversations.registry import FACTS
from conversations.rules import telling as telling_rules
from conversations.selectors import telling as reads
from conversations.services.handing import LONGEST_BODY, LONGEST_SUBJECT, may_send
from conversations.services.telling.judging import Asked, judge
from conversations.services.templates import known_names
from core import audit, longwork, numbering
from core.audit import Actor
from core.errors import Conflict, Invalid
from core.said import Said
from core.states import move

PREPARE = "conversations.prepare_telling"
#: More things than this are prepared by a job.
DIRECT = 200
#: Buyers of one piece of work.
PIECE = 100
_COLUMNS = [
    "about_id", "more_ids", "verdict", "why", "detail", "template_code", "language", "subject", "body", "by_hand",
]  # fmt: skip


def make_telling(
    *, about_type: str, about_ids: Sequence[int], actor: Actor, now: datetime, template: str = "", language: str = "en",
    subject: str = "", body: str = "", source: models.Model | None = None, source_label: str = "",
) -> Telling:  # fmt: skip
    """Begin to tell the buyers of some orders or parcels the same matter: a text of the house (``template``, a base code) or own
    words in one language (others are added by :func:`add_words`).

    Up to 200 things are prepared at once, more by a job (``job``). Refuses an empty choice, a text that does not exist, own
    words that cannot be filled, and roles that may not write to buyers. Nothing is sent.
    """
    may_send(actor)
    if about_type not in FACTS:
        raise Invalid("bad_about", _("Nothing is told about this."), errors={"about_type": [about_type[:60]]})
    ids = list(dict.fromkeys(int(pk) for pk in about_ids))
    if not ids:
        raise Invalid(
            "nothing_chosen", _("Nothing is chosen."), errors={"about_ids": [str(_("Choose at least one row."))]}
        )
    texts = {} if template else {language: _clean_words(subject, body)}
    if template and not selectors.live_templates({template}).get(template):
        raise Invalid(
            "no_template", _("There is no text %(text)s in use."), text=template, errors={"template": [template]}
        )
    with transaction.atomic():
        row = Telling.objects.create(
            number=numbering.telling_number(numbering.take("telling")[0]), code=template, texts=texts,
            text_key=telling_rules.key_of(template, texts), about_type=about_type, about_ids=ids,
            source_type=audit.subject_type(source) if source else "", source_id=source.pk if source else None,
            source_label=source_label[:120], author_id=actor.user_id, author_label=actor.label[:150], created_at=now,
        )  # fmt: skip
        audit.record(
            row,
            "telling.make",
            actor=actor,
            now=now,
            text=gettext_noop("Begun for %(count)s orders or parcels"),
            count=len(ids),
        )
        _start(row, actor, now)
    return row


def _clean_words(subject: str, body: str) -> dict[str, str]:
    """Own words as they may be filled; refuses empty ones and unknown placeholders."""
    said = {
        "subject": rules.clean_header(subject, LONGEST_SUBJECT),
        "body": rules.plain_text(body.replace("\r\n", "\n"))[:LONGEST_BODY],
    }
    if not said["body"]:
        raise Invalid(
            "no_words", _("Choose a text or write one."), errors={"body": [str(_("Choose a text or write one."))]}
        )
    known = known_names()
    errors = {name: wrong for name, text in said.items() if (wrong := rules.check(text, known))}
    if errors:
        what = "; ".join(", ".join(wrong) for wrong in errors.values())
        raise Invalid("bad_words", _("These words cannot be filled in: %(what)s"), what=what, errors=errors)
    return said


def _start(row: Telling, actor: Actor, now: datetime) -> None:
    """Prepare it here, or let a job do it."""
    if len(row.about_ids) <= DIRECT:
        prepare(telling=row, actor=actor, now=now)
        return
    title = Said(gettext_noop("Prepare telling %(number)s"), {"number": row.number})
    row.job = longwork.start(
        PREPARE, actor=actor, now=now, payload={"telling": row.pk}, total=len(row.about_ids), title=title
    )
    Telling.objects.filter(pk=row.pk).update(job=row.job)


def prepare(*, telling: Telling, actor: Actor, now: datetime, work: longwork.Work | None = None) -> Telling:
    """Judge every buyer anew and keep what was found; words that a person changed, and who was left out by a person, stay.
    In pieces, so that a job goes on where it stood."""
    groups = list(telling_rules.grouped(reads.buyers_of(telling.about_type, telling.about_ids)).items())
    start = int(work.place or 0) if work else 0
    while piece := groups[start : start + PIECE]:
        with transaction.atomic():
            _prepare_piece(telling, piece, actor, now)
            start += len(piece)
            if work:
                work.step(sum(len(ids) for _buyer, ids in piece))
                work.save_place(start)
    with transaction.atomic():
        if telling.state == TellingState.PREPARING:
            move(telling, "prepared", actor=actor, now=now, prepared_at=now)
        else:
            Telling.objects.filter(pk=telling.pk).update(prepared_at=now)
    return telling


def _prepare_piece(telling: Telling, piece: Sequence[tuple[int, list[int]]], actor: Actor, now: datetime) -> None:
    held = {
        row.buyer_id: row
        for row in TellingRow._base_manager.select_for_update()
        .filter(telling=telling, buyer_id__in=[buyer for buyer, _ids in piece])
        .order_by("pk")
    }
    asked = [
        Asked(buyer, ids, anyway=buyer in held and held[buyer].anyway)
        for buyer, ids in piece
        if buyer not in held or not (held[buyer].edited or held[buyer].why == "by_person")
    ]
    rows = []
    for one in judge(telling, asked, actor=actor, now=now):
        row = held.get(one.asked.buyer_id) or TellingRow(
            telling=telling, store_id=one.party.store.pk, buyer_id=one.asked.buyer_id
        )
        row.subject = row.body = row.template_code = row.language = ""
        rows.append(one.onto(row))
    TellingRow._base_manager.bulk_create(
        [row for row in rows if row.pk is None],
        update_conflicts=True,
        unique_fields=["telling", "buyer"],
        update_fields=_COLUMNS,
    )
    TellingRow._base_manager.bulk_update([row for row in rows if row.pk is not None], _COLUMNS, batch_size=200)


@transaction.atomic
def prepare_again(*, telling: Telling, actor: Actor, now: datetime) -> Telling:
    """Look at every buyer anew, as things stand now. Refuses a telling that is being told or is over."""
    may_send(actor)
    held = Telling.objects.select_for_update().get(pk=telling.pk)
    move(held, "again", actor=actor, now=now)
    _start(held, actor, now)
    telling.refresh_from_db()
    return telling


@transaction.atomic
def add_words(*, telling: Telling, language: str, body: str, actor: Actor, now: datetime, subject: str = "") -> Telling:
    """Give the own words of a telling in one more language (or change them), and prepare it again. Refuses a telling made from
    a text of the house, and one that is being told."""
    may_send(actor)
    held = Telling.objects.select_for_update().get(pk=telling.pk)
    if held.code:
        raise Conflict("house_text", _("This telling uses a text of the house: its languages are written there."))
    if held.state != TellingState.READY:
        raise Conflict("not_ready", _("Only what waits to be looked through can be changed."))
    held.texts = {**held.texts, language: _clean_words(subject, body)}
    held.text_key = telling_rules.key_of("", held.texts)
    held.save(update_fields=["texts", "text_key"])
    audit.record(
        held, "telling.words", actor=actor, now=now, text=gettext_noop("Words written: %(language)s"), language=language
    )
    return prepare_again(telling=telling, actor=actor, now=now)


def discard(*, telling: Telling, actor: Actor, now: datetime, **given: Any) -> Telling:
    """Tell nobody. Refuses a telling that is being told or is over."""
    may_send(actor)
    move(telling, "discard", actor=actor, now=now)
    return telling


__all__ = ["PREPARE", "add_words", "discard", "make_telling", "prepare", "prepare_again"]

"""Pages of tellings: the list, one telling with every buyer's text, and the words of one buyer."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.apps import apps
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations import rules
from conversations.choices import DeliveryState, LeftOut, TellingState, Verdict, purpose_words
from conversations.forms import DraftForm
from conversations.listings.telling import reason_text
from conversations.models import Telling, TellingRow
from conversations.rules import telling as telling_rules
from conversations.selectors import telling as selectors
from conversations.services import telling as services
from core import format as f
from core.formpage import FormPage
from core.listing.detail import DetailPage, step_from
from core.listing.html import ListPage
from core.reading import whole

TellingsPage = ListPage.of("tellings")
GROUPS = (Verdict.READY, Verdict.TOLD, Verdict.OUT)


class TellingPage(DetailPage):
    """One telling: who will be told what, who is left out and why; afterwards who was told."""

    listing_name, template_name, title = "tellings", "conversations/telling.html", gettext_lazy("Telling")

    @cached_property
    def counts(self) -> dict[str, int]:
        """Buyers by what becomes of them."""
        return selectors.counts([self.object.pk]).get(self.object.pk, {})

    @cached_property
    def group(self) -> str:
        """The buyers that are shown."""
        asked = self.request.GET.get("show", "")
        if asked in GROUPS:
            return asked
        return next((name for name in GROUPS if self.counts.get(name)), Verdict.READY)

    def badges(self, obj: Telling) -> list[dict[str, Any]]:
        """The state."""
        return [{"label": obj.get_state_display(), "tone": TellingState(obj.state).tone}]

    def sub(self, obj: Telling) -> list[Any]:
        """What, from where, by whom."""
        found = [self._text(obj), obj.source_label, obj.author_label, f.moment(obj.created_at, self.now)]
        return [each for each in found if each]

    @staticmethod
    def _text(obj: Telling) -> str:
        if not obj.code:
            return _("Own words in %(languages)s") % {
                "languages": ", ".join(f.language_name(n) for n in sorted(obj.texts))
            }
        row = next((r for r in selectors.offered_texts() if r["base_code"] == obj.code), None)
        return f"{obj.code} · {purpose_words(row['purpose'])}" if row else obj.code

    def alerts(self, obj: Telling) -> list[dict[str, Any]]:
        """What a person should see before pressing."""
        found = []
        job = obj.job
        if obj.state == TellingState.SENDING and job is not None and job.state in ("cancelled", "failed"):
            found.append({"text": _("It was stopped: press again and the rest is told."), "tone": "amber"})
        elif obj.state in (TellingState.PREPARING, TellingState.SENDING) and job is not None:
            link = f.link_html(reverse("core:job", args=[job.pk]), _("See the progress"))
            found.append({"text": f.joined_html([_("A job is at work."), link], " "), "tone": "leaf"})
        by_hand = selectors.rows_of(obj).filter(verdict=Verdict.READY, by_hand=True).count()
        if obj.state == TellingState.READY and by_hand:
            text = _("%(count)s of them are reached only by copying the text into the channel: each becomes a duty.")
            found.append({"text": text % {"count": by_hand}, "tone": "amber"})
        return found

    def facts(self, obj: Telling) -> list[dict[str, Any]]:
        """Counts, languages, reasons."""
        held = self.counts
        who = [
            (Verdict(name).label, f.number(held.get(name, 0)))
            for name in GROUPS
            if held.get(name) or name != Verdict.TOLD
        ]
        chosen = [(_("Chosen"), f.number(len(obj.about_ids))), *who]
        boxes = [{"title": _("Buyers"), "items": chosen}]
        why = [(LeftOut(name).label, f.number(count)) for name, count in selectors.reasons(obj)]
        if why:
            boxes.append({"title": _("Why left out"), "items": why})
        spoken = [
            (f.language_name(name) if name else _("not known"), f.number(n)) for name, n in selectors.languages(obj)
        ]
        if spoken:
            boxes.append({"title": _("Languages of the buyers"), "items": spoken})
        return boxes

    def more(self, obj: Telling) -> dict[str, Any]:
        """The buyers of the chosen group, a page of them."""
        start = max(0, whole(self.request.GET.get("from", "")) or 0)
        rows, there_is_more = selectors.page_of(obj, self.group, start)
        here = self.request.path
        tabs = [
            {"label": Verdict(name).label, "url": f"{here}?show={name}", "active": name == self.group,
             "count": f.number(self.counts.get(name, 0))}
            for name in GROUPS if self.counts.get(name) or name == self.group
        ]  # fmt: skip
        may_see = self.actor.has_perm("orders.view_personal")
        return {
            "tabs": tabs, "buyers": [self._buyer(obj, row, may_see) for row in rows], "may_see": may_see,
            "next_url": f"{here}?show={self.group}&from={start + selectors.PAGE}" if there_is_more else "",
            "back_rows_url": f"{here}?show={self.group}&from={max(0, start - selectors.PAGE)}" if start else "",
        }  # fmt: skip

    def _buyer(self, obj: Telling, row: TellingRow, may_see: bool) -> dict[str, Any]:
        model = apps.get_model(obj.about_type)
        names = {"logistics.parcel": "logistics:parcel", "orders.order": "orders:detail"}
        editable = obj.state == TellingState.READY and (
            row.verdict == Verdict.READY or row.why in telling_rules.MENDED_BY_WORDS
        )
        steps = [step_from("telling-rows", name, row, self.actor, self.now, self.request.get_full_path())
                 for name in ("leave-out", "take-in")]  # fmt: skip
        name = row.buyer.name or row.buyer.login or row.buyer.key if may_see else ""
        shown = row.message if row.message_id and row.message is not None else row
        return {
            "row": row, "name": name, "country": row.buyer.country, "about": model._meta.verbose_name,
            "about_url": reverse(names[obj.about_type], args=[row.about_id]) if obj.about_type in names else "",
            "language": f.language_name(row.language) if row.language else "", "spoken": self._spoken(row),
            "reason": reason_text(row.why, row.detail), "steps": [step for step in steps if step],
            "edit_url": reverse("conversations:telling-row", args=[row.pk]) if editable else "",
            "thread_url": reverse("conversations:thread", args=[row.message.conversation_id]) if row.message else "",
            "subject": shown.subject if may_see else "", "body": shown.body if may_see else "",
            "routes": [{"label": d.get_route_display(), "state": d.get_state_display(), "tone": DeliveryState(d.state).tone,
                        "error": d.error} for d in row.message.deliveries.all()] if row.message else [],
        }  # fmt: skip

    @staticmethod
    def _spoken(row: TellingRow) -> str:
        """The buyer's language, where the text is in another one."""
        wanted = row.buyer.language
        same = not wanted or not row.language or wanted.split("-")[0] == row.language.split("-")[0]
        return "" if same else _("no text in %(language)s") % {"language": f.language_name(wanted)}


class TellingRowPage(FormPage):
    """The words for one buyer."""

    permission, form_class = "conversations.send_message", DraftForm
    submit_label, wide_fields = gettext_lazy("Keep"), ("subject", "body")

    @cached_property
    def row(self) -> TellingRow:
        """The buyer, if the person sees them."""
        found = selectors.rows_for(self.actor).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    @property
    def title(self) -> str:  # type: ignore[override]
        """To whom."""
        name = str(self.row.buyer) if self.actor.has_perm("orders.view_personal") else f"#{self.row.pk}"
        return _("To %(buyer)s") % {"buyer": name}

    @property
    def text(self) -> str:  # type: ignore[override]
        """What is missing."""
        gaps = rules.marks(self.row.body)
        return (
            _("Fill in first: %(facts)s.") % {"facts": ", ".join(gaps)}
            if gaps
            else reason_text(self.row.why, self.row.detail)
        )

    def back_url(self) -> str:
        """The telling."""
        return reverse("conversations:telling", args=[self.row.telling_id])

    def initial(self) -> dict[str, Any]:
        """As it stands."""
        return {"subject": self.row.subject, "body": self.row.body}

    def extra(self) -> dict[str, Any]:
        """The way up."""
        return {"crumbs": [{"label": self.row.telling.number, "url": self.back_url()}]}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """One service call."""
        services.change_row(telling_row=self.row, actor=self.actor, now=self.now, **data)
        return self.go(self.back_url(), _("Kept."))

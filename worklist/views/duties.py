"""One duty in the right pane and what is done with it, without a page load."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import format as f
from core.formpage import FormPage
from core.pages import Page
from worklist import rules, selectors, services
from worklist.choices import Doer, DutyState
from worklist.forms import AssignForm, DoneForm, PutAwayForm
from worklist.models import Duty
from worklist.registry import RULES
from worklist.views.lines import rank_text, title_of, who_html


class DutyPane(Page):
    """One duty in the right pane, or as a page of its own."""

    permission = "worklist.view_duty"

    @cached_property
    def duty(self) -> Duty:
        """The duty, if the person sees it."""
        return selectors.duty(self.actor, self.kwargs["pk"])

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The subject; asked again after a step (``X-Work-Check``) a duty that has ended leaves the list."""
        if not self.duty.is_alive and request.headers.get("X-Work-Check") == "1":
            return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"work:done": {"id": pk}})})
        return self.shown(self.duty)

    def shown(self, duty: Duty) -> HttpResponse:
        """The subject markup of ``duty``."""
        context = {"subject": self.subject(duty), "title": title_of(duty), "panel_url": duty.facts.get("panel", ""), "duty": duty,
                   "mine": duty.owner_id is not None and duty.owner_id == self.actor.user_id and duty.is_alive}  # fmt: skip
        return self.render("worklist/_duty.html" if self.is_partial() else "worklist/duty.html", context)

    def subject(self, duty: Duty) -> dict[str, Any]:
        """What core/_subject.html draws."""
        rule, facts = RULES.get(duty.rule), duty.facts
        number = facts.get("number", "")
        return {
            "url": facts.get("url", ""), "crumbs": [{"label": duty.get_group_display()}, {"label": number}] if number else [],
            "title": title_of(duty), "badges": self._badges(duty),
            "sub": [who_html(facts, self.actor.has_perm("orders.view_personal"))] if facts.get("who") else [],
            "clock": {"at": duty.due_at, "text": _("due")} if duty.is_alive else None,
            "alerts": self._alerts(duty), "advice": rule.sentence(facts) if rule else "", "tables": [], "why": rank_text(duty, self.now),
            "facts": [], "thread": None, "reply": None, "steps": self._steps(duty), "panels": [], "timeline": None,
        }  # fmt: skip

    def _badges(self, duty: Duty) -> list[dict[str, Any]]:
        tone = {DutyState.STUCK: "rose", DutyState.CLAIMED: "sea", DutyState.SNOOZED: "neutral", DutyState.DONE: "leaf"}
        badges = [{"label": duty.get_state_display(), "tone": tone.get(DutyState(duty.state), "amber")}]
        if duty.owner is not None and duty.is_alive:
            badges.append({"label": duty.owner.label, "tone": "sea"})
        return badges

    @staticmethod
    def _alerts(duty: Duty) -> list[dict[str, Any]]:
        found = []
        if duty.state == DutyState.STUCK:
            gave_up = _("The clock gave up after %(n)s tries.") % {"n": duty.attempts}
            found.append({"text": duty.last_error, "tone": "rose", "title": gave_up})
        if duty.state == DutyState.SNOOZED and duty.snoozed_until:
            found.append(
                {"text": f"{f.moment(duty.snoozed_until)} · {duty.reason}", "tone": "amber", "title": _("Put away")}
            )
        return found

    def _steps(self, duty: Duty) -> list[dict[str, Any]]:
        if not duty.is_alive or not self.actor.has_perm("worklist.work_duty"):
            return []
        facts, rule = duty.facts, RULES.get(duty.rule)
        words = (rule.next_step(facts) if rule else "") or _("Open")
        steps: list[dict[str, Any]] = []
        if facts.get("do"):
            steps.append({"label": words, "url": facts["do"], "method": "dialog" if facts.get("do_form") else "post"})
        elif facts.get("url"):
            steps.append({"label": words, "url": facts["url"], "method": "get", "icon": "arrow-right"})
        if duty.state == DutyState.STUCK or (duty.doer == Doer.CLOCK and duty.state != DutyState.SNOOZED):
            steps.append(self._step(duty, "retry", _("Try again"), icon="refresh"))
        held = duty.state == DutyState.CLAIMED
        if held and (duty.owner_id == self.actor.user_id or self.actor.has_perm("worklist.assign_duty")):
            steps.append(self._step(duty, "unclaim", _("Let go"), key="c"))
        elif not held and duty.state != DutyState.SNOOZED:
            steps.append(self._step(duty, "claim", _("I take it"), key="c"))
        steps.append(self._step(duty, "done", _("Done otherwise…"), method="dialog", key="e"))
        if duty.state != DutyState.SNOOZED:
            steps.append(self._step(duty, "snooze", _("Put away…"), method="dialog", key="s"))
        if self.actor.has_perm("worklist.assign_duty"):
            steps.append(self._step(duty, "assign", _("Assign…"), method="dialog"))
        return steps

    @staticmethod
    def _step(duty: Duty, name: str, label: str, **more: Any) -> dict[str, Any]:
        return {
            "label": label,
            "url": reverse(f"worklist:{name}", args=[duty.pk]),
            "method": "post",
            "kind": "ghost",
            **more,
        }


class DutyAct(DutyPane):
    """Claim, let go, try again: one button, answered with the fresh subject (or the next line)."""

    permission = "worklist.work_duty"
    act: str = ""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Nothing to fill in: back to the duty."""
        return self.go(reverse("worklist:duty", args=[pk]))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do it."""
        doing = {
            "claim": services.claim, "unclaim": services.unclaim, "retry": services.retry, "back": services.take_back,
        }[self.act]  # fmt: skip
        doing(duty=self.duty, actor=self.actor, now=self.now)
        if self.act == "back":
            if self.is_partial():
                return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"work:back": {"id": pk}})})
            return self.go(reverse("worklist:today"), _("Taken back."))
        if self.act == "retry":
            return finished(self, pk, _("The clock tries again."))
        if not self.is_partial():
            return self.go(reverse("worklist:duty", args=[pk]))
        return self.shown(selectors.duty(self.actor, pk))


class DutyForm(FormPage):
    """Done otherwise, put away, assign: a short form in the dialog."""

    permission = "worklist.work_duty"

    @cached_property
    def duty(self) -> Duty:
        """The duty, if the person sees it."""
        return selectors.duty(self.actor, self.kwargs["pk"])

    def back_url(self) -> str:
        """The list."""
        return reverse("worklist:today")

    def extra(self) -> dict[str, Any]:
        """What it is about."""
        return {"text": f"{title_of(self.duty)} · {self.duty.facts.get('number', '')}".strip(" ·")}


class DonePage(DutyForm):
    """Done in another way, saying how."""

    form_class, title, submit_label = DoneForm, gettext_lazy("Done otherwise"), gettext_lazy("It is done")

    def extra(self) -> dict[str, Any]:
        """What is said most often, at one key."""
        said = (_("Settled with the buyer"), _("Done in the channel"), _("No longer needed"))
        quick = [{"label": text, "name": "reason", "value": text, "key": str(n)} for n, text in enumerate(said, 1)]
        return {**super().extra(), "quick": quick}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """End it."""
        services.done(duty=self.duty, reason=data["reason"], actor=self.actor, now=self.now)
        return finished(self, self.duty.pk, _("Noted as done."), undo=True)


#: The quick times of putting away.
LATER = {
    "hour": gettext_lazy("In an hour"), "afternoon": gettext_lazy("This afternoon"),
    "tomorrow": gettext_lazy("Tomorrow at nine"), "monday": gettext_lazy("Next Monday"),
}  # fmt: skip


class SnoozePage(DutyForm):
    """Put away until a time: one of the quick ones, or an own one with its reason."""

    form_class, title, submit_label = PutAwayForm, gettext_lazy("Put away"), gettext_lazy("Put it away")

    @cached_property
    def choices(self) -> dict[str, tuple[Any, datetime]]:
        """The quick times by name."""
        times = rules.later_choices(timezone.localtime(self.now))
        return {name: (LATER[name], at) for name, at in times.items()}

    def form_arguments(self) -> dict[str, Any]:
        """With the quick times."""
        return {"quick": self.choices}

    def extra(self) -> dict[str, Any]:
        """The quick times as buttons."""
        quick = [
            {"label": f"{label} · {f.moment(at, self.now)}", "name": "quick", "value": name, "key": str(n)}
            for n, (name, (label, at)) in enumerate(self.choices.items(), 1)
        ]
        return {**super().extra(), "quick": quick}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """Put it away."""
        services.snooze(duty=self.duty, until=data["until"], reason=data["reason"], actor=self.actor, now=self.now)
        sentence = _("Put away until %(time)s.") % {"time": f.moment(data["until"], self.now)}
        return finished(self, self.duty.pk, sentence, undo=True)


class AssignPage(DutyForm):
    """Give it to a colleague."""

    permission = "worklist.assign_duty"
    form_class, title, submit_label = AssignForm, gettext_lazy("Assign"), gettext_lazy("Assign")

    def form_arguments(self) -> dict[str, Any]:
        """Colleagues who may do it."""
        return {"duty": self.duty}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """Give it."""
        services.assign(duty=self.duty, person=data["person"], actor=self.actor, now=self.now)
        return finished(self, self.duty.pk, _("Assigned to %(who)s.") % {"who": data["person"].label})


def finished(view: Page, pk: int, sentence: str, *, undo: bool = False) -> HttpResponse:
    """The line leaves the list and the next opens; without scripts: back to the list with the sentence and its way back."""
    back = reverse("worklist:back", args=[pk]) if undo else ""
    if not view.is_partial():
        return view.go(reverse("worklist:today"), sentence, tags=f"undo:{back}" if back else "")
    told = {"work:done": {"id": pk}, "dialog:close": True, "toast": {"text": sentence, "tone": "leaf", "undo": back}}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(told)})


class BulkPane(Page):
    """Several duties of one rule in the right pane."""

    permission = "worklist.view_duty"

    def get(self, request: HttpRequest, rule: str) -> HttpResponse:
        """The lines, and the page where they are done together."""
        found = RULES.get(rule)
        if found is None:
            raise Http404
        whose = request.GET.get("whose", "do")
        question = selectors.Question(whose=whose, rule=rule)
        duties = selectors.page(self.actor, question).duties
        listed = reverse("worklist:today") + "?" + urlencode({"whose": whose, "rule": rule})
        url = found.bulk_url() or listed
        heads = [{"label": label, "css": ""} for label in (_("Due"), _("Number"), _("Buyer"))]
        steps = [
            {"label": _("Do them together"), "url": url, "method": "get", "icon": "arrow-right"},
            {"label": _("One by one"), "url": listed, "method": "get"},
        ]
        subject = {
            "title": found.title, "url": url, "badges": [], "steps": steps, "thread": None, "timeline": None,
            "tables": [{"title": "", "columns": heads, "rows": [self._row(d, listed) for d in duties]}],
        }  # fmt: skip
        context = {"subject": subject, "title": subject["title"]}
        return self.render("core/_subject.html" if self.is_partial() else "core/subject_page.html", context)

    def _row(self, duty: Duty, listed: str) -> dict[str, Any]:
        facts = duty.facts
        number = f.link_html(facts.get("url") or listed, facts.get("number") or duty.subject_id)
        buyer = who_html(facts, self.actor.has_perm("orders.view_personal"))
        return {"tds": f.tds_html([("", f.due_html(duty.due_at, self.now)), ("mono", number), ("", buyer)]), "css": ""}


class BeatPage(Page):
    """A sign of life: the person's claims are renewed."""

    permission = "worklist.work_duty"

    def post(self, request: HttpRequest) -> HttpResponse:
        """Renew."""
        services.beat(actor=self.actor, now=self.now)
        return HttpResponse(status=204)

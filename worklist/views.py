"""Today: groups, the ranked list, the subject with its next step. Nothing needs a page load."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import services as people
from core import counts
from core import format as f
from core.formpage import FormPage
from core.pages import Page
from worklist import selectors, services
from worklist.choices import Band, Doer, DutyState, Group
from worklist.forms import AssignForm, DoneForm, SnoozeForm
from worklist.lines import bulk_line, line, rank_text, title_of
from worklist.models import Duty
from worklist.registry import RULES

WHOSE = (
    ("do", gettext_lazy("To do")), ("mine", gettext_lazy("Mine")), ("unclaimed", gettext_lazy("Unclaimed")),
    ("team", gettext_lazy("Team")),
)  # fmt: skip
ORDERS = (("day", gettext_lazy("In the order of the day")), ("risk", gettext_lazy("By risk")))


class TodayPage(Page):
    """The three panes."""

    permission = "worklist.view_duty"

    @cached_property
    def question(self) -> selectors.Question:
        """What the address asks; the order without one is the person's own."""
        asked, known = self.request.GET, dict(WHOSE)
        own = getattr(self.request.user, "today_order", "day")
        order = asked.get("order", own)
        return selectors.Question(
            whose=asked["whose"] if asked.get("whose") in known else "do", group=asked.get("group", ""),
            rule=asked.get("rule", ""), order=order if order in ("day", "risk") else "day", after=asked.get("after", "")[:200],
        )  # fmt: skip

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page, or more rows."""
        page = selectors.page(self.actor, self.question)
        context = {"rows": self._rows(page), "next_url": self._url(after=page.next) if page.next else "", "empty": self._empty()}
        if self.is_partial() and self.question.after:
            return self.render("core/_work_rows.html", context)
        return self.render("worklist/today.html", {**context, **self._panes()})

    def _rows(self, page: selectors.Page) -> list[dict[str, Any]]:
        asked = f"?{self._query(after=None)}"
        rows = [bulk_line(bulk, reverse("worklist:bulk", args=[bulk.rule]) + asked, self.now) for bulk in page.bulks]
        return rows + [line(duty, self.actor, self.now) for duty in page.duties]

    def _panes(self) -> dict[str, Any]:
        zone, question = timezone.get_current_timezone_name(), self.question
        figures = selectors.group_counts(self.actor, question.whose)
        groups = [self._group("", _("All"), figures.total), self._group("0", Band.TODAY.label, figures.today, hot=True)]
        groups += [self._group(g.value, g.label, figures.groups.get(g.value, 0)) for g in Group]
        return {
            "title": _("Today"), "subtitle": f"{f.day(self.now)} · {timezone.localtime(self.now):%H:%M}", "groups": groups,
            "group_sections": [], "foot": self._foot(zone), "selected_id": None, "head_actions": [],
            "tabs": [{"label": label, "url": self._url(whose=name, after=None), "active": name == question.whose} for name, label in WHOSE],
            "sorts": [{"label": label, "url": self._order_url(name), "active": name == question.order} for name, label in ORDERS],
            "beat_url": reverse("worklist:beat"),
        }  # fmt: skip

    def _group(self, name: str, label: Any, count: int, hot: bool = False) -> dict[str, Any]:
        return {
            "label": label, "url": self._url(group=name or None, rule=None, after=None), "count": counts.text(count) or "0",
            "active": self.question.group == name and not self.question.rule, "hot": hot and count > 0,
        }  # fmt: skip

    def _foot(self, zone: str) -> dict[str, Any]:
        load = selectors.tomorrow(self.actor, self.now, zone)
        done = selectors.done_today(self.actor, self.now, zone)
        left = selectors.open_count(self.actor)
        text = _("%(n)s lines · about %(time)s") % {"n": load.count, "time": f.duration(timedelta(minutes=max(load.minutes, 1)))}
        return {
            "title": _("Tomorrow"), "text": text if load.count else _("Nothing is due."),
            "warn": _("%(n)s are late already") % {"n": load.late} if load.late else "",
            "done": done, "total": done + left, "done_text": _("Done today: %(done)s of %(all)s") % {"done": done, "all": done + left},
        }  # fmt: skip

    def _empty(self) -> dict[str, Any]:
        return {
            "icon": "circle-check", "title": _("Everything is done."),
            "text": _("New orders, messages, parcels that need a look and notes to sign appear here by themselves."),
        }  # fmt: skip

    def _query(self, **changes: str | None) -> str:
        asked = {name: value for name, value in self.request.GET.items() if name in ("whose", "group", "rule", "order", "after")}
        asked.update({k: v for k, v in changes.items() if v})
        return urlencode({k: v for k, v in asked.items() if k not in changes or changes[k]})

    def _url(self, **changes: str | None) -> str:
        text = self._query(**changes)
        return f"{self.request.path}?{text}" if text else self.request.path

    def _order_url(self, name: str) -> str:
        return f"{reverse('worklist:order')}?{urlencode({'order': name, 'next': self._url(order=name, after=None)})}"


class OrderPage(Page):
    """Keep the person's order of Today."""

    permission = "worklist.view_duty"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Remember it and go back to the list."""
        order = request.GET.get("order", "day")
        people.change_preferences(person=request.user, today_order=order if order in dict(ORDERS) else "day")
        return self.go(self.next_url(reverse("worklist:today")))


class DutyPane(Page):
    """One duty in the right pane, or as a page of its own."""

    permission = "worklist.view_duty"

    @cached_property
    def duty(self) -> Duty:
        """The duty, if the person sees it."""
        return selectors.duty(self.actor, self.kwargs["pk"])

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The subject."""
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
            "sub": [f.buyer_html(facts["who"], facts.get("country"))] if facts.get("who") else [],
            "clock": {"at": duty.due_at, "text": _("due %(time)s") % {"time": f.moment(duty.due_at, self.now)}} if duty.is_alive else None,
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
            found.append({"text": f"{f.moment(duty.snoozed_until)} · {duty.reason}", "tone": "amber", "title": _("Put away")})
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
            steps.append(self._step(duty, "unclaim", _("Let go")))
        elif not held and duty.state != DutyState.SNOOZED:
            steps.append(self._step(duty, "claim", _("I take it")))
        steps.append(self._step(duty, "done", _("Done otherwise…"), method="dialog", key="e"))
        if duty.state != DutyState.SNOOZED:
            steps.append(self._step(duty, "snooze", _("Put away…"), method="dialog", key="s"))
        if self.actor.has_perm("worklist.assign_duty"):
            steps.append(self._step(duty, "assign", _("Assign…"), method="dialog"))
        return steps

    @staticmethod
    def _step(duty: Duty, name: str, label: str, **more: Any) -> dict[str, Any]:
        return {"label": label, "url": reverse(f"worklist:{name}", args=[duty.pk]), "method": "post", "kind": "ghost", **more}


class DutyAct(DutyPane):
    """Claim, let go, try again: one button, answered with the fresh subject (or the next line)."""

    permission = "worklist.work_duty"
    act: str = ""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Nothing to fill in: back to the duty."""
        return self.go(reverse("worklist:duty", args=[pk]))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do it."""
        doing = {"claim": services.claim, "unclaim": services.unclaim, "retry": services.retry}[self.act]
        doing(duty=self.duty, actor=self.actor, now=self.now)
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

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """End it."""
        services.done(duty=self.duty, reason=data["reason"], actor=self.actor, now=self.now)
        return finished(self, self.duty.pk, _("Noted as done."))


class SnoozePage(DutyForm):
    """Put away until a time, saying why."""

    form_class, title, submit_label = SnoozeForm, gettext_lazy("Put away"), gettext_lazy("Put it away")

    def initial(self) -> dict[str, Any]:
        """Tomorrow at nine."""
        tomorrow = timezone.localtime(self.now + timedelta(days=1)).replace(hour=9, minute=0)
        return {"until": tomorrow.strftime("%Y-%m-%dT%H:%M")}

    def save(self, data: dict[str, Any]) -> HttpResponse:
        """Put it away."""
        services.snooze(duty=self.duty, until=data["until"], reason=data["reason"], actor=self.actor, now=self.now)
        return finished(self, self.duty.pk, _("Put away until %(time)s.") % {"time": f.moment(data["until"], self.now)})


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


def finished(view: Page, pk: int, sentence: str) -> HttpResponse:
    """The line leaves the list and the next opens; without scripts: back to the list with the sentence."""
    if not view.is_partial():
        return view.go(reverse("worklist:today"), sentence)
    told = {"work:done": {"id": pk}, "dialog:close": True, "toast": {"text": sentence, "tone": "leaf"}}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(told)})


class BulkPane(Page):
    """Several duties of one rule in the right pane."""

    permission = "worklist.view_duty"

    def get(self, request: HttpRequest, rule: str) -> HttpResponse:
        """The lines, and the page where they are done together."""
        found = RULES.get(rule)
        whose = request.GET.get("whose", "do")
        question = selectors.Question(whose=whose, rule=rule)
        duties = selectors.page(self.actor, question).duties
        listed = reverse("worklist:today") + "?" + urlencode({"whose": whose, "rule": rule})
        url = (found.bulk_url() if found else "") or listed
        heads = [{"label": label, "css": ""} for label in (_("Due"), _("Number"), _("Buyer"))]
        steps = [
            {"label": _("Do them together"), "url": url, "method": "get", "icon": "arrow-right"},
            {"label": _("One by one"), "url": listed, "method": "get"},
        ]
        subject = {
            "title": found.title if found else rule, "url": url, "badges": [], "steps": steps, "thread": None, "timeline": None,
            "tables": [{"title": "", "columns": heads, "rows": [self._row(d, listed) for d in duties]}],
        }  # fmt: skip
        context = {"subject": subject, "title": subject["title"]}
        return self.render("core/_subject.html" if self.is_partial() else "core/subject_page.html", context)

    def _row(self, duty: Duty, listed: str) -> dict[str, Any]:
        facts = duty.facts
        number = f.link_html(facts.get("url") or listed, facts.get("number") or duty.subject_id)
        buyer = f.buyer_html(facts.get("who"), facts.get("country"))
        return {"tds": f.tds_html([("", f.due_html(duty.due_at, self.now)), ("mono", number), ("", buyer)]), "css": ""}


class BeatPage(Page):
    """A sign of life: the person's claims are renewed."""

    permission = "worklist.work_duty"

    def post(self, request: HttpRequest) -> HttpResponse:
        """Renew."""
        services.beat(actor=self.actor, now=self.now)
        return HttpResponse(status=204)

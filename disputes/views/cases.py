"""Pages of cases: one case, its answer with a preview, its pane on Today."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import format as f
from core.audit import Actor
from core.errors import DomainError, Invalid
from core.formpage import FormPage
from core.listing.detail import DetailPage
from core.pages import Page
from core.timeline import PARTS
from disputes import selectors, services
from disputes.choices import AnswerState, CaseKind, CaseState, RemedyKind
from disputes.forms import AnswerForm
from disputes.listings.actions import latest
from disputes.listings.cases import OUTCOMES, STATES
from disputes.models import Answer, Case, Remedy
from disputes.panels import shown_records
from logistics.registry import DisputeClock
from logistics.selectors import both_clocks, dispatch_record, judging

#: Who approves, in words.
APPROVERS = {
    "disputes.approve_remedy": gettext_lazy("a supervisor"), "disputes.approve_any_remedy": gettext_lazy("a manager"),
}  # fmt: skip


def money(amount: Any, currency: str) -> str:
    """An amount, or a dash."""
    return f.money(amount, currency) if amount is not None else f.DASH


class CasePage(DetailPage):
    """One case: what is claimed, until when we answer, what was answered and given."""

    listing_name = "cases"
    template_name = "disputes/case.html"
    title = gettext_lazy("Case")

    def badges(self, obj: Case) -> list[dict[str, Any]]:
        """State or outcome, and the kind."""
        label, tone = OUTCOMES[obj.outcome] if obj.outcome else STATES[obj.state]
        return [{"label": label, "tone": tone}, {"label": obj.get_kind_display(), "tone": "neutral"}]

    def sub(self, obj: Case) -> list[Any]:
        """Order, buyer, store."""
        order = f.link_html(reverse("orders:detail", args=[obj.order_id]), obj.order.number, "mono")
        seen = self.actor.has_perm("orders.view_personal")
        return [order, f.buyer_html(obj.order.buyer_name if seen else "", obj.order.country), obj.store.name]

    def clock(self, obj: Case) -> dict[str, Any] | None:
        """Until when we answer."""
        if obj.respond_by is None:
            return None
        return {"at": obj.respond_by, "text": _("then the channel decides without us")}

    def alerts(self, obj: Case) -> list[dict[str, Any]]:
        """What must be seen: an answer on its way, one that failed, one that waits for approval."""
        made: list[dict[str, Any]] = []
        newest = next((row for row in selectors.answers_of(obj) if row.turn == obj.turn), None)
        if newest is None or not obj.is_open:
            return made
        what = f"{newest.get_kind_display()} {money(newest.amount, newest.currency) if newest.amount is not None else ''}".strip()
        if newest.state == AnswerState.PROPOSED:
            who = APPROVERS.get(newest.needs, APPROVERS["disputes.approve_remedy"])
            text = _("%(what)s by %(author)s waits for %(who)s.") % {
                "what": what,
                "author": newest.author_label,
                "who": who,
            }
            made.append({"text": text, "tone": "lantern", "title": _("To approve")})
        elif newest.state == AnswerState.QUEUED:
            made.append({"text": _("%(what)s is being sent to the shop.") % {"what": what}, "tone": "indigo"})
        elif newest.state == AnswerState.BY_HAND:
            text = _("Give this answer in the shop, then confirm it here: %(what)s. The text stands below.") % {
                "what": what
            }
            made.append({"text": text, "tone": "amber", "title": _("By hand")})
        elif newest.state in (AnswerState.FAILED, AnswerState.REJECTED):
            made.append({"text": newest.refused, "tone": "rose", "title": newest.get_state_display()})
        if obj.state == CaseState.AGREED:
            made.append(
                {"text": _("Agreed is not ended: it is followed until the buyer has withdrawn it."), "tone": "indigo"}
            )
        return made

    def facts(self, obj: Case) -> list[dict[str, Any]]:
        """Claim and money, clocks, root cause."""
        given = selectors.given(obj.order)
        seen = self.actor.has_perm("orders.view_personal")
        claim = [
            (_("Claimed"), money(obj.claimed, obj.currency)), (_("Paid by the buyer"), money(obj.order.total, obj.currency)),
            (_("Paid back so far"), money(given.refunded, obj.currency)),
            (_("Promised in answers"), money(given.promised or None, obj.currency)),
            (_("Can still be paid back"), money(given.left, obj.currency)),
            {"label": _("The buyer's words"), "value": f.buyer_text_html(obj.reason) if seen and obj.reason else f.DASH, "wide": True},
        ]  # fmt: skip
        clocks = [
            (_("Opened"), f.time_html(obj.opened_at, self.now)), (_("Turn"), obj.turn),
            (_("Answer by"), f.due_html(obj.respond_by, self.now, hard=True) if obj.respond_by else f.DASH),
            (_("Clock"), self._source(obj)), (_("Answered"), f.time_html(obj.answered_at, self.now)),
            (_("Next look"), f.time_html(obj.next_check_at, self.now)), (_("Closed"), f.time_html(obj.closed_at, self.now)),
        ]  # fmt: skip
        cause = [
            (_("Root cause"), selectors.causes.name_of(obj.cause)), (_("Note"), obj.cause_note or f.DASH),
            (_("Number in the shop"), f.mono_html(obj.external_id) if obj.external_id else _("opened by hand")),
        ]  # fmt: skip
        return [
            {"title": _("Claim"), "items": claim},
            {"title": _("Clocks"), "items": clocks},
            {"title": _("Case"), "items": cause},
        ]

    @staticmethod
    def _source(obj: Case) -> Any:
        words = {"channel": _("given by the channel"), "person": _("entered by a person"), "": f.DASH}
        return words.get(obj.clock_source) or f.mono_html(obj.clock_source)

    def tables(self, obj: Case) -> list[dict[str, Any]]:
        """Answers and remedies."""
        made = []
        answers, remedies = selectors.answers_of(obj), selectors.remedies_of(obj)
        if answers:
            heads = (_("Turn"), _("Answer"), _("Amount"), _("Text"), _("State"), _("Time"))
            made.append(
                {"title": _("Our answers"), "columns": columns(heads), "rows": [self._answer(row) for row in answers]}
            )
        if remedies:
            heads = (_("Remedy"), _("Amount"), _("Route"), _("Reference"), _("By"), _("Time"))
            made.append(
                {
                    "title": _("Given to the buyer"),
                    "columns": columns(heads),
                    "rows": [self._remedy(row) for row in remedies],
                }
            )
        return made

    def _answer(self, row: Answer) -> dict[str, Any]:
        state = AnswerState(row.state)
        cells = [
            ("", row.turn), ("", row.get_kind_display()), ("num", money(row.amount, row.currency)), ("wide", row.text),
            ("", f.badge_html(state.label, state.tone, row.refused)), ("", f.time_html(row.sent_at or row.created_at, self.now)),
        ]  # fmt: skip
        return {"tds": f.tds_html(cells)}

    def _remedy(self, row: Remedy) -> dict[str, Any]:
        cells = [
            ("", row.get_kind_display()), ("num", money(row.amount, row.currency)), ("", row.get_route_display()),
            ("", f.mono_html(row.reference) if row.reference else f.DASH), ("", PARTS.get(row.actor_label, row.actor_label)),
            ("", f.time_html(row.given_at, self.now)),
        ]  # fmt: skip
        return {"tds": f.tds_html(cells)}

    def more(self, obj: Case) -> dict[str, Any]:
        """Both clocks, while the case is open and its parcel is (TRK-16); its own clock is one of them."""
        both = case_both(obj, self.now, self.actor)
        return {"both": {**both, "step": None}, "clock": None} if both else {"both": None}

    def first_step(self, obj: Case) -> str:
        """What comes next."""
        if latest(obj, AnswerState.BY_HAND):
            return "confirm-answer"
        if latest(obj, AnswerState.PROPOSED) and self.actor.has_perm("disputes.approve_remedy"):
            return "approve"
        if not obj.is_open:
            return "" if obj.cause else "set-cause"
        if obj.state == CaseState.AGREED:
            return "look-again" if services.told_by_channel(obj) else "close"
        if obj.state == CaseState.FOR_BUYER and not services.told_by_channel(obj):
            return "agree"
        return "look-again"

    def extra_steps(self, obj: Case) -> list[dict[str, Any]]:
        """The page on which one answers."""
        if not obj.is_open or not obj.owed or obj.going in ("proposed", "queued", "by_hand"):  # type: ignore[attr-defined]
            return []
        if not self.actor.has_perm("disputes.offer_remedy"):
            return []
        return [
            {
                "label": _("Answer the case"),
                "url": reverse("disputes:answer", args=[obj.pk]),
                "method": "get",
                "icon": "send",
                "key": "r",
            }
        ]


def case_both(case: Case, now: datetime, actor: Actor) -> dict[str, Any] | None:
    """The clocks of the promise and of a case beside each other with what must be done; None where no parcel is under way."""
    if not case.is_open or not actor.has_perm("logistics.view_parcel"):
        return None
    said = selectors.case_parcel(case, judging.of_orders([case.order_id], now, disputed=True).get(case.order_id, []))
    going = case.going in ("proposed", "queued", "by_hand")  # type: ignore[attr-defined]
    if said is None:
        return None
    answer = reverse("disputes:answer", args=[case.pk]) if case.owed and not going else ""
    clock = DisputeClock(case.respond_by, case.number, reverse("disputes:case", args=[case.pk]), answer)
    return both_clocks.context(said.parcel, said, clock, now, actor)


def columns(heads: tuple[Any, ...]) -> list[dict[str, Any]]:
    """Headings of a table; amounts stand right."""
    return [{"label": label, "css": "num" if label == _("Amount") else ""} for label in heads]


class AnswerPage(FormPage):
    """Write an answer, see what will happen, send it."""

    permissions = {"GET": "disputes.offer_remedy", "HEAD": "disputes.offer_remedy", "POST": "disputes.offer_remedy"}
    form_class = AnswerForm
    template_name = "disputes/answer.html"
    submit_label = gettext_lazy("See what will happen")

    @cached_property
    def case(self) -> Case:
        """The case, if it is the person's to see."""
        return selectors.case(self.actor, self.kwargs["pk"])

    def back_url(self) -> str:
        """Its page."""
        return reverse("disputes:case", args=[self.case.pk])

    def initial(self) -> dict[str, Any]:
        """What the buyer claims."""
        asked = self.request.GET.get("kind", "")
        record = dispatch_record.digest_of(self.records)
        if asked in RemedyKind.values:
            return {"kind": asked, "amount": None, "record": record}
        given = selectors.given(self.case.order)
        claimed = self.case.claimed
        part = claimed is not None and claimed < given.left
        kind = RemedyKind.PART_REFUND if part else RemedyKind.REFUND if claimed else RemedyKind.EVIDENCE
        return {"kind": kind, "amount": claimed if part else None, "record": record}

    @cached_property
    def records(self) -> list[dispatch_record.Record]:
        """How the order was packed, where pieces are said to be missing."""
        short = self.case.kind == CaseKind.SHORT
        return dispatch_record.records_of_order(self.case.order_id, self.now) if short else []

    def extra(self) -> dict[str, Any]:
        """The claim beside the form."""
        case, given = self.case, selectors.given(self.case.order)
        seen = self.actor.has_perm("orders.view_personal")
        return {
            "title": _("Answer case %(number)s") % {"number": case.number}, "case": case, "plan": None,
            "reason": case.reason if seen else "", "short": case.kind == CaseKind.SHORT, "records": shown_records(self.records),
            "crumbs": [{"label": _("Cases"), "url": reverse("disputes:cases")}, {"label": case.number, "url": self.back_url()}],
            "facts": [
                (_("Kind"), case.get_kind_display()), (_("Claimed"), money(case.claimed, case.currency)),
                (_("Paid by the buyer"), money(case.order.total, case.currency)),
            (_("Can still be paid back"), money(given.left, case.currency)),
                (_("Answer by"), f.due_html(case.respond_by, self.now, hard=True) if case.respond_by else f.DASH),
            ],
        }  # fmt: skip

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The form; back to the case when it waits for no answer of ours."""
        if not self.case.owed or self.case.going in ("proposed", "queued", "by_hand"):  # type: ignore[attr-defined]
            return self.go(self.back_url(), _("This case does not wait for an answer of ours."), level=messages.INFO)
        return super().get(request, **kwargs)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """First the preview; sent only by its own button."""
        form = AnswerForm(request.POST)
        if not form.is_valid():
            return self.answer(form, 422)
        data = form.cleaned_data
        try:
            if request.POST.get("step") == "send":
                made = services.answer(case=self.case, actor=self.actor, now=self.now, **data)
                return self.go(self.back_url(), self._done(made))
            plan = services.plan_answer(case=self.case, actor=self.actor, now=self.now, **data)
        except DomainError as error:
            if error.code == "record_unseen":  # the record beside the form is the present one: this answer is about it
                form = AnswerForm({**request.POST.dict(), "record": dispatch_record.digest_of(self.records)})
                form.is_valid()
            self._faults(form, error)
            return self.answer(form, 422)
        return self.shown(form, plan, step=request.POST.get("step", ""))

    def shown(self, form: AnswerForm, plan: Any, *, step: str) -> HttpResponse:
        """The preview, or (step "edit") the form again with what was written."""
        context = {
            "form": form, "groups": None, "wide_fields": (), "action_url": self.request.get_full_path(), "hidden": [], "text": "",
            "submit_label": self.submit_label, "consequence": "", "danger": False, "back_url": self.back_url(), **self.extra(),
        }  # fmt: skip
        if step != "edit":
            context["plan"] = {
                "what": RemedyKind(plan.kind).label, "amount": money(plan.amount, plan.currency) if plan.amount is not None else "",
                "text": plan.text, "way": self._way(plan), "tone": "lantern" if plan.needs else "sea",
                "send": _("Ask for approval") if plan.needs else _("Send the answer") if plan.by_program else _("Write it down"),
                "values": [("kind", plan.kind), ("amount", "" if plan.amount is None else plan.amount), ("text", plan.text),
                           ("record", form.cleaned_data["record"])],
            }  # fmt: skip
        return self.render(self.template_name, context)

    @staticmethod
    def _way(plan: Any) -> str:
        if plan.needs:
            who = APPROVERS.get(plan.needs, plan.needs)
            if plan.unpriced:
                return str(
                    _("No exchange rate of these days is known: %(who)s must approve it before it leaves.")
                    % {"who": who}
                )
            return str(_("It is above your limit: %(who)s must approve it before it leaves.") % {"who": who})
        if plan.by_program:
            return str(_("The shop is told at once; the buyer and the platform read it. It cannot be taken back."))
        return str(_("This shop takes no answers by program: you give it there and confirm here."))

    @staticmethod
    def _done(made: Answer) -> str:
        return {
            AnswerState.PROPOSED: _("Written; it waits for approval."), AnswerState.QUEUED: _("The answer is on its way."),
            AnswerState.BY_HAND: _("Written down. Give it in the shop, then confirm."),
        }.get(AnswerState(made.state), _("Answered."))  # fmt: skip

    @staticmethod
    def _faults(form: AnswerForm, error: DomainError) -> None:
        named = error.errors if isinstance(error, Invalid) else {}
        for name, sentences in named.items():
            for sentence in sentences:
                form.add_error(name if name in form.fields else None, sentence)
        if not named:
            form.add_error(None, error.message)


class CasePane(Page):
    """The case in the right pane of Today."""

    permission = "disputes.view_case"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Claim, words, the newest answers."""
        case = selectors.case(self.actor, pk)
        given = selectors.given(case.order)
        label, tone = OUTCOMES[case.outcome] if case.outcome else STATES[case.state]
        seen = self.actor.has_perm("orders.view_personal")
        facts = [
            (_("State"), f.badge_html(label, tone)), (_("Order"), case.order.number), (_("Claimed"), money(case.claimed, case.currency)),
            (_("Paid by the buyer"), money(case.order.total, case.currency)),
            (_("Can still be paid back"), money(given.left, case.currency)),
            (_("Answer by"), f.due_html(case.respond_by, self.now, hard=True) if case.respond_by else f.DASH),
        ]  # fmt: skip
        both = case_both(case, self.now, self.actor)
        if both is not None:
            facts += [
                (both["clocks"][0]["head"], both["clocks"][0]["text"]),
                (_("What to do"), f"{both['action']} · {both['rule']}"),
            ]
        answers = [
            {"what": row.get_kind_display(), "amount": money(row.amount, row.currency) if row.amount is not None else "", "text": row.text,
             "state": row.get_state_display(), "tone": AnswerState(row.state).tone}
            for row in selectors.answers_of(case)[:3]
        ]  # fmt: skip
        context = {
            "facts": facts,
            "reason": case.reason if seen else "",
            "answers": answers,
            "url": reverse("disputes:case", args=[pk]),
            "here_url": reverse("core:here", args=["cases", pk]),
        }
        return self.render("disputes/_case_pane.html", context)

"""Customs on the page of a note: findings in words, the country's rule, what the recipient pays, who approved what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from core import format as f
from core.audit import Actor
from logistics.choices import CustomsForm, DifferenceState, NoteState
from logistics.documents.single import PERSONAL
from logistics.models import ValueDifference
from logistics.selectors.customs import declarations
from logistics.selectors.signing import Case
from logistics.services.customs import reviews

TONES = {"block": "rose", "review": "amber", "info": "neutral"}
#: So many remarks stand on the page; blocks and reviews come first.
SHOWN = 14
#: Texts of a finding that stand in both languages beside one another.
_BOTH = ("asks", "rule", "reason", "note")


def finding_text(code: str, fields: Mapping[str, str]) -> str:
    """A remark of the customs rule in words."""
    for name in _BOTH:
        if name in fields:
            fields = {**fields, name: f.in_own_language(fields.get(f"{name}_zh", ""), fields[name])}
    if code == "NO_WEIGHT" and "gross" in fields:
        return gettext("The articles weigh %(net)s g, the parcel %(gross)s g.") % fields
    if code == "VALUE_PER_KG" and "median" in fields:
        return gettext("A kilogram of %(article)s is worth %(kilo)s here, usually %(median)s.") % fields
    if code == "COUNTERFEIT" and "brand" in fields:
        return gettext("%(article)s names the brand %(brand)s, and no paper allows us to sell it.") % fields
    if code == "SENSITIVE":
        goods = f.in_own_language(fields.get("goods_zh", ""), fields.get("goods_en", "")) or fields.get("goods", "")
        return gettext("%(article)s: %(goods)s. %(note)s") % {**fields, "goods": goods}
    if code == "DESC_STOPWORD" and fields.get("reason"):
        return gettext("“%(term)s” says nothing to customs (%(article)s): %(reason)s.") % fields
    if code == "VALUE_LIMIT_SERVICE" and fields.get("instead"):
        return gettext("%(service)s carries goods up to %(limit)s only: choose %(instead)s. The value stays.") % fields
    texts = {
        "GIFT_FOR_SALE": gettext("The content type must be sale of goods."),
        "DECL_ZERO": gettext("%(article)s is declared with nothing: enter its real value."),
        "DECL_BELOW_PAID": gettext("%(article)s is declared below the price paid."),
        "DESC_MISSING": gettext("%(article)s has no customs text."),
        "DESC_STOPWORD": gettext("“%(term)s” says nothing to customs (%(article)s)."),
        "DESC_SHORT": gettext("The customs text of %(article)s needs three English words: “%(text)s”."),
        "DESC_SAME": gettext("Different articles bear the same customs text: “%(text)s”."),
        "HS_DIGITS": gettext("The HS code of %(article)s has %(have)s digits; %(need)s are needed."),
        "NO_ORIGIN": gettext("%(article)s has no country of origin."),
        "NO_WEIGHT": gettext("The weight of %(article)s is not known."),
        "COUNTERFEIT": gettext("%(article)s is suspected of being an imitation: it is not sent by anything."),
        "LEGAL_THRESHOLD": gettext("%(value)s is above the limit of %(limit)s: %(rule)s"),
        "RATE_MISSING": gettext("No exchange rate to %(currency)s: the limit of %(limit)s could not be compared."),
        "TAX_NUMBER": gettext("No %(scheme)s number up to %(limit)s: the recipient will be charged."),
        "RECIPIENT_ID": gettext("The country asks for: %(asks)s. Ask through the platform or the carrier's page."),
        "CARRIER_ADVICE": gettext("%(service)s is not advised there: %(reason)s"),
        "VALUE_LIMIT_SERVICE": gettext("%(service)s carries goods up to %(limit)s only: choose another. The value stays."),
        "VALUE_PER_KG": gettext("A kilogram is worth %(kilo)s: check weight, currency and pieces."),
        "SPLIT_SUSPECT": gettext("%(parcels)s parcels to one address today, %(value)s together; the limit is %(limit)s."),
        "MANUAL_HIGH": gettext("Above the figure of manual 002 (%(low)s–%(high)s %(currency)s). A hint only: the price paid counts."),
        "MANUAL_LOW": gettext("Below the figure of manual 002 (%(low)s–%(high)s %(currency)s). A hint only: the price paid counts."),
    }  # fmt: skip
    return texts.get(code, code) % fields


def rule_text(case: Case) -> str:
    """The country's rule in the reader's language."""
    if case.book is None or case.parcel is None:
        return ""
    rule = case.book.country(case.parcel.country)
    return f.in_own_language(rule.rule_zh, rule.rule_en)


def advice_text(case: Case) -> str:
    """What the country's rule advises about carriers, in the reader's language."""
    if case.book is None or case.parcel is None:
        return ""
    rule = case.book.country(case.parcel.country)
    return f.in_own_language(rule.carrier_advice_zh, rule.carrier_advice)


def hints(case: Case) -> list[str]:
    """What to know where a declared value is entered: the rule of the country, and the manual's figures with their weight."""
    if case.book is None or case.parcel is None:
        return []
    rule = case.book.country(case.parcel.country)
    band = rule.band(case.parcel.net_g)
    made = [gettext("The price paid is declared; a value is only raised here.")]
    if band is not None:
        figures = {
            "low": band.low if band.low is not None else "0",
            "high": band.high or "",
            "currency": rule.band_currency,
        }
        made.append(gettext("Manual 002 names %(low)s–%(high)s %(currency)s for this weight: a hint only.") % figures)
    text = rule_text(case)
    return [*made, text] if text else made


def facts(case: Case, actor: Actor) -> list[Any]:
    """The box "Customs"."""
    note = case.note
    rows: list[Any] = [
        (_("Declared value"), f.money(note.declared_value, note.declared_currency)),
        (_("Content"), gettext("Sale of goods")),
        *_papers(case, actor),
        *_landed(case),
    ]
    words = {"block": gettext("must be mended"), "review": gettext("look at it"), "info": gettext("to know")}
    for finding in case.findings[:SHOWN]:
        level = finding.level
        seen = level == "review" and finding.key in case.approved
        mark = f.badge_html(gettext("looked at") if seen else words[level], "leaf" if seen else TONES[level])
        rows.append({"label": mark, "value": finding_text(finding.code, dict(finding.fields)), "wide": True})
    rows += [
        {"label": _("Approved"), "value": f"{row['label']} · {gettext(row['reason'])}", "wide": True}
        for row in (reviews.reviews_of(note) if case.approved else [])
    ]
    text = rule_text(case)
    if text:
        rows.append({"label": _("Rule of the country"), "value": text, "wide": True})
    if advice := advice_text(case):
        rows.append({"label": _("Advice"), "value": advice, "wide": True})
    return rows


def papers_html(actor: Actor, note_id: int) -> Any:
    """The way to the commercial invoice of a parcel, for people who may open it: what customs ask for when they hold it."""
    if not actor.has_perm(PERSONAL):
        return f.DASH
    at = reverse("logistics:note-customs", args=[note_id])
    return f.link_html(f"{at}?form=commercial_invoice", str(CustomsForm.INVOICE.label))


def _papers(case: Case, actor: Actor) -> list[tuple[Any, Any]]:
    note = case.note
    if note.state in (NoteState.DRAFT, NoteState.SIGNED):
        return []
    held = declarations.declaration_of(note)
    if held is None:
        return []
    if not held.revision:
        return []
    name = str(CustomsForm(held.form).label if held.form else f.DASH)
    shown: Any = name
    if actor.has_perm(PERSONAL):
        form = f.link_html(reverse("logistics:note-customs", args=[note.pk]), name)
        invoice = papers_html(actor, note.pk)
        shown = form if held.form == CustomsForm.INVOICE else f.joined_html([form, invoice], " · ")
    rows: list[tuple[Any, Any]] = [(_("Form"), shown)]
    if held.tax_scheme:
        rows.append((_("Tax at the sale"), f"{held.tax_scheme} {held.tax_number}".strip()))
    if held.data_sent_at:
        rows.append((_("Data sent"), f.moment(held.data_sent_at)))
    return rows


def _landed(case: Case) -> list[tuple[Any, Any]]:
    hint = case.landed
    if hint is None or hint.duty is None:
        return []
    duty = f.money(hint.duty, hint.currency)
    if hint.headings:
        duty = gettext("%(amount)s for %(n)s tariff headings") % {"amount": duty, "n": hint.headings}
    rows: list[tuple[Any, Any]] = [(pgettext("customs", "Duty there"), duty)]
    if hint.tax is not None:
        tax = f.money(hint.tax, hint.currency)
        rows.append(
            (_("Tax there"), gettext("%(amount)s, paid at the sale") % {"amount": tax} if hint.tax_at_sale else tax)
        )
    return rows


def alerts(case: Case) -> list[dict[str, Any]]:
    """What must be seen at once: values that wait for a second person."""
    waiting = ValueDifference.objects.filter(note=case.note, state=DifferenceState.WAITING).select_related("sku")
    made = []
    for row in waiting:
        text = gettext("%(who)s asks to declare %(article)s at %(value)s instead of %(paid)s.") % {
            "who": row.entered_label, "article": row.sku.code, "value": f.money(row.value, case.note.declared_currency),
            "paid": f.money(row.paid, case.note.declared_currency),
        }  # fmt: skip
        why = " · ".join(filter(None, [str(row.get_reason_display()), row.text, row.document]))
        made.append({"text": f"{text} {why}", "tone": "amber"})
    return made

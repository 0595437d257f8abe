"""Faults of the electronic customs data in words: parcel, line, column, reason."""

from __future__ import annotations

from django.utils.translation import gettext as _

from logistics.rules.customs.advance import Fault


def reason(fault: Fault) -> str:
    """What is wrong, without where."""
    words = {
        "missing": _("is missing"),
        "check_digit": _("“%(value)s”: the check digit does not fit"),
        "not_s10": _("“%(value)s” is no postal item number (S10)"),
        "nobody": _("“%(value)s” names nobody"),
        "not_weighed": _("is missing: weigh the parcel first"),
        "no_articles": _("the declaration has no articles"),
        "vague": _("“%(value)s” says nothing; what is it, what is it made of?"),
        "not_latin": _("“%(value)s”: write it in Latin letters"),
        "short": _("has %(have)s digits; %(need)s are needed"),
        "below_net": _("%(gross)s g is less than the articles weigh (%(net)s g)"),
        "not_the_sum": _("%(total)s is not the sum of the lines (%(sum)s)"),
        "no_declaration": _("has no declaration of its present revision: release it first"),
    }
    return words.get(fault.reason, fault.reason) % fault.fields


def fault_text(fault: Fault) -> str:
    """Where and what: "DN-12, line 2, hs_code: …"."""
    where = {"note": fault.reference, "line": fault.line, "column": fault.column, "reason": reason(fault)}
    if fault.line:
        return _("%(note)s, line %(line)s, %(column)s: %(reason)s") % where
    return _("%(note)s, %(column)s: %(reason)s") % where

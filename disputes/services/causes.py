"""The list of root causes: managers add, rename, order and retire; what was named once keeps its code."""

from __future__ import annotations

import csv
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from core import audit
from core.audit import Actor
from core.errors import Conflict, Invalid, NotAllowed
from core.reach import need_reach
from core.versions import refuse_stale
from disputes.models import RootCause
from disputes.selectors import causes

DATA = Path(__file__).resolve().parent.parent / "data" / "root_causes.csv"
#: The first list counts for earlier days too.
ALWAYS = date(2000, 1, 1)
_CODE = re.compile(r"[a-z][a-z0-9_]{1,29}")


def offered_cause(code: str, now: datetime, *, keep: str = "") -> RootCause:
    """The cause a case or rating may be given today (or keeps, ``keep``); refuses every other word."""
    today = {row.code: row for row in causes.offered(now)}
    found = today.get(code) or (causes.known().get(code) if code == keep else None)
    if found is None:
        sentence = _("Unknown cause. Known are: %(causes)s.")
        names = {"causes": ", ".join(f"{row.code} ({row})" for row in today.values())}
        raise Invalid("unknown_cause", sentence, errors={"cause": [str(sentence % names)]}, **names)
    return found


@transaction.atomic
def add_cause(
    *, code: str, name: str, name_zh: str, actor: Actor, now: datetime, position: int = 0, valid_from: date | None = None,
    valid_until: date | None = None,
) -> RootCause:  # fmt: skip
    """A new root cause. Refuses a code that is taken or no plain word, a missing name, and people without the right."""
    _need(actor, now)
    if not _CODE.fullmatch(code):
        fault = _("A short word of small letters, digits and _.")
        raise Invalid("bad_code", fault, field="code", errors={"code": [str(fault)]})
    if RootCause.objects.filter(code=code).exists():
        raise Conflict("code_taken", _("This code exists already."), field="code")
    row = RootCause(
        code=code, name=name.strip(), name_zh=name_zh.strip(), position=position, valid_from=valid_from or now.date(),
        valid_until=valid_until, origin="house",
    )  # fmt: skip
    _check(row)
    row.save(force_insert=True)
    causes.forget()
    audit.record(
        row, "cause.add", actor=actor, now=now, text=gettext_noop("Root cause %(cause)s added"), cause=row.code
    )
    return row


@transaction.atomic
def change_cause(*, obj: RootCause, actor: Actor, now: datetime, stamp: str | None = None, **changes: Any) -> RootCause:
    """Rename, order or retire a cause; its code stays. Refuses days out of order, a missing name, and people without the
    right; somebody else's change since it was opened is not overwritten."""
    _need(actor, now)
    row = RootCause.objects.select_for_update().get(pk=obj.pk)
    given = {name: value for name, value in changes.items() if name not in ("id", "code")}
    if stamp is not None:
        refuse_stale(row, stamp=stamp, given=given)
    changed = sorted(name for name, value in given.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, given[name])
    _check(row)
    if changed:
        row.save(update_fields=changed)
        causes.forget()
        audit.record(
            row,
            "cause.change",
            actor=actor,
            now=now,
            text=gettext_noop("Changed: %(fields)s"),
            fields=", ".join(changed),
        )
    return row


def _need(actor: Actor, now: datetime) -> None:
    if not actor.has_perm("core.change_policy"):
        raise NotAllowed("not_allowed", _("Your role may not do this."))
    need_reach(actor, [None], now)


def _check(row: RootCause) -> None:
    missing = [name for name in ("name", "name_zh") if not getattr(row, name).strip()]
    errors = {name: [str(_("Both languages need a name."))] for name in missing}
    if row.valid_until is not None and row.valid_until < row.valid_from:
        errors["valid_until"] = [str(_("The last day comes after the first."))]
    if errors:
        raise Invalid("bad_cause", _("Some fields need another value."), errors=errors)


def load_causes() -> int:
    """Add the causes of the starting list whose code is missing; answers how many."""
    have = set(RootCause.objects.values_list("code", flat=True))
    with DATA.open(encoding="utf-8", newline="") as lines:
        fresh = [
            RootCause(
                code=row["code"], name=row["name_en"], name_zh=row["name_zh"], position=int(row["position"]),
                valid_from=ALWAYS, origin=row["origin"],
            )
            for row in csv.DictReader(lines)
            if row["code"] not in have
        ]  # fmt: skip
    RootCause.objects.bulk_create(fresh, ignore_conflicts=True)
    causes.forget()
    return len(fresh)

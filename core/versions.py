"""Forms that edit one record: nobody's edit is silently overwritten.

The form carries a stamp of the values it was filled with; the service compares it, under the row's lock, with what is
there now::

    {% load once %}{% version object "name" "price" %}              in the template: a hidden field

    held = Sku.objects.select_for_update().get(pk=sku.pk)             in the service
    versions.refuse_stale(held, stamp=stamp, given=changes)

Pages over :class:`core.formpage.FormPage` that edit a record say ``edits = True`` and need neither.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.errors import Invalid, Stale

FORM_FIELD = "_version"


def stamp(obj: Any, names: Iterable[str]) -> str:
    """The values of ``names`` as the person sees them now."""
    return _sealed({name: _text(getattr(obj, name)) for name in names})


def refuse_stale(obj: Any, *, stamp: str, given: Mapping[str, Any]) -> None:
    """Refuse with :class:`Stale` when a stamped value has changed since; ``changes`` names field -> {theirs, yours}.

    ``obj`` is the locked, fresh row. A missing or unreadable stamp is refused as well.
    """
    try:
        seen = _opened(stamp)
        changed = {name for name, text in seen.items() if _text(getattr(obj, name)) != text}
    except (ValueError, AttributeError, UnicodeError):
        raise Invalid("bad_version", _("Open the form again: it does not say which version it shows.")) from None
    if changed:
        changes = {
            name: {"theirs": _text(getattr(obj, name)), "yours": _text(given.get(name, seen[name]))}
            for name in sorted(changed)
        }
        raise Stale(
            "stale",
            _("Somebody changed this since you opened it: %(fields)s."),
            changes=changes,
            fields=", ".join(changes),
        )


def _text(value: Any) -> str:
    return "" if value is None else str(getattr(value, "pk", value))


# --- a whole form: every page that edits a record (core.formpage) ------------------------------------------------------------


def form_stamp(values: Mapping[str, Any]) -> str:
    """A stamp of what a form shows, field by field; only digests travel."""
    return _sealed({name: _digest(value) for name, value in values.items()})


def changed_since(stamp: str, values: Mapping[str, Any], given: Mapping[str, Any]) -> list[str]:
    """The fields whose value is another one than when the stamp was made, and another one than is given now. A stamp that
    cannot be read is refused."""
    try:
        seen = _opened(stamp)
        return [
            name
            for name, value in values.items()
            if name in seen and _digest(value) not in (seen[name], _digest(given.get(name)))
        ]
    except (ValueError, AttributeError, TypeError):
        raise Invalid("bad_version", _("Open the form again: it does not say which version it shows.")) from None


def one_at_a_time(name: str) -> None:
    """Inside a transaction: whoever saves the same record waits until it is over."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def _sealed(held: Mapping[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(held, ensure_ascii=False).encode()).decode().rstrip("=")


def _opened(stamp: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(base64.urlsafe_b64decode(stamp.encode() + b"=" * (-len(stamp) % 4)))
    return found


def _digest(value: Any) -> str:
    return hashlib.blake2s(plain(value).encode(), digest_size=6).hexdigest()


def plain(value: Any) -> str:
    """A value of a form as one text, the same however the form holds it."""
    if value is None or value is False or value == "":
        return ""
    if value is True:
        return "True"
    if isinstance(value, Mapping):
        return json.dumps({str(k): plain(v) for k, v in sorted(value.items())}, ensure_ascii=False)
    if isinstance(value, list | tuple | set | frozenset | QuerySet):
        return ";".join(map(plain, value))
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(getattr(value, "pk", value)).replace("\r\n", "\n").strip()

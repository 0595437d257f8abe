"""Forms that edit one record: nobody's edit is silently overwritten.

The form carries a stamp of the values it was filled with; the service compares it, under the row's lock, with what is
there now::

    {% load once %}{% version object "name" "price" %}              in the template: a hidden field

    held = Sku.objects.select_for_update().get(pk=sku.pk)             in the service
    versions.refuse_stale(held, stamp=stamp, given=changes)
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import Invalid, Stale

FORM_FIELD = "_version"


def stamp(obj: Any, names: Iterable[str]) -> str:
    """The values of ``names`` as the person sees them now."""
    held = {name: _text(getattr(obj, name)) for name in names}
    return base64.urlsafe_b64encode(json.dumps(held, ensure_ascii=False).encode()).decode().rstrip("=")


def refuse_stale(obj: Any, *, stamp: str, given: Mapping[str, Any]) -> None:
    """Refuse with :class:`Stale` when a stamped value has changed since; ``changes`` names field -> {theirs, yours}.

    ``obj`` is the locked, fresh row. A missing or unreadable stamp is refused as well.
    """
    try:
        seen = json.loads(base64.urlsafe_b64decode(stamp.encode() + b"=" * (-len(stamp) % 4)))
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

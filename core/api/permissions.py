"""Default deny."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request


class Declared(BasePermission):
    """Default deny: the view names a permission for the method, and the caller holds it."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the caller may use this method of this view at all."""
        if not request.user or not request.user.is_authenticated:
            return False
        needed = view.permission_for(request.method or "") if hasattr(view, "permission_for") else None
        return needed is not None and (needed == "" or view.actor.has_perm(needed))

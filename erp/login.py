"""Login rules that differ from the library's: nobody signs up, staff are made by an administrator."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.http import HttpRequest


class StaffOnly(DefaultAccountAdapter):
    """The account door: sign-up is closed whatever address is asked."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: a login is made by an administrator."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try before the password is looked at; a right one gives it back. Whoever guesses is stopped at his own
        address: the person whose login it is comes in from hers, unless many addresses guess at once."""
        super().pre_authenticate(request, **credentials)
        self._anywhere = ratelimit.consume(
            request, app="allauth.account", action="login_failed_anywhere", key=self._login_of(credentials)
        )
        if not self._anywhere:
            raise self.validation_error("too_many_login_attempts")

    def _rollback_login_failed_rl_usage(self) -> None:
        super()._rollback_login_failed_rl_usage()
        if used := getattr(self, "_anywhere", None):
            used.rollback()

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return f"{self._login_of(credentials)}:{ratelimit.get_ip(request)}"

    @staticmethod
    def _login_of(credentials: dict[str, Any]) -> str:
        """The login that is meant, by whichever of its names it is called."""
        name = str(credentials.get("email") or credentials.get("username") or "").strip().lower()[:200]
        if "\x00" in name:
            return "?"
        found = get_user_model().objects.filter(Q(username__iexact=name) | Q(email__iexact=name)) if name else None
        ids = list(found.values_list("pk", flat=True)[:2]) if found is not None else []
        return f"person:{ids[0]}" if len(ids) == 1 else f"name:{name}"

"""Login rules that differ from the library's: nobody signs up, staff are made by an administrator."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class StaffOnly(DefaultAccountAdapter):
    """The account door: sign-up is closed whatever address is asked."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: a login is made by an administrator."""
        return False

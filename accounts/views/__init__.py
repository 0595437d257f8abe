"""Pages about people, stores, tokens, one's own settings and the rules of the house."""

from accounts.views.house import CalendarPage, PoliciesPage, PolicyPage
from accounts.views.people import PeoplePage, PersonNewPage, PersonPage
from accounts.views.profile import PreferencesDoor, ProfilePage
from accounts.views.stores import StoreNewPage, StorePage, StoresPage
from accounts.views.tokens import TokenMadePage, TokenNewPage, TokensPage

__all__ = [
    "CalendarPage", "PeoplePage", "PersonNewPage", "PersonPage", "PoliciesPage", "PolicyPage", "PreferencesDoor",
    "ProfilePage", "StoreNewPage", "StorePage", "StoresPage", "TokenMadePage", "TokenNewPage", "TokensPage",
]  # fmt: skip

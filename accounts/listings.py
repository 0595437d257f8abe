"""Lists of stores, people and tokens."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts import selectors, services
from accounts.choices import Role, StoreKind
from accounts.models import ApiToken, Store, User
from core import guide
from core.audit import Actor
from core.listing import Action, Column, Contains, Listing, View, register


class StoreRow(serializers.Serializer):
    """A store as lists and programs see it."""

    id = serializers.CharField()
    code = serializers.CharField(label=_("Code"))
    name = serializers.CharField(label=_("Name"))
    kind = serializers.ChoiceField(StoreKind.choices, label=_("Channel"))
    currency = serializers.CharField(label=_("Currency"))
    time_zone = serializers.CharField(label=_("Time zone"))
    reply_email = serializers.CharField(label=_("Reply address"))
    one_signer = serializers.BooleanField(label=_("One signer"))


class StoreFilter(django_filters.FilterSet):
    """What may be asked of the list of stores."""

    kind = django_filters.MultipleChoiceFilter(choices=StoreKind.choices, label=_("Channel"))

    class Meta:
        model = Store
        fields: list[str] = []


@register
class StoreListing(Listing):
    """The stores the actor works in."""

    name, title, permission = "stores", _("Stores"), "orders.view_order"
    model, row, filters = Store, StoreRow, StoreFilter
    small = True
    columns = [
        Column("code", link="accounts:store", mono=True, sortable=True),
        Column("name", sortable=True),
        Column("kind", badge=StoreKind),
        Column("currency"),
        Column("time_zone"),
        Column("one_signer"),
    ]
    views = [View("all", _("All"), default=True)]
    url, detail_url, default_order = "accounts:stores", "accounts:store", "code"
    search_by = [Contains("code"), Contains("name")]
    empty = (
        _("No stores yet."),
        _("A store is one shop account on one channel."),
        _("Open a store"),
        "accounts:store-new",
    )

    def queryset(self, actor: Actor) -> QuerySet[Store]:
        """Open stores only."""
        return selectors.stores_for(actor)


class PersonRow(serializers.Serializer):
    """A colleague as lists and programs see them."""

    id = serializers.CharField()
    username = serializers.CharField(label=_("User name"))
    display_name = serializers.CharField(label=_("Name"))
    role = serializers.ChoiceField(Role.choices, label=_("Role"))
    all_stores = serializers.BooleanField(label=_("All stores"))
    is_active = serializers.BooleanField(label=_("Works here"))
    last_login = serializers.DateTimeField(label=_("Last seen"))


class PersonFilter(django_filters.FilterSet):
    """What may be asked of the list of people."""

    role = django_filters.MultipleChoiceFilter(choices=Role.choices, label=_("Role"))
    is_active = django_filters.BooleanFilter(label=_("Works here"))

    class Meta:
        model = User
        fields: list[str] = []


@register
class PersonListing(Listing):
    """The people of the house."""

    name, title, permission = "users", _("People"), "accounts.change_people"
    model, row, filters = User, PersonRow, PersonFilter
    small = True
    columns = [
        Column("username", link="accounts:person", sortable=True),
        Column("display_name"),
        Column("role", badge=Role),
        Column("all_stores"),
        Column("is_active"),
        Column("last_login", time="ago"),
    ]
    views = [View("active", _("Work here"), "is_active=true", default=True), View("all", _("All"))]
    url, detail_url, default_order = "accounts:people", "accounts:person", "username"
    search_by = [Contains("username"), Contains("display_name")]
    empty = (_("Nobody yet."), _("Make a login for each colleague."), _("New login"), "accounts:person-new")

    def queryset(self, actor: Actor) -> QuerySet[User]:
        """Everybody who has or had a login."""
        return selectors.people_for(actor)


class TokenRow(serializers.Serializer):
    """A program's key, without the key."""

    id = serializers.CharField()
    program = serializers.CharField(label=_("Program"))
    prefix = serializers.CharField(label=_("Begins with"))
    role = serializers.ChoiceField(Role.choices, label=_("Role"))
    all_stores = serializers.BooleanField(label=_("All stores"))
    expires_at = serializers.DateTimeField(label=_("Valid until"))
    last_used_at = serializers.DateTimeField(label=_("Last used"))
    revoked_at = serializers.DateTimeField(label=_("Revoked"))


class TokenFilter(django_filters.FilterSet):
    """What may be asked of the list of tokens."""

    role = django_filters.MultipleChoiceFilter(choices=Role.choices, label=_("Role"))
    revoked = django_filters.BooleanFilter(
        field_name="revoked_at", lookup_expr="isnull", exclude=True, label=_("Revoked")
    )

    class Meta:
        model = ApiToken
        fields: list[str] = []


class RevokeToken(Action):
    """End a program's access at once."""

    name, label, permission = "revoke", _("Revoke"), "accounts.change_token"
    confirm = _("The program loses its access at once.")

    def apply(self, obj: ApiToken, actor: Actor, now: Any, **data: Any) -> None:
        """One service call."""
        services.revoke_token(token=obj, actor=actor, now=now)


@register
class TokenListing(Listing):
    """The keys of programs."""

    name, title, permission = "tokens", _("Tokens"), "accounts.change_token"
    model, row, filters = ApiToken, TokenRow, TokenFilter
    small = True
    columns = [
        Column("program", sortable=True),
        Column("prefix", mono=True),
        Column("role", badge=Role),
        Column("all_stores"),
        Column("expires_at", time="day"),
        Column("last_used_at", time="ago"),
        Column("revoked_at", time="day"),
    ]
    actions = [RevokeToken()]
    views = [View("live", _("In use"), "revoked=false", default=True), View("all", _("All"))]
    url, default_order = "accounts:tokens", "-id"
    empty = (
        _("No tokens yet."),
        _("A token lets another program read or write."),
        _("New token"),
        "accounts:token-new",
    )

    def queryset(self, actor: Actor) -> QuerySet[ApiToken]:
        """All of them."""
        return selectors.tokens_for(actor)


guide.register(guide.Step(
    "store", _("Make a store"), _("A shop account on a channel, with its currency and time zone."), "accounts:store-new",
    "accounts.change_store", Store.objects.exists, 10,
))  # fmt: skip
guide.register(guide.Step(
    "people", _("Invite your colleagues"), _("Each with a role: everybody sees the own day."), "accounts:person-new",
    "accounts.change_people", lambda: User.objects.filter(is_active=True)[:2].count() > 1, 50,
))  # fmt: skip

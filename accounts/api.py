"""REST for stores and people."""

from __future__ import annotations

from rest_framework import serializers

from accounts import services
from accounts.choices import Role, StoreKind
from core.listing.rest import Resource, Write


class StoreInput(serializers.Serializer):
    """A new store."""

    code = serializers.SlugField(max_length=40)
    name = serializers.CharField(max_length=100)
    kind = serializers.ChoiceField(StoreKind.choices)
    currency = serializers.RegexField(r"^[A-Z]{3}$")
    time_zone = serializers.CharField(max_length=60)
    reply_email = serializers.EmailField(required=False, default="")
    one_signer = serializers.BooleanField(required=False, default=False)


class StoreChange(serializers.Serializer):
    """What may change later."""

    name = serializers.CharField(max_length=100, required=False)
    time_zone = serializers.CharField(max_length=60, required=False)
    reply_email = serializers.EmailField(required=False, allow_blank=True)
    one_signer = serializers.BooleanField(required=False)


class StoreResource(Resource):
    """``/api/v1/stores/``."""

    listing = "stores"
    create = Write(StoreInput, services.create_store, "accounts.change_store")
    update = Write(StoreChange, services.change_store, "accounts.change_store")


class PersonInput(serializers.Serializer):
    """A new login."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=200, write_only=True)
    role = serializers.ChoiceField(Role.choices)
    display_name = serializers.CharField(max_length=100, required=False, default="")
    email = serializers.EmailField(required=False, default="")
    all_stores = serializers.BooleanField(required=False, default=False)


class UserResource(Resource):
    """``/api/v1/users/``."""

    listing = "users"
    create = Write(PersonInput, services.create_person, "accounts.change_people")


RESOURCES = [StoreResource, UserResource]

"""REST resources of tracking sources."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.listing.rest import Resource, Write
from logistics.models import TrackingSource
from logistics.services import sources


class SourceInput(serializers.Serializer):
    """A new source. Its key is kept encrypted and never shown."""

    code = serializers.SlugField(max_length=20)
    name = serializers.CharField(max_length=100)
    key = serializers.CharField(max_length=300, write_only=True)
    base_url = serializers.URLField(max_length=300, required=False, allow_blank=True)
    whole_house = serializers.BooleanField(required=False)


class SourceChange(serializers.Serializer):
    """What may be changed on a source; a key replaces the old one."""

    name = serializers.CharField(max_length=100, required=False)
    key = serializers.CharField(max_length=300, required=False, write_only=True)
    base_url = serializers.URLField(max_length=300, required=False, allow_blank=True)
    active = serializers.BooleanField(required=False)
    whole_house = serializers.BooleanField(required=False)


def change_source(*, trackingsource: TrackingSource, actor: Any, now: Any, **data: Any) -> TrackingSource:
    """Change a source by program."""
    return sources.change_source(source=trackingsource, actor=actor, now=now, **data)


class SourceResource(Resource):
    """Tracking sources: read, connect, change; test, pause, resume as actions."""

    listing, path = "tracking-sources", "settings/tracking-sources"
    create = Write(SourceInput, sources.create_source, "stores.change_connection")
    update = Write(SourceChange, change_source, "stores.change_connection")
    version_fields = ("name", "base_url", "active", "whole_house")


class FollowedResource(Resource):
    """Followed numbers: read; pick a carrier, try again, give up as actions."""

    listing, path = "followed-numbers", "followed-numbers"


class PushResource(Resource):
    """Pushes of tracking sources: read, and read again."""

    listing, path = "tracking-pushes", "settings/tracking-pushes"


RESOURCES: list[type] = [SourceResource, FollowedResource, PushResource]

"""REST for articles and channel SKUs."""

from __future__ import annotations

from rest_framework import serializers

from core.listing.rest import Resource, Write
from products.services import catalogue


class SkuChange(serializers.Serializer):
    """What may be written about an article."""

    code = serializers.CharField(max_length=60, required=False)
    name_en = serializers.CharField(max_length=200, required=False, allow_blank=True)
    name_zh = serializers.CharField(max_length=200, required=False, allow_blank=True)
    variant = serializers.CharField(max_length=200, required=False, allow_blank=True)
    barcode = serializers.CharField(max_length=60, required=False, allow_blank=True)
    image_url = serializers.URLField(max_length=500, required=False, allow_blank=True)
    weight_g = serializers.DecimalField(10, 2, required=False, allow_null=True, min_value=0)
    cost = serializers.DecimalField(14, 4, required=False, allow_null=True, min_value=0)
    cost_currency = serializers.RegexField(r"^[A-Z]{3}$", required=False)
    customs_text = serializers.CharField(max_length=200, required=False, allow_blank=True)
    hs_code = serializers.RegexField(r"^(\d{4,12})?$", required=False, allow_blank=True)
    origin = serializers.RegexField(r"^([A-Z]{2})?$", required=False, allow_blank=True)
    material = serializers.CharField(max_length=100, required=False, allow_blank=True)
    goods_class = serializers.CharField(max_length=40, required=False, allow_blank=True)
    fragile = serializers.BooleanField(required=False)
    spare_pieces = serializers.IntegerField(min_value=0, max_value=100, required=False)
    spare_per = serializers.IntegerField(min_value=1, max_value=10_000, required=False)
    made_in_house = serializers.BooleanField(required=False)
    packing = serializers.BooleanField(required=False)
    active = serializers.BooleanField(required=False)

    def validate_weight_g(self, value: object) -> object:
        """A weight is above zero, or not known."""
        if value == 0:
            raise serializers.ValidationError("0")
        return value


class SkuInput(SkuChange):
    """A new article."""

    code = serializers.CharField(max_length=60)


class SkuResource(Resource):
    """``/api/v1/skus/``."""

    listing = "skus"
    create = Write(SkuInput, catalogue.create_sku, "products.change_sku")
    update = Write(SkuChange, catalogue.change_sku, "products.change_sku")


class ItemResource(Resource):
    """``/api/v1/listings/``: channel SKUs; ``match`` takes ``components``: a list of {sku, quantity}."""

    listing = "listings"


RESOURCES = [SkuResource, ItemResource]

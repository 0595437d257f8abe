"""What the packing table has learned."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from products.models import Sku


class WeightBelief(models.Model):
    """What one piece of an article (or of a packing material) weighs, learned from the scale; without an article: the
    house's usual bag and filling. Derived from parcels, so it has no history of its own."""

    sku = models.OneToOneField(Sku, null=True, on_delete=models.CASCADE, related_name="weight_belief")
    mean_g = models.FloatField()
    variance = models.FloatField(help_text="of the mean, in square grams")
    seen = models.PositiveIntegerField(default=0, help_text="parcels it was learned from")
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("learned weight")
        constraints = [
            models.UniqueConstraint(
                fields=["sku"], name="usual_packing_once", nulls_distinct=False, condition=models.Q(sku__isnull=True)
            )
        ]

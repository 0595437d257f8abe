"""Words of feedback."""

from django.db import models
from django.utils.translation import pgettext_lazy


class RatingTone(models.TextChoices):
    """How a rating reads."""

    GOOD = "good", pgettext_lazy("rating", "Good")
    NEUTRAL = "neutral", pgettext_lazy("rating", "Neutral")
    BAD = "bad", pgettext_lazy("rating", "Bad")

"""Carriers that are reached by program: how, and the labels they issued."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.audit import tracked
from logistics.choices import LabelState
from logistics.models.carrier import WaybillNumber


@tracked(exclude=["secrets"])
class CarrierAccount(models.Model):
    """Our account with a carrier that has an API of its own. Services whose ``connector`` is ``code`` get their numbers there."""

    code = models.SlugField(max_length=20, unique=True, help_text=_("Short name; services name it"))
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, help_text="which connector speaks to it")
    base_url = models.CharField(max_length=300, blank=True)
    secrets = models.TextField(blank=True, help_text="JSON, encrypted with FIELD_ENCRYPTION_KEY")
    own_label = models.BooleanField(default=True, help_text=_("Print the label that the carrier issues"))
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="nothing is asked there any more, its key is wiped")
    end_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("carrier account")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(secrets="", active=False), name="ended_account_has_no_key"
            )
        ]

    def __str__(self) -> str:
        return self.code


class CarrierLabel(models.Model):
    """The label a carrier issued for one number: where its file lies, and what became of fetching it."""

    number = models.OneToOneField(WaybillNumber, on_delete=models.PROTECT, related_name="carrier_label")
    account = models.ForeignKey(CarrierAccount, on_delete=models.PROTECT, related_name="+")
    remote_id = models.CharField(max_length=80)
    state = models.CharField(max_length=8, choices=LabelState.choices, default=LabelState.WAITING)
    file = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    pages = models.PositiveSmallIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    next_try_at = models.DateTimeField(null=True)
    got_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("label of a carrier")
        indexes = [models.Index(fields=["next_try_at", "id"], name="carrier_label_due", condition=Q(state="waiting"))]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="waiting") | Q(next_try_at__isnull=False), name="carrier_label_waits_for_something"
            ),
            models.CheckConstraint(condition=~Q(state="ready") | ~Q(file=""), name="carrier_label_has_file"),
        ]

"""Who works where: people, stores, memberships, tokens of programs."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.choices import Density, Role, StoreKind, Theme
from accounts.roles import ROLE_PERMISSIONS
from core.audit import ALL_STORES, Actor, tracked


@tracked()
class Store(models.Model):
    """One shop account on one channel."""

    code = models.SlugField(max_length=40, unique=True, help_text=_("Short name used in commands and files"))
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, choices=StoreKind.choices)
    currency = models.CharField(max_length=3)
    time_zone = models.CharField(max_length=60, default="Asia/Shanghai")
    reply_email = models.EmailField(blank=True, help_text=_("Answers of buyers to our e-mails go here"))
    one_signer = models.BooleanField(
        default=False, help_text=_("One person may give both signatures on a dispatch note")
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("store")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


@tracked(exclude=["password", "last_login", "email", "first_name", "last_name"])
class User(AbstractUser):
    """A person who works here."""

    role = models.CharField(max_length=20, choices=Role.choices, default=Role.SERVICE)
    all_stores = models.BooleanField(default=False, help_text=_("Works in every store, later ones too"))
    stores = models.ManyToManyField(Store, through="StoreMember", related_name="people")
    display_name = models.CharField(max_length=100, blank=True)
    language = models.CharField(max_length=10, default="zh-hans")
    time_zone = models.CharField(max_length=60, default="Asia/Shanghai")
    density = models.CharField(max_length=12, choices=Density.choices, default=Density.COMFORTABLE)
    theme = models.CharField(max_length=6, choices=Theme.choices, default=Theme.AUTO)
    today_order = models.CharField(
        max_length=10, default="day", help_text="day = the day's order, risk = by expected loss"
    )
    current_store = models.ForeignKey(Store, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    @property
    def label(self) -> str:
        """The name colleagues see."""
        return self.display_name or self.get_full_name() or self.username

    @property
    def permissions(self) -> frozenset[str]:
        """What the role allows; nothing for somebody who has left."""
        return ROLE_PERMISSIONS[self.role] if self.is_active else frozenset()

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Whether the role allows ``perm``. The role table is the only source: no superuser shortcut, no groups."""
        return perm in self.permissions

    @cached_property
    def store_ids(self) -> frozenset[int] | None:
        """Ids of the stores the person works in; None = all stores, later ones too."""
        return ALL_STORES if self.all_stores else frozenset(self.memberships.values_list("store_id", flat=True))

    @property
    def actor(self) -> Actor:
        """The person as the actor of a write."""
        return Actor(
            kind="user",
            label=self.label,
            ref=self.pk,
            permissions=self.permissions,
            store_ids=self.store_ids,
            role=self.role,
        )


class StoreMember(models.Model):
    """A person works in a store."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "store"], name="member_once")]


@tracked(exclude=["digest", "last_used_at"])
class ApiToken(models.Model):
    """The key of a program. Only its digest is stored; the key itself is shown once."""

    program = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, unique=True, help_text="first characters, to recognise a key")
    digest = models.CharField(max_length=64, unique=True)
    role = models.CharField(max_length=20, choices=Role.choices)
    all_stores = models.BooleanField(default=False)
    stores = models.ManyToManyField(Store, blank=True, related_name="+")
    scopes = models.JSONField(default=list, help_text="read, write, personal-data")
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("token")
        indexes = [models.Index(fields=["program"], name="token_live", condition=Q(revoked_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.program} ({self.prefix}…)"

    @property
    def actor(self) -> Actor:
        """The program as the actor of a write."""
        stores = ALL_STORES if self.all_stores else frozenset(self.stores.values_list("pk", flat=True))
        return Actor(
            kind="token", label=self.program, ref=self.pk, permissions=ROLE_PERMISSIONS[self.role], store_ids=stores,
            role=self.role, behind=self.created_by_id,
        )  # fmt: skip

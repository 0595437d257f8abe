"""Papers by program: the file of a print batch, single papers of a note; carriers with an API of their own."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request

from core import longwork
from core.api.addresses import described
from core.api.views import ApiView
from core.clock import utcnow
from core.errors import Missing, NotAllowed
from core.listing.rest import Resource, Write
from logistics.documents.single import KINDS, PERSONAL, single
from logistics.models import CarrierAccount
from logistics.selectors import dispatch as selectors
from logistics.selectors import printing
from logistics.services import carriers


class NotePaper(ApiView):
    """``/api/v1/dispatch-notes/<id>/documents/<kind>/``: packing-slip, card, return-label, payment, held (invoice and payment)."""

    permissions = {"GET": "logistics.view_note"}

    @described(
        operation_id="dispatch_notes_document",
        tags=["dispatch-notes"],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: int, kind: str) -> HttpResponse:
        """The PDF."""
        note = selectors.notes_for(self.actor).filter(pk=pk).first()
        if note is None or kind not in KINDS:
            raise Missing("not_found", _("There is no such paper."))
        if not self.actor.has_perm(PERSONAL):
            raise NotAllowed("not_allowed", _("Your role may not do this."))
        return HttpResponse(single(note=note, kind=kind, now=utcnow()), content_type="application/pdf")


class BatchFile(ApiView):
    """``/api/v1/print-batches/<id>/file/``: the PDF of a batch, for printers without a browser."""

    permissions = {"GET": "logistics.print_note"}

    @described(
        operation_id="print_batches_file",
        tags=["print-batches"],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: int) -> FileResponse:
        """The PDF, once the batch is ready."""
        found = printing.file_of_batch(self.actor, pk)
        if found is None:
            raise Missing("not_found", _("There is no file."))
        _batch, job = found
        try:
            source = longwork.private_storage().open(job.result_file)
        except FileNotFoundError:
            raise Missing("not_found", _("There is no file.")) from None
        return FileResponse(source, filename=job.result_name, content_type="application/pdf")


class AccountInput(serializers.Serializer):
    """The account with a carrier; the key is written and never read."""

    code = serializers.SlugField(max_length=20)
    name = serializers.CharField(max_length=100)
    kind = serializers.CharField(max_length=20)
    base_url = serializers.URLField(max_length=300, required=False, allow_blank=True)
    token = serializers.CharField(max_length=500)
    own_label = serializers.BooleanField(required=False)
    active = serializers.BooleanField(required=False)


class AccountChange(serializers.Serializer):
    """What may be changed of an account; a new key replaces the old one."""

    name = serializers.CharField(max_length=100, required=False)
    base_url = serializers.URLField(max_length=300, required=False, allow_blank=True)
    token = serializers.CharField(max_length=500, required=False)
    own_label = serializers.BooleanField(required=False)
    active = serializers.BooleanField(required=False)


def make_account(*, token: str, actor: Any, now: Any, **data: Any) -> CarrierAccount:
    """Add an account by program."""
    return carriers.save_account(account=CarrierAccount(), changes=data, token=token, actor=actor, now=now)


def change_account(
    *, carrieraccount: CarrierAccount, actor: Any, now: Any, token: str = "", **data: Any
) -> CarrierAccount:
    """Change an account by program."""
    return carriers.save_account(account=carrieraccount, changes=data, token=token, actor=actor, now=now)


class AccountResource(Resource):
    """Accounts with carriers."""

    listing, path = "carrier-accounts", "settings/carrier-accounts"
    create = Write(AccountInput, make_account, "logistics.change_service")
    update = Write(AccountChange, change_account, "logistics.change_service")


RESOURCES: list[type] = [AccountResource]
ROUTES = [
    path("dispatch-notes/<int:pk>/documents/<slug:kind>/", NotePaper.as_view(), name="dispatch-notes-document"),
    path("print-batches/<int:pk>/file/", BatchFile.as_view(), name="print-batches-file"),
]

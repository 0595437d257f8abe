"""Addresses of dispatch (/dispatch/) and of parcels (/parcels/)."""

from __future__ import annotations

from django.urls import include, path
from django.urls.resolvers import URLPattern

from core.listing.html import ListPage
from logistics.views import (
    board,
    buying,
    hand_over,
    note_steps,
    notes,
    numbers,
    parcels,
    printing,
    quotes,
    setup,
    station,
    tables,
)

app_name = "logistics"

DISPATCH: list[URLPattern] = [
    path("", board.BoardPage.as_view(), name="board"),
    path("notes/", notes.NotesPage.as_view(), name="notes"),
    path("notes/<int:pk>/", notes.NotePage.as_view(), name="note"),
    path("notes/<int:pk>/pane/", notes.NotePane.as_view(), name="note-pane"),
    path("notes/<int:pk>/change/", note_steps.NoteEdit.as_view(), name="note-edit"),
    path("notes/<int:pk>/missing/", note_steps.NoteAsk.as_view(), name="note-ask"),
    path("notes/<int:pk>/reserve/", note_steps.NoteReserve.as_view(), name="note-reserve"),
    path("notes/<int:pk>/choose/", quotes.NoteChoose.as_view(), name="note-choose"),
    path("prices/", quotes.PricesPage.as_view(), name="prices"),
    path("buy/<int:pk>/pane/", buying.BuyPane.as_view(), name="buy-pane"),
    path("print/", printing.QueuePage.as_view(), name="batches"),
    path("print/<int:pk>/", printing.BatchPage.as_view(), name="batch"),
    path("print/<int:pk>/file/", printing.BatchFile.as_view(), name="batch-file"),
    path("station/", station.StationPage.as_view(), name="station"),
    path("station/scan/", station.StationScan.as_view(), name="station-scan"),
    path("codes/", station.CodesPage.as_view(), name="codes"),
    path("hand-over/", hand_over.HandOverPage.as_view(), name="hand-over"),
    path("hand-over/scan/", hand_over.HandOverScan.as_view(), name="hand-over-scan"),
    path("hand-over/list/", hand_over.HandOverSheet.as_view(), name="hand-over-sheet"),
    path("declare/<int:pk>/", note_steps.DeclarePage.as_view(), name="declare"),
    path("declare/<int:pk>/pane/", note_steps.DeclarePage.as_view(pane=True), name="declare-pane"),
    path("numbers/", numbers.NumbersPage.as_view(), name="numbers"),
    path("numbers/add/", numbers.NumbersAdd.as_view(), name="numbers-add"),
    path("numbers/file/", numbers.NumbersFile.as_view(), name="numbers-file"),
    path("services/", ListPage.of("services"), name="services"),
    path("services/<int:pk>/", setup.ServicePage.as_view(), name="service"),
    path("approval-rules/", setup.ApprovalsPage.as_view(), name="approval-rules"),
    path("approval-rules/new/", setup.ApprovalPage.as_view(), name="approval-rule-new"),
    path("approval-rules/<int:pk>/", setup.ApprovalPage.as_view(), name="approval-rule"),
    path("approval-rules/<int:pk>/off/", setup.ApprovalDelete.as_view(), name="approval-rule-off"),
]

PARCELS: list[URLPattern] = [
    path("", parcels.ParcelsPage.as_view(), name="parcels"),
    path("<int:pk>/", parcels.ParcelPage.as_view(), name="parcel"),
    path("<int:pk>/pane/", parcels.ParcelPane.as_view(), name="parcel_pane"),
    path("events/", ListPage.of("tracking-events"), name="events"),
    path("events/import/", parcels.EventsImportPage.as_view(), name="events_import"),
    path("promises/", ListPage.of("promises"), name="promises"),
    path("promises/<int:pk>/", tables.PromisePage.as_view(), name="promise"),
    path("decisions/", ListPage.of("decisions"), name="decisions"),
    path("decisions/<int:pk>/", tables.DecisionPage.as_view(), name="decision"),
]

urlpatterns = [path("dispatch/", include(DISPATCH)), path("parcels/", include(PARCELS))]

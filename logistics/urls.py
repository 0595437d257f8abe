"""Addresses of dispatch (/dispatch/) and of parcels (/parcels/)."""

from __future__ import annotations

from django.urls import include, path
from django.urls.resolvers import URLPattern

from core.listing.html import ListPage
from logistics.views import (
    arrivals,
    board,
    buying,
    customs,
    hand_over,
    note_steps,
    notes,
    numbers,
    parcels,
    printing,
    quotes,
    rates,
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
    path("notes/<int:pk>/customs.pdf", customs.NotePapers.as_view(), name="note-customs"),
    path("notes/<int:pk>/missing/", note_steps.NoteAsk.as_view(), name="note-ask"),
    path("notes/<int:pk>/reserve/", note_steps.NoteReserve.as_view(), name="note-reserve"),
    path("notes/<int:pk>/choose/", quotes.NoteChoose.as_view(), name="note-choose"),
    path("arrivals/", arrivals.ArrivalsPage.as_view(), name="arrivals"),
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
    path("rates/", rates.TablesPage.as_view(), name="rate-tables"),
    path("rates/new/", rates.TableEdit.as_view(), name="rate-table-new"),
    path("rates/<int:pk>/", rates.TablePage.as_view(), name="rate-table"),
    path("rates/<int:pk>/change/", rates.TableEdit.as_view(), name="rate-table-edit"),
    path("rates/<int:pk>/version/", rates.VersionPage.as_view(), name="rate-table-version"),
    path("rates/<int:pk>/prices/", rates.GridPage.as_view(), name="rate-grid"),
    path("terms/", rates.SettingsPage.of("service-terms", new_url="logistics:terms-new"), name="terms"),
    path("terms/new/", rates.TermsEdit.as_view(), name="terms-new"),
    path("terms/<int:pk>/", rates.TermsEdit.as_view(), name="terms-edit"),
    path("zones/", rates.SettingsPage.of("service-destinations", new_url="logistics:place-new"), name="places"),
    path("zones/new/", rates.PlaceEdit.as_view(), name="place-new"),
    path("zones/<int:pk>/", rates.PlaceEdit.as_view(), name="place"),
    path("surcharges/", rates.SettingsPage.of("surcharges", new_url="logistics:surcharge-new"), name="surcharges"),
    path("surcharges/new/", rates.SurchargeEdit.as_view(), name="surcharge-new"),
    path("surcharges/<int:pk>/", rates.SurchargeEdit.as_view(), name="surcharge"),
    path(
        "choosing-rules/",
        rates.SettingsPage.of("choosing-rules", new_url="logistics:choosing-rule-new"),
        name="choosing-rules",
    ),
    path("choosing-rules/new/", rates.ChoiceEdit.as_view(), name="choosing-rule-new"),
    path("choosing-rules/<int:pk>/", rates.ChoiceEdit.as_view(), name="choosing-rule"),
    path("approval-rules/", setup.ApprovalsPage.as_view(), name="approval-rules"),
    path("approval-rules/new/", setup.ApprovalPage.as_view(), name="approval-rule-new"),
    path("approval-rules/<int:pk>/", setup.ApprovalPage.as_view(), name="approval-rule"),
    path("approval-rules/<int:pk>/off/", setup.ApprovalDelete.as_view(), name="approval-rule-off"),
]

CUSTOMS: list[URLPattern] = [
    path("gaps/", customs.GapsPage.as_view(), name="customs-gaps"),
    path("values/", customs.DifferencesPage.as_view(), name="value-differences"),
    path("packs/", customs.PacksPage.as_view(), name="rule-packs"),
    path("packs/new/", customs.PackNew.as_view(), name="rule-pack-new"),
    path("packs/<int:pk>/", customs.PackPage.as_view(), name="rule-pack"),
    path("countries/", customs.CountryRulesPage.as_view(), name="country-rules"),
    path("countries/new/", customs.CountryRulePage.as_view(), name="country-rule-new"),
    path("countries/<int:pk>/", customs.CountryRulePage.as_view(), name="country-rule"),
    path("classes/", customs.GoodsClassesPage.as_view(), name="goods-classes"),
    path("classes/new/", customs.GoodsClassPage.as_view(), name="goods-class-new"),
    path("classes/<int:pk>/", customs.GoodsClassPage.as_view(), name="goods-class"),
    path("words/", customs.StopWordsPage.as_view(), name="stop-words"),
    path("words/new/", customs.StopWordPage.as_view(), name="stop-word-new"),
    path("words/<int:pk>/", customs.StopWordPage.as_view(), name="stop-word"),
    path("codes/", customs.NationalCodesPage.as_view(), name="national-codes"),
    path("codes/new/", customs.NationalCodePage.as_view(), name="national-code-new"),
    path("codes/<int:pk>/", customs.NationalCodePage.as_view(), name="national-code"),
    path("numbers/", customs.TaxNumbersPage.as_view(), name="tax-numbers"),
    path("numbers/new/", customs.TaxNumberPage.as_view(), name="tax-number-new"),
    path("numbers/<int:pk>/", customs.TaxNumberPage.as_view(), name="tax-number"),
    path("brands/", customs.BrandsPage.as_view(), name="brands"),
    path("brands/new/", customs.BrandPage.as_view(), name="brand-new"),
    path("brands/<int:pk>/", customs.BrandPage.as_view(), name="brand"),
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

urlpatterns = [
    path("dispatch/customs/", include(CUSTOMS)),
    path("dispatch/", include(DISPATCH)),
    path("parcels/", include(PARCELS)),
]

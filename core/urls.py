"""Addresses of the machinery; every list shares those under ``lists/``."""

from django.urls import path

from core import views
from core.listing import doors, doors_live, doors_object
from core.listing.html import ListPage

app_name = "core"

_LIST = "lists/<slug:name>/"
_ONE = "lists/<slug:name>/<int:pk>/"

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics_page, name="metrics"),
    path("search/", views.SearchPage.as_view(), name="search"),
    path("search/typing/", views.SearchTyping.as_view(), name="search-typing"),
    path("jobs/", ListPage.of("jobs"), name="jobs"),
    path("jobs/<int:pk>/", views.JobPage.as_view(), name="job"),
    path("jobs/<int:pk>/progress/", views.JobPage.as_view(partial=True), name="job-progress"),
    path("jobs/<int:pk>/cancel/", views.JobCancel.as_view(), name="job-cancel"),
    path("jobs/<int:pk>/result/", views.JobResult.as_view(), name="job-result"),
    path(f"{_LIST}do/<slug:action>/", doors.BulkDoor.as_view(), name="bulk"),
    path(f"{_LIST}undo/", doors.UndoDoor.as_view(), name="undo"),
    path(f"{_LIST}export/<slug:kind>/", doors.ExportDoor.as_view(), name="export"),
    path(f"{_LIST}columns/", doors.ColumnsDoor.as_view(), name="columns"),
    path(f"{_LIST}filters/", doors.FiltersDoor.as_view(), name="filters"),
    path(f"{_LIST}tabs/", doors.TabsDoor.as_view(), name="tabs"),
    path(f"{_LIST}views/", doors.ViewCreateDoor.as_view(), name="view-create"),
    path(f"{_LIST}views/<int:view_id>/", doors.ViewChangeDoor.as_view(), name="view-change"),
    path(f"{_LIST}views/<int:view_id>/delete/", doors.ViewDeleteDoor.as_view(), name="view-delete"),
    path(f"{_ONE}do/<slug:action>/", doors.ActDoor.as_view(), name="act"),
    path(f"{_ONE}panels/<slug:panel>/", doors_object.PanelDoor.as_view(), name="panel"),
    path(f"{_ONE}timeline/", doors_live.TimelineDoor.as_view(), name="timeline"),
    path(f"{_ONE}note/", doors_object.NoteDoor.as_view(), name="note"),
    path(f"{_ONE}here/", doors_live.HereDoor.as_view(), name="here"),
]

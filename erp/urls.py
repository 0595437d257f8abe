"""All addresses: each app under its own name, REST under /api/v1/, login under /accounts/."""

from __future__ import annotations

from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path
from django.views.i18n import JavaScriptCatalog

from erp.pages import HomePage, ModulesPage, Places, SettingsIndex

PREFIX = {
    "core": "", "accounts": "settings/", "worklist": "today/", "logistics": "", "inventory": "stock/",
    "conversations": "messages/", "disputes": "", "stores": "stores/",
}  # fmt: skip

urlpatterns = [
    path("", HomePage.as_view(), name="home"),
    path("settings/", SettingsIndex.as_view(), name="settings"),
    path("modules/", ModulesPage.as_view(), name="modules"),
    path("places/", Places.as_view(), name="places"),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/sessions/", include("allauth.usersessions.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("jsi18n/", JavaScriptCatalog.as_view(), name="javascript-catalog"),
]
for _app in settings.OUR_APPS:
    if find_spec(f"{_app}.urls") is not None:  # an app without pages
        urlpatterns.append(path(PREFIX.get(_app, f"{_app}/"), include(f"{_app}.urls")))
urlpatterns.append(path("api/v1/", include("erp.api")))

handler400 = "core.views.bad_request"
handler403 = "core.views.forbidden"
handler404 = "core.views.not_found"
handler500 = "core.views.server_error"

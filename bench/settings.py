"""The product's settings with the floor's addresses beside its own, and this app for its command."""

from erp.settings import *  # noqa: F403
from erp.settings import INSTALLED_APPS

ROOT_URLCONF = "bench.urls"
INSTALLED_APPS = [*INSTALLED_APPS, "bench"]
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
ALLOWED_HOSTS = ["testserver", "localhost"]

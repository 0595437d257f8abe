"""The product's settings, only faster and away from any real data."""

import os
import zlib
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
# An outer server is used only when asked for by name; nobody's own DATABASE_URL is ever emptied by a test run.
for _name in ("DATABASE_URL", "REDIS_URL"):
    if _outer := os.environ.get(f"SAMPAN_TEST_{_name}"):
        os.environ[_name] = _outer
    else:
        os.environ.pop(_name, None)
for _name in ("EMAIL_URL", "STORAGE_URL", "SENTRY_DSN", "ALLOWED_HOSTS", "LOG_FORMAT", "TIME_ZONE"):
    os.environ.pop(_name, None)
os.environ["SAMPAN_DATA"] = os.environ.get("SAMPAN_TEST_DATA") or str(_ROOT / "var" / "test")

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the browser driver runs a loop of its own in the test's thread

from erp.settings import *  # noqa: E402, F403
from erp.settings import DATABASES, REDIS_URL, STORAGES, env  # noqa: E402

_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
TEST_DATABASE = "_".join(filter(None, ["test", os.environ.get("SAMPAN_TEST_DB", "sampan"), _WORKER]))
DATABASES["default"]["TEST"] = {"NAME": TEST_DATABASE}

# each test database has a Valkey database of its own, so that runs side by side do not share cache, limits or queues
_REDIS = (
    REDIS_URL
    if "?" in REDIS_URL or not REDIS_URL.startswith("unix:")
    else f"{REDIS_URL}?db={1 + zlib.crc32(TEST_DATABASE.encode()) % 63}"
)
REDIS_URL = _REDIS
CACHES = {"default": {"BACKEND": "core.valkey.ValkeyCache", "LOCATION": _REDIS, "KEY_PREFIX": "cache"}}
CELERY_BROKER_URL = env.broker_address(_REDIS)

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
MEDIA_ROOT = Path(os.environ["SAMPAN_DATA"]) / "files" / TEST_DATABASE
WHITENOISE_AUTOREFRESH = True
ALLOWED_HOSTS = ["*"]
SESSION_ENGINE = "django.contrib.sessions.backends.db"

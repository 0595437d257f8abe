"""Orders come in: from connectors, REST and files, all through :func:`import_remote`. Twice is once."""

from orders.services.importing.remote import import_remote
from orders.services.importing.results import ImportResult, Rejection

__all__ = ["ImportResult", "Rejection", "import_remote"]

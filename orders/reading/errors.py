"""Why a file, or one of its rows, cannot be read: stable codes with values; the sentences are made by the caller."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """The whole file cannot be read."""

    def __init__(self, code: str, **params: Any):
        super().__init__(code)
        self.code = code
        self.params = params


class RowFault(Exception):
    """One value of one row cannot be used."""

    def __init__(self, field: str, code: str, **params: Any):
        super().__init__(code)
        self.field = field
        self.code = code
        self.params = params

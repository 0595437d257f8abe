"""The daily table and the operations log; importing them registers them."""

from reports.listings import daily, log

__all__ = ["daily", "log"]

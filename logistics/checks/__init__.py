"""Promises of this app, proven on any database."""

from logistics.checks import dispatch, parcels

__all__ = ["dispatch", "parcels"]

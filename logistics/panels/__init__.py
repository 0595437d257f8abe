"""Boxes on the pages of orders, notes and parcels."""

from logistics.panels import customs, dispatch, links, parcels, photos, quotes, record_words, sources

__all__ = ["customs", "dispatch", "links", "parcels", "photos", "quotes", "record_words", "sources"]

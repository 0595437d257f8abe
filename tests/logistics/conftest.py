"""Fixtures that several files of these tests ask for by name."""

from tests.logistics.sources_stage import office, source, tracking_house

__all__ = ["office", "source", "tracking_house"]

"""Writes of feedback."""

from disputes.services.feedback import Recorded, ask, give, import_feedback, record_feedback

__all__ = ["Recorded", "ask", "give", "import_feedback", "record_feedback"]

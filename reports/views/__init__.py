"""Pages of reports."""

from reports.views.report import DailyPage, ReportPage

__all__ = ["DailyPage", "ReportPage"]

"""Pages of reports."""

from reports.views.report import DailyPage, LogPage, ReportPage

__all__ = ["DailyPage", "LogPage", "ReportPage"]

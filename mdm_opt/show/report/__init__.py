"""One page about a study that can be handed on: HTML with pictures, or Markdown."""

from mdm_opt.show.report.pages import REPORT_FORMATS
from mdm_opt.show.report.report_data import ReportData, read_report

__all__ = ["REPORT_FORMATS", "ReportData", "read_report"]

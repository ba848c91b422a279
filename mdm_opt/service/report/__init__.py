"""One page about a study that can be handed on: HTML with pictures, or Markdown."""

from mdm_opt.service.report.contents import Contents, contents
from mdm_opt.service.report.pages import REPORT_FORMATS

__all__ = ["REPORT_FORMATS", "Contents", "contents"]

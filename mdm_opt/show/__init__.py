"""A study to look at: figures, report and dashboard."""

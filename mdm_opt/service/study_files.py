"""The study file that a study was last run with."""

from __future__ import annotations

from mdm_opt.config import StudyFile, parse_study
from mdm_opt.persistence import StudyRecord


def stored_study_file(record: StudyRecord) -> StudyFile:
    """The study file that a study was last run with."""
    return parse_study(dict(record.study_file), f"study {record.name}")

"""Our SQL tables, their migrations and the queries; knows SQLAlchemy, not Optuna."""

from mdm_opt.persistence.database import NoStudies, schema_lock, upgrade_database
from mdm_opt.persistence.location import (
    database_file,
    is_sqlite,
    shown,
    shown_as_given,
    storage_url,
)
from mdm_opt.persistence.maintenance import (
    CopiedStudy,
    DatabaseState,
    copy_study,
    database_state,
    held_still,
)
from mdm_opt.persistence.profiles import (
    MeasuredSequence,
    ProfileKey,
    ProfileRecord,
    Profiles,
    WrittenSums,
)
from mdm_opt.persistence.queue import TrialQueue
from mdm_opt.persistence.records import (
    MAX_FAILURES,
    Finished,
    MeasurementRecord,
    ModelRecord,
    Progress,
    StudyRecord,
    TrialRecord,
    WorkerRecord,
)
from mdm_opt.persistence.repository import Repository
from mdm_opt.persistence.rights import grant_to_workers
from mdm_opt.persistence.verification_parts import VerificationParts

__all__ = [
    "MAX_FAILURES",
    "CopiedStudy",
    "DatabaseState",
    "Finished",
    "MeasuredSequence",
    "MeasurementRecord",
    "ModelRecord",
    "NoStudies",
    "ProfileKey",
    "ProfileRecord",
    "Profiles",
    "Progress",
    "Repository",
    "StudyRecord",
    "TrialQueue",
    "TrialRecord",
    "VerificationParts",
    "WorkerRecord",
    "WrittenSums",
    "copy_study",
    "database_file",
    "database_state",
    "grant_to_workers",
    "held_still",
    "is_sqlite",
    "schema_lock",
    "shown",
    "shown_as_given",
    "storage_url",
    "upgrade_database",
]

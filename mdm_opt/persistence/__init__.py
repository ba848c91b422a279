"""Our SQL tables, their migrations and the queries; knows SQLAlchemy, not Optuna."""

from mdm_opt.persistence.database import database_file, storage_url
from mdm_opt.persistence.repository import MeasurementRecord, Repository, StudyRecord

__all__ = ["MeasurementRecord", "Repository", "StudyRecord", "database_file", "storage_url"]

"""Our tables; every name starts with ``mdm_`` because Optuna's live in the same database."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import JSON, DateTime, Float, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


def utc_now() -> datetime:
    """The time as naive UTC, which is what Optuna's tables hold too."""
    return datetime.now(UTC).replace(tzinfo=None)


class Base(DeclarativeBase):
    """All of our tables."""


class StudyRow(Base):
    """A study as it was created."""

    __tablename__ = "mdm_studies"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    study_file: Mapped[str] = mapped_column(Text)
    identity_hash: Mapped[str] = mapped_column(String(64))
    folder: Mapped[str] = mapped_column(Text)
    model_fingerprint: Mapped[str] = mapped_column(String(128))
    model_length: Mapped[int] = mapped_column(Integer)
    objective: Mapped[str] = mapped_column(String(255))
    unit: Mapped[str] = mapped_column(String(32))
    direction: Mapped[str] = mapped_column(String(8))
    deterministic: Mapped[bool]
    package_version: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(DateTime, default=utc_now)

    measurements: Mapped[list[MeasurementRow]] = relationship(
        back_populates="study", cascade="all, delete-orphan", passive_deletes=True
    )


class MeasurementRow(Base):
    """One candidate measured on some instances."""

    __tablename__ = "mdm_measurements"
    __table_args__ = (
        Index("ix_mdm_measurements_study_role", "study_id", "role", "budget_steps"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("mdm_studies.id", ondelete="CASCADE"))
    # search, selection or verification: three disjoint sets of instances.
    role: Mapped[str] = mapped_column(String(16))
    # Seed label or "search" in the search; "best" or a baseline's name in the verification.
    label: Mapped[str] = mapped_column(String(64))
    trial_number: Mapped[int | None] = mapped_column(Integer)
    # The study's step count that this belongs to; a baseline may take other steps to match it.
    budget_steps: Mapped[int] = mapped_column(Integer)
    steps: Mapped[int] = mapped_column(Integer)
    schedule: Mapped[str] = mapped_column(String(32))
    beta_a: Mapped[float | None] = mapped_column(Float(53))
    beta_b: Mapped[float | None] = mapped_column(Float(53))
    counts: Mapped[list[int]] = mapped_column(JSON)
    value: Mapped[float] = mapped_column(Float(53))
    standard_error: Mapped[float] = mapped_column(Float(53))
    instances: Mapped[int] = mapped_column(Integer)
    nfe: Mapped[float] = mapped_column(Float(53))
    feasible: Mapped[bool]
    guards: Mapped[dict[str, float]] = mapped_column(JSON)
    sequence_calls: Mapped[int] = mapped_column(Integer)
    seconds: Mapped[float] = mapped_column(Float(53))
    device: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(DateTime, default=utc_now)

    study: Mapped[StudyRow] = relationship(back_populates="measurements")
    scores: Mapped[list[ScoreRow]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="ScoreRow.instance"
    )


class ScoreRow(Base):
    """The score of one instance."""

    __tablename__ = "mdm_scores"

    measurement_id: Mapped[int] = mapped_column(
        ForeignKey("mdm_measurements.id", ondelete="CASCADE"), primary_key=True
    )
    # Within the role's own set, from 0.
    instance: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    score: Mapped[float] = mapped_column(Float(53))

"""Our tables; every name starts with ``mdm_`` because Optuna's live in the same database."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

# What makes two profiles the same except for the number of their sequences.
PROFILE_KEY = ("model_fingerprint", "references_fingerprint", "seed", "boundaries", "orders")


def utc_now() -> datetime:
    """The time as naive UTC, which is what Optuna's tables hold too."""
    return datetime.now(UTC).replace(tzinfo=None)


class Base(DeclarativeBase):
    """All of our tables."""


class ModelRow(Base):
    """A frozen model, known by the hash of everything that determines its probabilities."""

    __tablename__ = "mdm_models"

    fingerprint: Mapped[str] = mapped_column(String(128), primary_key=True)
    # As the study file names it: kind, path, revision and so on.
    source: Mapped[dict[str, object]] = mapped_column(JSON)
    # Of `mdm_opt.processes`: how it makes data out of noise.
    process: Mapped[str] = mapped_column(String(16), server_default="masked")
    length: Mapped[int] = mapped_column(Integer)
    # None for models that version 0.1.0 kept.
    vocab_size: Mapped[int | None] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(DateTime, default=utc_now)


class ProfileRow(Base):
    """A measured information profile of a model; grows when more sequences are asked for."""

    __tablename__ = "mdm_profiles"
    __table_args__ = (UniqueConstraint(*PROFILE_KEY, name="uq_mdm_profiles"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    model_fingerprint: Mapped[str] = mapped_column(ForeignKey("mdm_models.fingerprint"))
    # Hash of the file of clean sequences; empty for the model's own.
    references_fingerprint: Mapped[str] = mapped_column(String(128))
    seed: Mapped[int] = mapped_column(BigInteger)
    # How many were asked for; shorter sequences have fewer.
    boundaries: Mapped[int] = mapped_column(Integer)
    # Random orders of each sequence; 0: along the order in which the model wrote it.
    orders: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(DateTime, default=utc_now)


class ProfileSequenceRow(Base):
    """What one clean sequence cost to measure."""

    __tablename__ = "mdm_profile_sequences"

    profile_id: Mapped[int] = mapped_column(
        ForeignKey("mdm_profiles.id", ondelete="CASCADE"), primary_key=True
    )
    # From 0.
    sequence: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    sequence_calls: Mapped[int] = mapped_column(Integer)
    seconds: Mapped[float] = mapped_column(Float(53))
    # What all boundaries drop by divergences and by entropies, and the error of exchanging two
    # tokens; None where it was not found out.
    divergence_nats: Mapped[float | None] = mapped_column(Float(53))
    entropy_nats: Mapped[float | None] = mapped_column(Float(53))
    exchange_nats: Mapped[float | None] = mapped_column(Float(53))


class ProfileValueRow(Base):
    """Mean of -log p over the masked tokens of one sequence, given some known tokens."""

    __tablename__ = "mdm_profile_values"
    __table_args__ = (
        ForeignKeyConstraint(
            ["profile_id", "sequence"],
            ["mdm_profile_sequences.profile_id", "mdm_profile_sequences.sequence"],
            ondelete="CASCADE",
        ),
    )

    profile_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    # Tokens that are known, from 0 to length - 1.
    known: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    nats: Mapped[float] = mapped_column(Float(53))


class StudyRow(Base):
    """A study as it was created."""

    __tablename__ = "mdm_studies"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    study_file: Mapped[str] = mapped_column(Text)
    identity_hash: Mapped[str] = mapped_column(String(64))
    folder: Mapped[str] = mapped_column(Text)
    model_fingerprint: Mapped[str] = mapped_column(
        ForeignKey("mdm_models.fingerprint", name="fk_mdm_studies_model")
    )
    objective: Mapped[str] = mapped_column(String(255))
    # Hash of the files and models that the objective reads; empty where it reads none.
    objective_fingerprint: Mapped[str] = mapped_column(String(128), server_default="")
    unit: Mapped[str] = mapped_column(String(32))
    direction: Mapped[str] = mapped_column(String(8))
    deterministic: Mapped[bool]
    package_version: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(DateTime, default=utc_now)

    model: Mapped[ModelRow] = relationship()
    measurements: Mapped[list[MeasurementRow]] = relationship(
        back_populates="study", cascade="all, delete-orphan", passive_deletes=True
    )


class StudyProfileRow(Base):
    """A sequence of the profile that a study's search starts from and ranks with."""

    __tablename__ = "mdm_study_profiles"
    __table_args__ = (
        ForeignKeyConstraint(
            ["profile_id", "sequence"],
            ["mdm_profile_sequences.profile_id", "mdm_profile_sequences.sequence"],
            ondelete="CASCADE",
        ),
    )

    study_id: Mapped[int] = mapped_column(
        ForeignKey("mdm_studies.id", ondelete="CASCADE"), primary_key=True
    )
    profile_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)


class CandidateRow(Base):
    """What a trial or a measurement is of; a trial and its measurement share one."""

    __tablename__ = "mdm_candidates"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    study_id: Mapped[int] = mapped_column(
        ForeignKey("mdm_studies.id", ondelete="CASCADE"), index=True
    )
    family: Mapped[str] = mapped_column(String(32))
    steps: Mapped[int] = mapped_column(Integer)

    parameters: Mapped[list[ParameterRow]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="ParameterRow.name"
    )
    counts: Mapped[list[CountRow]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="CountRow.step"
    )


class ParameterRow(Base):
    """A parameter of a candidate: a number or a text; both for a whole number or truth value.

    Then the text says which.
    """

    __tablename__ = "mdm_parameters"

    candidate_id: Mapped[int] = mapped_column(
        ForeignKey("mdm_candidates.id", ondelete="CASCADE"), primary_key=True
    )
    # "family", or "sampler": a value of [sampler] that the study searches.
    part: Mapped[str] = mapped_column(String(8), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[float | None] = mapped_column(Float(53))
    text: Mapped[str | None] = mapped_column(Text)


class CountRow(Base):
    """The tokens that a step of a candidate reveals, where the candidate is counts."""

    __tablename__ = "mdm_counts"

    candidate_id: Mapped[int] = mapped_column(
        ForeignKey("mdm_candidates.id", ondelete="CASCADE"), primary_key=True
    )
    # From 0.
    step: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    tokens: Mapped[int] = mapped_column(BigInteger)


class WorkerRow(Base):
    """A process that takes trials of one study."""

    __tablename__ = "mdm_workers"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    study_id: Mapped[int] = mapped_column(
        ForeignKey("mdm_studies.id", ondelete="CASCADE"), index=True
    )
    host: Mapped[str] = mapped_column(String(255))
    pid: Mapped[int] = mapped_column(Integer)
    device: Mapped[str] = mapped_column(String(64))
    package_version: Mapped[str] = mapped_column(String(32))
    # Without a heartbeat for this long it counts as dead.
    grace_seconds: Mapped[float] = mapped_column(Float(53))
    # All three by the clock of the database.
    started_at: Mapped[datetime] = mapped_column(DateTime)
    heartbeat_at: Mapped[datetime] = mapped_column(DateTime)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime)
    # finished, stopped, failed or lost; None while it works.
    ended: Mapped[str | None] = mapped_column(String(16))


class TrialRow(Base):
    """A trial of a study's budget: waiting, taken by a worker, or finished."""

    __tablename__ = "mdm_trials"
    __table_args__ = (
        UniqueConstraint("study_id", "position", name="uq_mdm_trials_position"),
        UniqueConstraint("study_id", "trial_number", name="uq_mdm_trials_number"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    study_id: Mapped[int] = mapped_column(ForeignKey("mdm_studies.id", ondelete="CASCADE"))
    # From 0, in the order in which trials are taken.
    position: Mapped[int] = mapped_column(Integer)
    # Of the seed, or "search".
    label: Mapped[str] = mapped_column(String(64))
    steps: Mapped[int] = mapped_column(Integer)
    # Known from the start for a seed, else once the trial has been begun.
    candidate_id: Mapped[int | None] = mapped_column(
        ForeignKey("mdm_candidates.id", name="fk_mdm_trials_candidate"), index=True
    )
    # From 0 in the order in which trials are begun, the same in Optuna's tables; one that was
    # given up gets another where it is tried again.
    trial_number: Mapped[int | None] = mapped_column(Integer)
    # Who works on it, or who finished it.
    worker_id: Mapped[int | None] = mapped_column(
        ForeignKey("mdm_workers.id", ondelete="SET NULL"), index=True
    )
    attempts: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    # How many of the attempts ended in an error of the model or the objective.
    failures: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    last_error: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[datetime | None] = mapped_column(DateTime)
    finished_at: Mapped[datetime | None] = mapped_column(DateTime)

    candidate: Mapped[CandidateRow | None] = relationship()


class MeasurementRow(Base):
    """One candidate measured on some instances."""

    __tablename__ = "mdm_measurements"
    __table_args__ = (
        Index("ix_mdm_measurements_study_role", "study_id", "role", "budget_steps"),
        UniqueConstraint("study_id", "trial_number", name="uq_mdm_measurements_number"),
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
    candidate_id: Mapped[int] = mapped_column(
        ForeignKey("mdm_candidates.id", name="fk_mdm_measurements_candidate"), index=True
    )
    value: Mapped[float] = mapped_column(Float(53))
    standard_error: Mapped[float] = mapped_column(Float(53))
    instances: Mapped[int] = mapped_column(Integer)
    # In the search: number of the trial that was the best when this one was measured, the value
    # that this one would have on all instances, judged by its differences to that one, and the
    # standard error of these. The value itself where all instances were measured.
    rival_number: Mapped[int | None] = mapped_column(Integer)
    paired_value: Mapped[float | None] = mapped_column(Float(53))
    paired_error: Mapped[float | None] = mapped_column(Float(53))
    # Whether the race ended before all instances were measured.
    stopped_early: Mapped[bool] = mapped_column(default=False, server_default=false())
    # Mean of the instances' model calls.
    nfe: Mapped[float] = mapped_column(Float(53))
    feasible: Mapped[bool]
    guards: Mapped[dict[str, float]] = mapped_column(JSON)
    sequence_calls: Mapped[int] = mapped_column(Integer)
    seconds: Mapped[float] = mapped_column(Float(53))
    device: Mapped[str] = mapped_column(String(64))
    worker_id: Mapped[int | None] = mapped_column(
        ForeignKey("mdm_workers.id", ondelete="SET NULL", name="fk_mdm_measurements_worker")
    )
    created_at: Mapped[datetime] = mapped_column(DateTime, default=utc_now)

    study: Mapped[StudyRow] = relationship(back_populates="measurements")
    candidate: Mapped[CandidateRow] = relationship()
    scores: Mapped[list[ScoreRow]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="ScoreRow.instance"
    )
    samples: Mapped[list[SampleRow]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="SampleRow.instance"
    )


class ScoreRow(Base):
    """The score of one instance, and what it cost."""

    __tablename__ = "mdm_scores"

    measurement_id: Mapped[int] = mapped_column(
        ForeignKey("mdm_measurements.id", ondelete="CASCADE"), primary_key=True
    )
    # Within the role's own set, from 0.
    instance: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    score: Mapped[float] = mapped_column(Float(53))
    # Model calls of this instance's sequence; None where an older version kept their mean alone.
    calls: Mapped[float | None] = mapped_column(Float(53))


class SampleRow(Base):
    """What one instance's sample looked like."""

    __tablename__ = "mdm_samples"

    measurement_id: Mapped[int] = mapped_column(
        ForeignKey("mdm_measurements.id", ondelete="CASCADE"), primary_key=True
    )
    # Within the role's own set, from 0.
    instance: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(Text)
    # What it answers; None where there is no prompt, or an older version kept none.
    prompt: Mapped[str | None] = mapped_column(Text)
    # The lines in which its model shows it, JSON; None where it is shown as it is.
    lines: Mapped[str | None] = mapped_column(Text)


class VerificationPartRow(Base):
    """What a verification that is not complete has measured; it goes once it is."""

    __tablename__ = "mdm_verification_parts"

    study_id: Mapped[int] = mapped_column(
        ForeignKey("mdm_studies.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    budget_steps: Mapped[int] = mapped_column(Integer)
    # JSON; a column of that type refuses characters that samples may have.
    content: Mapped[str] = mapped_column(Text)


class StudyChangeRow(Base):
    """A change of a study's data, judge or function that its owner has accepted."""

    __tablename__ = "mdm_study_changes"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    study_id: Mapped[int] = mapped_column(
        ForeignKey("mdm_studies.id", ondelete="CASCADE"), index=True
    )
    # Fingerprints of the objective; the first is empty where an older version kept none.
    before: Mapped[str] = mapped_column(String(128))
    after: Mapped[str] = mapped_column(String(128))
    reason: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(DateTime, default=utc_now)


class ExportRow(Base):
    """A schedule that was handed on."""

    __tablename__ = "mdm_exports"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    study_id: Mapped[int] = mapped_column(
        ForeignKey("mdm_studies.id", ondelete="CASCADE"), index=True
    )
    steps: Mapped[int] = mapped_column(Integer)
    format: Mapped[str] = mapped_column(String(16))
    # The exported schedule with its provenance, whatever the format.
    schedule: Mapped[dict[str, object]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(DateTime, default=utc_now)

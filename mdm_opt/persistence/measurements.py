"""Measurements as rows, with their scores and samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdm_opt.persistence.candidates import candidate_of, with_candidate
from mdm_opt.persistence.records import MeasurementRecord
from mdm_opt.persistence.tables import (
    CandidateRow,
    MeasurementRow,
    SampleRow,
    ScoreRow,
)
from mdm_opt.sample_texts import Sample, storable, written_lines
from mdm_opt.statistics import MOST_SCORE


def measurement_row(
    study_id: int, record: MeasurementRecord, candidate: CandidateRow
) -> MeasurementRow:
    """A measurement as a row, its scores and samples with it."""
    left_out = ("id", "candidate", "scores", "calls", "samples")
    values = {key: value for key, value in vars(record).items() if key not in left_out}
    return MeasurementRow(
        study_id=study_id,
        candidate=candidate,
        value=record.value,
        standard_error=record.standard_error,
        instances=record.instances,
        scores=[
            ScoreRow(
                instance=index, score=float(score), calls=None if np.isnan(calls) else float(calls)
            )
            for index, (score, calls) in enumerate(zip(record.scores, record.calls, strict=True))
        ],
        samples=[_sample_row(index, text) for index, text in enumerate(record.samples)],
        **values,
    )


def _sample_row(instance: int, text: str) -> SampleRow:
    row = SampleRow(instance=instance, text=storable(text))
    if isinstance(text, Sample):
        row.prompt = storable(text.prompt) or None
        row.lines = written_lines(text.lines)
    return row


def measurement_records(session: Session, ids: Sequence[int]) -> list[MeasurementRecord]:
    """Measurements with their scores, by id."""
    rows = session.scalars(
        select(MeasurementRow)
        .where(MeasurementRow.id.in_(ids))
        .order_by(MeasurementRow.id)
        .options(*with_candidate(MeasurementRow.candidate))
    ).all()
    scores = session.execute(
        select(ScoreRow.measurement_id, ScoreRow.score, ScoreRow.calls)
        .where(ScoreRow.measurement_id.in_(ids))
        .order_by(ScoreRow.measurement_id, ScoreRow.instance)
    )
    by_measurement: dict[int, list[tuple[float, float | None]]] = {}
    for measurement_id, score, calls in scores:
        by_measurement.setdefault(measurement_id, []).append((score, calls))
    left_out = {"candidate", "scores", "calls", "samples"}
    names = set(MeasurementRecord.__dataclass_fields__) - left_out
    return [
        MeasurementRecord(
            candidate=candidate_of(row.candidate),
            scores=_readable([score for score, _ in by_measurement[row.id]]),
            calls=np.array([calls for _, calls in by_measurement[row.id]], dtype=np.float64),
            **{name: getattr(row, name) for name in names},
        )
        for row in rows
    ]


def _readable(scores: Sequence[float]) -> npt.NDArray[np.float64]:
    """Scores; older versions kept some whose sums and squares cannot be represented."""
    return np.clip(np.array(scores, dtype=np.float64), -MOST_SCORE, MOST_SCORE)

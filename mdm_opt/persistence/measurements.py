"""Measurements as rows, with their scores and samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdm_opt.persistence.candidates import candidates_of
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
    """Measurements with their scores, by id, oldest first."""
    left_out = {"candidate", "scores", "calls", "samples"}
    names = [name for name in MeasurementRecord.__dataclass_fields__ if name not in left_out]
    columns = [getattr(MeasurementRow, name) for name in names]
    # Rows as tuples: to make an object of each takes several times as long.
    rows = session.execute(
        select(MeasurementRow.candidate_id, *columns)
        .where(MeasurementRow.id.in_(ids))
        .order_by(MeasurementRow.id)
    ).all()
    candidates = candidates_of(session, {row.candidate_id for row in rows})
    scores = session.execute(
        select(ScoreRow.measurement_id, ScoreRow.score, ScoreRow.calls)
        .where(ScoreRow.measurement_id.in_(ids))
        .order_by(ScoreRow.measurement_id, ScoreRow.instance)
    )
    by_measurement: dict[int, tuple[list[float], list[float | None]]] = {
        row.id: ([], []) for row in rows
    }
    for measurement_id, score, calls in scores:
        ours = by_measurement[measurement_id]
        ours[0].append(score)
        ours[1].append(calls)
    return [
        MeasurementRecord(
            candidate=candidates[row.candidate_id],
            scores=_readable(by_measurement[row.id][0]),
            calls=np.array(by_measurement[row.id][1], dtype=np.float64),
            **dict(zip(names, row[1:], strict=True)),
        )
        for row in rows
    ]


def _readable(scores: Sequence[float]) -> npt.NDArray[np.float64]:
    """Scores; older versions kept some whose sums and squares cannot be represented."""
    return np.clip(np.array(scores, dtype=np.float64), -MOST_SCORE, MOST_SCORE)

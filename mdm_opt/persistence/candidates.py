"""Candidates as rows: their parameters one a row, a number or a text, and their counts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import QueryableAttribute
from sqlalchemy.orm.interfaces import LoaderOption

from mdm_opt.candidates import Candidate, Value
from mdm_opt.errors import InputError
from mdm_opt.persistence.tables import CandidateRow, CountRow, ParameterRow

_FAMILY, _SAMPLER = "family", "sampler"
# What stands beside a number that is no float.
_KINDS = {"int": int, "bool": bool}


def candidate_row(study_id: int, candidate: Candidate) -> CandidateRow:
    """A new row with its parameters and counts."""
    parts = {_FAMILY: candidate.parameters, _SAMPLER: candidate.decoding}
    return CandidateRow(
        study_id=study_id,
        family=candidate.family,
        steps=candidate.steps,
        parameters=[
            _parameter_row(part, name, value)
            for part, values in parts.items()
            for name, value in values.items()
        ],
        counts=[
            CountRow(step=step, tokens=tokens)
            for step, tokens in enumerate(candidate.counts or ())
        ],
    )


def candidate_of(row: CandidateRow) -> Candidate:
    """The candidate of a row.

    Raises:
        InputError: for a family that this version does not know.
    """
    counts = (one.tokens for one in row.counts)
    return _candidate(row.id, row.family, row.steps, row.parameters, counts)


def candidates_of(session: Session, ids: Collection[int]) -> dict[int, Candidate]:
    """Candidates by the id of their row, without making objects of the rows: there are many.

    Raises:
        InputError: for a family that this version does not know.
    """
    parameters: dict[int, list[Any]] = {}
    asked = select(*ParameterRow.__table__.columns)
    ours = ParameterRow.candidate_id.in_(ids)
    for one in session.execute(asked.where(ours).order_by(ParameterRow.name)):
        parameters.setdefault(one.candidate_id, []).append(one)
    counts: dict[int, list[int]] = {}
    steps = select(CountRow.candidate_id, CountRow.tokens).where(CountRow.candidate_id.in_(ids))
    for candidate, tokens in session.execute(steps.order_by(CountRow.step)):
        counts.setdefault(candidate, []).append(tokens)
    rows = select(CandidateRow.id, CandidateRow.family, CandidateRow.steps)
    return {
        id_: _candidate(id_, family, steps, parameters.get(id_, ()), counts.get(id_, ()))
        for id_, family, steps in session.execute(rows.where(CandidateRow.id.in_(ids)))
    }


def _candidate(
    id_: int, family: str, steps: int, parameters: Iterable[Any], counts: Iterable[int]
) -> Candidate:
    values: dict[str, dict[str, Value]] = {_FAMILY: {}, _SAMPLER: {}}
    for one in parameters:
        values[one.part][one.name] = _value(one)
    try:
        return Candidate(family, steps, values[_FAMILY], tuple(counts) or None, values[_SAMPLER])
    except ValueError as error:
        raise InputError(f"candidate {id_} of this database cannot be read: {error}") from error


def with_candidate(attribute: QueryableAttribute[Any]) -> tuple[LoaderOption, ...]:
    """Loads a candidate of each row that is asked for, in a few queries for all of them."""
    loaded = selectinload(attribute)
    return loaded.selectinload(CandidateRow.parameters), loaded.selectinload(CandidateRow.counts)


def _parameter_row(part: str, name: str, value: Value) -> ParameterRow:
    if isinstance(value, str):
        return ParameterRow(part=part, name=name, number=None, text=value)
    # Families have floats; arguments of a sampler are what they are in Python.
    kind = type(value).__name__ if part == _FAMILY and isinstance(value, int) else None
    return ParameterRow(part=part, name=name, number=float(value), text=kind)


def _value(row: Any) -> Value:
    number: float | None = row.number
    if number is None:
        return row.text or ""
    return number if row.text is None else _KINDS[row.text](number)

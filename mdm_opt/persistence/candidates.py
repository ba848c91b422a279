"""Candidates as rows: their parameters one a row, a number or a text, and their counts."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import selectinload
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
    values: dict[str, dict[str, Value]] = {_FAMILY: {}, _SAMPLER: {}}
    for one in row.parameters:
        values[one.part][one.name] = _value(one)
    counts = tuple(one.tokens for one in row.counts)
    try:
        return Candidate(row.family, row.steps, values[_FAMILY], counts or None, values[_SAMPLER])
    except ValueError as error:
        raise InputError(f"candidate {row.id} of this database cannot be read: {error}") from error


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


def _value(row: ParameterRow) -> Value:
    if row.number is None:
        return row.text or ""
    return _KINDS[row.text](row.number) if row.text is not None else row.number

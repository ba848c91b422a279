"""Measurements of a verification that is not complete, kept as they are made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import fields

import numpy as np

from mdm_opt import __version__
from mdm_opt.candidates import Candidate
from mdm_opt.measurement import Measurement
from mdm_opt.persistence import VerificationParts
from mdm_opt.study.opening import OpenStudy

_LISTS = ("scores", "calls")


class MeasuredParts:
    """What a verification has measured for a step count.

    Args:
        opened: the study.
        steps: the step count.
    """

    def __init__(self, opened: OpenStudy, steps: int) -> None:
        self._opened, self._steps = opened, steps
        self._kept = VerificationParts(opened.repository, opened.name)
        # Keys of what is counted already: it was made or found by this verification.
        self._counted: set[str] = set()

    def find(self, candidate: Candidate, ids: Sequence[int]) -> tuple[Measurement, bool] | None:
        """A candidate on some instances, and whether an interrupted verification measured it.

        Returns:
            None where it was not kept. What is asked for once more costs nothing.
        """
        key = self._key(candidate, ids)
        content = self._kept.find(key)
        if content is None:
            return None
        if key in self._counted:
            return _read(content).known(), False
        self._counted.add(key)
        return _read(content), True

    def keep(self, candidate: Candidate, found: Measurement) -> None:
        """Keeps a measurement of a candidate until the step count is verified."""
        key = self._key(candidate, found.instances)
        self._counted.add(key)
        self._kept.keep(self._steps, key, _written(found))

    def _key(self, candidate: Candidate, ids: Sequence[int]) -> str:
        """Changes with all that a measurement depends on and that a study does not fix."""
        problem = self._opened.problem
        said = [
            __version__,
            problem.denoiser.fingerprint,
            problem.source_fingerprint,
            self._steps,
            candidate.family,
            candidate.steps,
            dict(candidate.parameters),
            candidate.counts,
            dict(candidate.decoding),
            list(ids),
        ]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _written(found: Measurement) -> str:
    values = {field.name: getattr(found, field.name) for field in fields(found)}
    lists = {name: values[name].tolist() for name in _LISTS}
    return json.dumps(values | lists | {"guards": dict(found.guards)})


def _read(content: str) -> Measurement:
    values = json.loads(content)
    arrays = {name: np.array(values[name], dtype=np.float64) for name in _LISTS}
    tuples = {name: tuple(values[name]) for name in ("instances", "texts")}
    return Measurement(**values | arrays | tuples)

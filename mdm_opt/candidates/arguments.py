"""The family ``arguments``: what a sampler of the user's is called with."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from mdm_opt.candidates.base import Candidate, Family
from mdm_opt.candidates.decoding import Decoding
from mdm_opt.candidates.parameters import Value
from mdm_opt.candidates.plan import Plan
from mdm_opt.messages import key_name
from mdm_opt.schedules import BetaSchedule, MaskSchedule

# Its name, and the key under which results and files have the values.
ARGUMENTS = "arguments"
_LONGEST_NAME, _LARGEST = 64, 2**53
# Label of the seed that is how the user samples today.
PRESENT = "user: present setting"


class Arguments(Family):
    """Candidates with any parameters: names of arguments, and numbers, texts or truth values.

    Which there are, a study says in ``[space.arguments]``, see
    `mdm_opt.candidates.searched_arguments`. The step budget N is the mean number of model calls
    that a candidate may cost, which is a guard of its measurement.
    """

    name = ARGUMENTS
    searchable = False
    by_calls = True
    is_open = True
    uses_profile = False
    has_order = False

    def schedule(self, candidate: Candidate) -> MaskSchedule:
        """See `Family.schedule`; it has none, and the linear one says as little."""
        return BetaSchedule(0.5, 0.5)

    def normal(self, parameters: Mapping[str, Value]) -> dict[str, Value]:
        """See `Family.normal`; by the alphabet, whole numbers and truth values as they are."""
        return {name: _normal(name, parameters[name]) for name in sorted(parameters)}

    def label(self, candidate: Candidate) -> str:
        """See `Family.label`."""
        given = [f"{name} {_shown(value)}" for name, value in candidate.parameters.items()]
        return ", ".join(given) or "no arguments"

    def check_decoding(self, decoding: Decoding) -> None:
        """See `Family.check_decoding`."""
        if decoding.process != "own":
            raise ValueError(
                f"{key_name('space.arguments')} is for a sampler of your own: "
                f"{key_name('sampler.kind')} = 'own' or 'package.module:function'"
            )

    def values(self, candidate: Candidate) -> dict[str, Value | None]:
        """See `Family.values`."""
        return dict(candidate.parameters)

    def shown_values(self, candidate: Candidate) -> dict[str, object]:
        """See `Family.shown_values`; in a table of their own, for they may have any names."""
        return {ARGUMENTS: dict(candidate.parameters)}

    def candidate(
        self, steps: int, values: Mapping[str, Value | None], counts: Sequence[int] | None = None
    ) -> Candidate:
        """See `Family.candidate`."""
        given = {name: value for name, value in values.items() if value is not None}
        return Candidate(self.name, steps, given)

    def key(self, candidate: Candidate, plan: Plan) -> tuple[object, ...]:
        """See `Family.key`."""
        return tuple(sorted(candidate.parameters.items()))


def _normal(name: object, value: object) -> Value:
    if not isinstance(name, str) or not name.isidentifier() or len(name) > _LONGEST_NAME:
        raise ValueError(f"{name!r} is no name of an argument of at most {_LONGEST_NAME} letters")
    plain = value.item() if isinstance(value, np.generic) else value
    # Whole numbers beyond are not kept exactly.
    if isinstance(plain, str | bool) or (isinstance(plain, int) and abs(plain) <= _LARGEST):
        return plain
    if isinstance(plain, float) and math.isfinite(plain):
        return plain
    raise ValueError(f"{name}: {value!r} is not accepted: a text, a finite number or a bool is")


def _shown(value: Value) -> str:
    return format(value, ".3g") if isinstance(value, float) else str(value)


ANY_ARGUMENTS = Arguments()

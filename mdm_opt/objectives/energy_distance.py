"""How far samples are from reference sequences: the energy distance of their laws."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist, pdist

from mdm_opt.errors import InputError, RunError
from mdm_opt.models.base import FrozenModel
from mdm_opt.objectives.base import Array, Direction, Scores
from mdm_opt.objectives.function_calls import NoNumber, as_vectors
from mdm_opt.objectives.function_process import FunctionFailed
from mdm_opt.plugins import CalledExit, in_place, one_line
from mdm_opt.processes import Batch, Samples

MOST_DRAWS = 64
# The ids of a study's instances end far below; its other samples have noise of their own.
PARTNER_START = 2**61

# Texts in, one vector a text out.
Feature = Callable[[Sequence[str]], Any]


def partner(instance: int, draw: int) -> int:
    """The instance whose noise a further sample of an instance has, ``draw`` in 1..63."""
    return PARTNER_START + MOST_DRAWS * instance + draw


class EnergyDistance:
    """2 E d(X, R) - E d(X, X') - E d(R, R') of samples X and references R [Szekely, Rizzo 2013].

    d is the Euclidean distance of the numbers of two sequences, or of their feature vectors. The
    energy distance is not negative, and 0 only where both laws are the same. An instance draws
    several samples x_1..x_G, each in noise of its own, and its score is

        mean over k of 2 mean_r d(x_k, r)  -  mean over pairs k < l of d(x_k, x_l)
        -  mean over pairs of references of d(r, r')

    whose expectation is the energy distance of the samples from the law that the references were
    drawn from, where they were drawn independently (docs/mathematics.md 7). It depends on no other
    instance, and can be negative. All scores have the same references.

    An instance costs the model calls of all its samples; its NFE and its text are those of the
    first.

    Args:
        references: real numbers ``(count, width)``, at least two rows: sequences, or what
            ``feature`` makes of their texts.
        feature: maps a list of texts to vectors ``(texts, width)``; None takes the numbers of the
            sequences, so that ``width`` is their length.
        draws: samples G of an instance, in 2..64. Of as many samples in all, more of them in fewer
            instances have less noise, because there are more pairs.
        fingerprint: hash of the references and the feature.

    Raises:
        InputError: for fewer than two references, for what is no finite real number, and for
            another number of draws.
    """

    name = "energy_distance"
    direction: Direction = "minimize"
    unit = "energy distance"
    deterministic = False

    def __init__(
        self,
        references: Any,
        feature: Feature | None = None,
        *,
        draws: int = 8,
        fingerprint: str = "",
    ) -> None:
        self._references = _real_rows(references)
        if len(self._references) < 2:
            raise InputError(f"references: {len(references)} given, at least 2 are needed")
        if isinstance(draws, bool) or not isinstance(draws, int) or not 2 <= draws <= MOST_DRAWS:
            raise InputError(
                f"draws: {draws!r} is not accepted: must be a whole number from 2 to {MOST_DRAWS}"
            )
        self._feature, self._draws = feature, draws
        self.fingerprint = fingerprint
        self._spread = float(pdist(self._references).mean())

    def score(self, denoiser: FrozenModel, batch: Batch) -> Scores:
        """See `Objective.score`; the texts are those of the first samples."""
        samples = batch.sample(denoiser)
        texts = batch.texts(denoiser, samples)
        drawn, calls = [self._vectors(samples, texts)], samples.sequence_calls
        for draw in range(1, self._draws):
            others = batch.others(denoiser, [partner(one, draw) for one in batch.instances])
            more = others.sample(denoiser)
            found = None if self._feature is None else others.texts(denoiser, more)
            drawn.append(self._vectors(more, found))
            calls += more.sequence_calls
        values = self._values(drawn)
        return Scores(values, samples.nfe.astype(np.float64), calls, texts=tuple(texts))

    def _values(self, drawn: Sequence[Array]) -> Array:
        """Scores of instances, ``(batch,)``, from vectors of their draws, ``(batch, width)``."""
        near = sum(cdist(one, self._references).mean(axis=1) for one in drawn) / len(drawn)
        pairs = list(combinations(drawn, 2))
        apart = sum(np.sqrt(((x - y) ** 2).sum(axis=1)) for x, y in pairs) / len(pairs)
        values: Array = 2 * near - apart - self._spread
        return values

    def _vectors(self, samples: Samples, texts: Sequence[str] | None) -> Array:
        """What distances are taken of, ``(batch, width)``."""
        if self._feature is None or texts is None:
            found: Array = samples.tokens.cpu().numpy().astype(np.float64)
            return self._as_wide(found, "samples have")
        return self._as_wide(self._called(self._feature, texts), "the feature returned")

    def _called(self, feature: Feature, texts: Sequence[str]) -> Array:
        try:
            with in_place():
                found = as_vectors(feature(list(texts)), len(texts))
        except (NoNumber, CalledExit, FunctionFailed) as failure:
            raise RunError(f"objective {self.name!r}: the feature {failure}") from None
        except Exception as error:  # a user's function may raise anything
            raise RunError(
                f"objective {self.name!r}: the feature raised {type(error).__name__}: "
                f"{one_line(error)}"
            ) from error
        return np.array(found, dtype=np.float64)

    def _as_wide(self, vectors: Array, who: str) -> Array:
        width = self._references.shape[1]
        if vectors.shape[1] != width:
            raise RunError(
                f"objective {self.name!r}: {who} {vectors.shape[1]} numbers each, the references "
                f"{width}"
            )
        return vectors


def _real_rows(given: Any) -> Array:
    """Finite real numbers ``(count, width)`` as float64; InputError for anything else."""
    try:
        rows = np.asarray(given)
    except (TypeError, ValueError):
        # Rows of different lengths.
        rows = np.zeros(())
    fits = rows.ndim == 2 and rows.dtype.kind in "biuf" and rows.size and np.isfinite(rows).all()
    if np.ma.isMaskedArray(given) or not fits:
        raise InputError(
            f"references: {one_line(repr(given))[:60]} is not accepted: must be finite real "
            "numbers of shape (count, width)"
        )
    return rows.astype(np.float64)

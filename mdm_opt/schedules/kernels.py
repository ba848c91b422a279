"""How a token is corrupted by itself: Markov kernels on V states (docs/mathematics.md 11).

A kernel is the semigroup of a generator Q. Its time is measured by what survives of the slowest
mode, alpha = e^(-lambda_1 s), so that alpha multiplies along a path for every kernel: what leads
from alpha = b down to a < b is the transition at a/b.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt
import scipy

from mdm_opt.schedules.base import Array, checked_unit

# tauLDR's values for 256 grey levels (Campbell et al. 2022, CIFAR-10).
RATE_SIGMA, TARGET_SIGMA = 6.0, 512.0

# Matrices of all alphas that are kept, together.
_CACHE_BYTES = 64 * 2**20
# Of a series in which every term is smaller than half of the one before.
_TERMS = 28
# Entries of a spectral sum below are rounding.
_SPECTRAL_NOISE = 1e-13
# A matrix exponential of more states takes minutes.
MAX_ORDINAL_STATES = 512
_GAUSSIAN_NAME = re.compile(r"gaussian\(([^,()]+),([^,()]+)\)")


class Kernel(ABC):
    """How one token is corrupted; ids run from 0 to V - 1.

    Attributes:
        name: as `kernel_named` reads it.
        vocab_size: V >= 2.
        ordinal: whether states have an order in which steps of several states make sense.
        reach: the furthest that a single jump leads, in states; V - 1 where there is no order.
    """

    name: str
    vocab_size: int
    ordinal: bool = True
    reach: int

    @property
    @abstractmethod
    def rates(self) -> Array:
        """Q: float64 ``(V, V)``, from each row's state to each column's, rows sum to 0."""

    @property
    @abstractmethod
    def stationary(self) -> Array:
        """The law of nothing but noise, float64 ``(V,)``, positive, sum 1."""

    @property
    @abstractmethod
    def slowest_rate(self) -> float:
        """lambda_1: the smallest rate above 0 at which a mode of Q decays, per unit of time."""

    @abstractmethod
    def parts(self, alpha: float) -> tuple[float, Array]:
        """The transition as ``kept * identity + rest``.

        Args:
            alpha: in [0, 1].

        Returns:
            ``kept`` in [0, 1], and ``rest``: float64 ``(V, V)``, or ``()`` where all of its
            entries are the same number. So a large vocabulary never needs V^2 numbers. Not to be
            written to.
        """

    @abstractmethod
    def rate_parts(self) -> Array:
        """Q beside its diagonal: float64 ``(V, V)``, or ``()`` where that is one number."""

    @abstractmethod
    def information(self, alpha: float, clean: Array) -> float:
        """Fisher information of alpha in a corrupted token.

        Args:
            alpha: in [0, 1).
            clean: float64 ``(V,)``, weights of the clean token over which the mean is taken.

        Returns:
            sum_v clean(v) sum_y (d K(y|v) / d alpha)^2 / K(y|v), per alpha^2.
        """

    @abstractmethod
    def smooth_alpha(self, coordinate: Array) -> tuple[Array, Array]:
        """A coordinate in [0, 1] in which sqrt(`information`) changes slowly.

        Args:
            coordinate: float64 ``(n,)``, 0 at alpha = 0, 1 at alpha = 1.

        Returns:
            alpha and its derivative, float64 ``(n,)`` each.
        """

    def transition(self, alpha: float) -> Array:
        """q(x_alpha | x_0), float64 ``(V, V)``: a row for each clean state, rows sum to 1.

        Args:
            alpha: in [0, 1]; at 0 the stationary law, at 1 the identity.

        Raises:
            ValueError: for alpha outside [0, 1].
        """
        kept, rest = self.parts(alpha)
        return np.asarray(kept * np.eye(self.vocab_size) + rest)

    def bridge(
        self,
        before: float,
        after: float,
        state: npt.NDArray[np.int64],
        clean: npt.NDArray[np.int64],
    ) -> Array:
        """q(x_after | x_before, x_0), the exact reverse step given the clean token.

        Args:
            before: alpha in [0, 1) of the state.
            after: alpha in (before, 1] of what follows it in sampling.
            state: tokens at ``before``, any shape.
            clean: clean tokens, same shape, from which the states can have come.

        Returns:
            float64 ``(*shape, V)``, sum 1.

        Raises:
            ValueError: unless 0 <= before < after <= 1.
        """
        if not 0 <= before < after <= 1:
            raise ValueError(f"0 <= before < after <= 1 is expected, got {before}, {after}")
        joint = self.transition(after)[clean] * self.transition(before / after).T[state]
        return np.asarray(joint / joint.sum(axis=-1, keepdims=True))

    def time(self, alpha: npt.ArrayLike) -> Array:
        """s(alpha) = -log(alpha) / lambda_1, float64 of the same shape; infinite at 0."""
        with np.errstate(divide="ignore"):
            return np.asarray(-np.log(checked_unit(alpha, "alpha")) / self.slowest_rate)

    def alpha(self, time: npt.ArrayLike) -> Array:
        """The inverse of `time`, of times >= 0."""
        return np.asarray(np.exp(-self.slowest_rate * np.asarray(time, dtype=np.float64)))


@dataclass(frozen=True)
class UniformKernel(Kernel):
    """A token stays with probability alpha, or is drawn anew from all: alpha I + (1-alpha)/V 11'.

    Attributes:
        vocab_size: V >= 2.
    """

    vocab_size: int
    name = "uniform"
    ordinal = False

    @property
    def reach(self) -> int:  # type: ignore[override]
        return self.vocab_size - 1

    @property
    def rates(self) -> Array:
        return np.full((self.vocab_size,) * 2, 1 / self.vocab_size) - np.eye(self.vocab_size)

    @property
    def stationary(self) -> Array:
        return np.full(self.vocab_size, 1 / self.vocab_size)

    @property
    def slowest_rate(self) -> float:
        return 1.0

    def parts(self, alpha: float) -> tuple[float, Array]:
        kept = float(checked_unit(alpha, "alpha"))
        return kept, np.array((1 - kept) / self.vocab_size)

    def rate_parts(self) -> Array:
        return np.array(1 / self.vocab_size)

    def information(self, alpha: float, clean: Array) -> float:
        others = self.vocab_size - 1
        return float(clean.sum()) * others / ((1 - alpha) * (1 + others * alpha))

    def smooth_alpha(self, coordinate: Array) -> tuple[Array, Array]:
        """The angle to the clean token, in which the information is constant."""
        corner = math.acos(1 / math.sqrt(self.vocab_size))
        angle, top = (1 - coordinate) * corner, math.sin(corner) ** 2
        return 1 - np.sin(angle) ** 2 / top, np.sin(2 * angle) * corner / top


class DenseKernel(Kernel):
    """A kernel given by a generator that is reversible: pi(x) Q(x, y) = pi(y) Q(y, x).

    Args:
        name: of the kernel.
        rates: Q, float64 ``(V, V)``.
        stationary: pi, float64 ``(V,)``.
        reach: the furthest that a single jump leads.

    Raises:
        ValueError: for more than 512 states.
    """

    def __init__(self, name: str, rates: Array, stationary: Array, reach: int) -> None:
        self.name, self.vocab_size, self.reach = name, len(rates), reach
        if self.vocab_size > MAX_ORDINAL_STATES:
            raise ValueError(
                f"kernel {name!r} takes at most {MAX_ORDINAL_STATES} states, got {self.vocab_size}"
            )
        self._rates, self._stationary = rates, stationary
        self._seen: dict[float, Array] = {}
        self._max_seen = max(8, _CACHE_BYTES // rates.nbytes)

    @property
    def rates(self) -> Array:
        return self._rates

    @property
    def stationary(self) -> Array:
        return self._stationary

    @property
    def slowest_rate(self) -> float:
        return float(self._spectrum[0][1])

    def rate_parts(self) -> Array:
        return self._rates

    @cached_property
    def _spectrum(self) -> tuple[Array, Array, Array]:
        """Rates of decay, ascending, and matrices left * e^(-rate s) @ right = e^(s Q)."""
        root = np.sqrt(self._stationary)
        found, modes = np.linalg.eigh(-self._rates * root[:, None] / root)
        found[0] = 0.0
        return found, modes / root[:, None], modes.T * root

    def parts(self, alpha: float) -> tuple[float, Array]:
        if alpha not in self._seen:
            if len(self._seen) >= self._max_seen:
                self._seen.clear()
            self._seen[alpha] = self._exponential(float(self.time(alpha)))
        return 0.0, self._seen[alpha]

    def _exponential(self, time: float) -> Array:
        """e^(time Q), every entry to about 13 digits of its own.

        Sums and products of what is never negative lose nothing, unlike sums over the spectrum:
        posteriors divide by entries of any size.
        """
        if math.isinf(time):
            return np.tile(self._stationary, (self.vocab_size, 1))
        fastest = float(-self._rates.diagonal().min())
        halvings = max(0, math.ceil(math.log2(max(time * fastest, 1e-300))) + 1)
        jumps = time * fastest / 2**halvings
        stays = scipy.sparse.csr_array(np.eye(self.vocab_size) + self._rates / fastest)
        # What lies V - 1 states away takes as many terms.
        result = identity = np.eye(self.vocab_size)
        for term in range(_TERMS + (self.vocab_size - 1) // self.reach, 0, -1):
            result = identity + (jumps / term) * (stays @ result)
        result *= math.exp(-jumps)
        for _ in range(halvings):
            result = result @ result
            result /= result.sum(axis=1, keepdims=True)
        return np.asarray(result)

    def information(self, alpha: float, clean: Array) -> float:
        decay, left, right = self._spectrum
        powers = decay / decay[1]
        law = (left * alpha**powers) @ right
        slopes = np.concatenate([[0.0], powers[1:] * alpha ** np.maximum(powers[1:] - 1, 0.0)])
        change = (left * slopes) @ right
        terms = np.where(law > _SPECTRAL_NOISE, change**2 / np.maximum(law, _SPECTRAL_NOISE), 0.0)
        return float(clean @ terms.sum(axis=1))

    def smooth_alpha(self, coordinate: Array) -> tuple[Array, Array]:
        """1 - alpha is a square: near clean tokens the information grows as 1 / (1 - alpha)."""
        return 1 - (1 - coordinate) ** 2, 2 * (1 - coordinate)


def nearest_kernel(vocab_size: int) -> DenseKernel:
    """A walk to the nearest neighbours at rate 1 each, reflected at both ends; ordinal.

    lambda_1 = 2 (1 - cos(pi / V)). tauLDR's birth and death process, and DPF's toy.
    """
    states = np.arange(vocab_size)
    rates = (abs(states[:, None] - states) == 1).astype(np.float64)
    np.fill_diagonal(rates, -rates.sum(axis=1))
    return DenseKernel("nearest", rates, np.full(vocab_size, 1 / vocab_size), 1)


def gaussian_kernel(
    vocab_size: int, rate_sigma: float = RATE_SIGMA, target_sigma: float = TARGET_SIGMA
) -> DenseKernel:
    """tauLDR's walk towards a discretised Gaussian (Campbell et al. 2022); ordinal.

    With positions i + 1 and the centre V/2 the target is
    pi(i) ~ exp(-(i + 1 - V/2)^2 / (2 target_sigma^2)). A state i < floor(V/2) jumps up to those
    that end at its mirror image V - 1 - i, a state i > floor(V/2) down to those that end just
    before it; by k states at rate exp(-(k - 1)^2 / rate_sigma^2). The rates of the jumps back are
    those of detailed balance.

    Args:
        vocab_size: V >= 2.
        rate_sigma: width of a jump in states, > 0.
        target_sigma: width of the target in states, > 0 (Q_sigma there).
    """
    state = np.arange(vocab_size)
    source, goal = state[:, None], state[None, :]
    half = vocab_size // 2
    up = (source < half) & (goal > source) & (goal < vocab_size - source)
    down = (source > half) & (goal < source) & (goal > vocab_size - 1 - source)
    inward = np.exp(-(((abs(goal - source) - 1) / rate_sigma) ** 2)) * (up | down)
    log_target = -((state + 1 - vocab_size / 2) ** 2) / (2 * target_sigma**2)
    outward = inward.T * np.exp(log_target[None, :] - log_target[:, None])
    rates = np.asarray(inward + outward)
    np.fill_diagonal(rates, -rates.sum(axis=1))
    target = np.exp(log_target - log_target.max())
    values = f"({rate_sigma:g},{target_sigma:g})"
    default = (rate_sigma, target_sigma) == (RATE_SIGMA, TARGET_SIGMA)
    name = "gaussian" if default else f"gaussian{values}"
    return DenseKernel(name, rates, target / target.sum(), vocab_size - 1)


KERNELS: dict[str, Callable[[int], Kernel]] = {
    "uniform": UniformKernel,
    "nearest": nearest_kernel,
    "gaussian": gaussian_kernel,
}


@lru_cache(maxsize=16)
def kernel_named(name: str, vocab_size: int) -> Kernel:
    """The kernel of a name on V states.

    Args:
        name: ``uniform``, ``nearest``, ``gaussian`` with tauLDR's widths 6 and 512, or with others
            as in ``gaussian(6, 512)``.
        vocab_size: V >= 2; of ordinal kernels at most 512.

    Raises:
        ValueError: for another name, or a number of states that does not fit.
    """
    if vocab_size < 2:
        raise ValueError(f"a kernel needs vocab_size of at least 2, got {vocab_size}")
    if name in KERNELS:
        return KERNELS[name](vocab_size)
    found = _GAUSSIAN_NAME.fullmatch(name)
    if found is not None:
        widths = [_width(text) for text in found.groups()]
        if all(0 < width < math.inf for width in widths):
            return gaussian_kernel(vocab_size, *widths)
    raise ValueError(
        f"no kernel named {name!r}; known: {', '.join(KERNELS)}, gaussian(rate_sigma, "
        "target_sigma) with numbers above 0"
    )


def _width(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan

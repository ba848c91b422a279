"""How good samples of digits are: the Frechet distance in the features of a classifier.

`digits.npz` holds the 1,797 digits, which of them the bundled model never saw, and weights of a
small CNN that was trained on the others; `training/train_digits.py` makes it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from mdm_opt.models.base import RateModel

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

_FILE = Path(__file__).with_name("digits.npz")
_SIDE, _MOST = 8, 16

# Alphas at the ends of N steps; those of the paper are uniform in their logits, up to 0 and 1.
GRIDS: dict[str, Callable[[int], Array]] = {
    "logit15": lambda steps: _with_ends(1 / (1 + np.exp(15 - 30 * _progress(steps)))),
    "linear": lambda steps: _progress(steps),
    "sin2": lambda steps: np.sin(np.pi / 2 * _progress(steps)) ** 2,
    "exp(100)": lambda steps: (100 ** _progress(steps) - 1) / 99,
}


@cache
def digits() -> tuple[Counts, Counts, npt.NDArray[np.bool_]]:
    """Digits ``(1797, 64)``, their classes, and which of them are held out, ``(1797,)``."""
    with np.load(_FILE) as found:
        held_out = np.zeros(len(found["counts"]), dtype=np.bool_)
        held_out[found["held_out"]] = True
        return found["counts"].astype(np.int64), found["classes"].astype(np.int64), held_out


@torch.inference_mode()
def features(counts: npt.ArrayLike) -> Array:
    """The 32 numbers of each digit that go into the classifier's last layer.

    Args:
        counts: ``(batch, 64)`` in 0..16.

    Returns:
        float64 ``(batch, 32)``, not negative.
    """
    weights = _weights()
    hidden = torch.as_tensor(np.asarray(counts)).float().reshape(-1, 1, _SIDE, _SIDE) / _MOST
    for layer in ("0", "2"):
        given = weights[f"{layer}.weight"], weights[f"{layer}.bias"]
        hidden = functional.conv2d(hidden, *given, padding=1).relu()
    hidden = functional.max_pool2d(hidden, 2).flatten(1)
    found = functional.linear(hidden, weights["6.weight"], weights["6.bias"]).relu()
    return found.numpy().astype(np.float64)


def classes(counts: npt.ArrayLike) -> Counts:
    """What the classifier takes digits for, ``(batch,)`` in 0..9."""
    weights = _weights()
    scores = features(counts) @ weights["8.weight"].double().numpy().T
    return np.argmax(scores + weights["8.bias"].double().numpy(), axis=1)


def frechet_distance(first: Array, second: Array) -> float:
    """|m - m'|^2 + tr(S + S' - 2 (S S')^(1/2)) of means and covariances of two sets of rows."""
    left, right = np.cov(first, rowvar=False), np.cov(second, rowvar=False)
    roots = np.sqrt(np.linalg.eigvals(left @ right).real.clip(min=0))
    apart = first.mean(axis=0) - second.mean(axis=0)
    return float(apart @ apart + np.trace(left) + np.trace(right) - 2 * roots.sum())


def distance_to_digits(counts: npt.ArrayLike) -> float:
    """Frechet distance of samples ``(batch, 64)`` from all digits, in features."""
    return frechet_distance(features(counts), _all_features())


def poisson_births(model: RateModel, grid: Array, count: int, seed: int) -> Counts:
    """Samples ``(count, 64)``, a step for each pair of alphas: births ~ Poisson of the rate."""
    rng = np.random.default_rng(seed)
    counts = np.zeros((count, model.length), dtype=np.int64)
    for before, after in pairwise(grid.tolist()):
        rates = model.rates(torch.from_numpy(counts), before).double().cpu().numpy()
        counts = np.minimum(counts + rng.poisson((after - before) * rates), model.max_count)
    return counts


@cache
def _weights() -> dict[str, torch.Tensor]:
    with np.load(_FILE) as found:
        return {name: torch.from_numpy(found[name]) for name in found.files if "." in name}


@cache
def _all_features() -> Array:
    return features(digits()[0])


def _progress(steps: int) -> Array:
    return np.linspace(0, 1, steps + 1)


def _with_ends(alphas: Array) -> Array:
    alphas[[0, -1]] = 0, 1
    return alphas

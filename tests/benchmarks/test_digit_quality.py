"""The Frechet distance of digits: its formula, that of real digits, and that of samples."""

from __future__ import annotations

import numpy as np
import pytest
from digit_quality import (
    GRIDS,
    classes,
    digits,
    distance_to_digits,
    features,
    frechet_distance,
    poisson_births,
)

from mdm_opt.models.digits import load_digits_rates

SAMPLES = 1500


def test_distance_is_that_of_two_normal_laws():
    """Of rows whose means and covariances are known exactly; the second pair commutes."""
    rng = np.random.default_rng(0)
    white = rng.normal(size=(400, 3))
    white -= white.mean(axis=0)
    white = white @ np.linalg.inv(np.linalg.cholesky(np.cov(white, rowvar=False))).T
    assert frechet_distance(white, white + np.array([3, 0, 4])) == pytest.approx(25)
    first, second = np.array([1.0, 2, 3]), np.array([2.0, 2, 0])
    expected = ((first - second) ** 2).sum()
    assert frechet_distance(white * first, white * second) == pytest.approx(expected)
    turned = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    found = frechet_distance(white * first @ turned, white * second @ turned)
    assert found == pytest.approx(expected)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("logit15", [0, 5.528e-4, 0.5, 0.99944722, 1]),
        ("linear", [0, 0.25, 0.5, 0.75, 1]),
        ("sin2", [0, 0.1464466, 0.5, 0.8535534, 1]),
        ("exp(100)", [0, 0.0218409, 0.0909091, 0.3093262, 1]),
    ],
)
def test_grids_are_those_of_the_papers(name, expected):
    assert GRIDS[name](4).tolist() == pytest.approx(expected, rel=1e-4)


def test_files_hold_the_same_held_out_digits():
    """Those of the study's references are the ones that the model never saw."""
    from pathlib import Path

    counts, _, held_out = digits()
    file = Path(__file__).parents[2] / "studies" / "digits_references.txt"
    rows = [[int(word) for word in line.split()] for line in file.read_text().splitlines()]
    assert counts.shape == (1797, 64)
    assert counts.sum(axis=1).mean() == pytest.approx(312.59, abs=0.005)
    assert np.array_equal(rows, counts[held_out])


@pytest.mark.bench
def test_real_digits_are_near_each_other_and_noise_is_not():
    counts, known, held_out = digits()
    right = np.mean(classes(counts[held_out]) == known[held_out])
    train = features(counts[~held_out])
    near = frechet_distance(train, features(counts))
    unseen = frechet_distance(features(counts[held_out]), train)
    rng = np.random.default_rng(0)
    alone = distance_to_digits(np.stack([rng.permutation(column) for column in counts.T], axis=1))
    print(f"\naccuracy {right:.4f}, train/all {near:.2f}, test/train {unseen:.2f}, "
          f"pixels by themselves {alone:.0f}")  # fmt: skip
    assert right >= 0.97
    assert near < unseen / 10 < alone / 50


@pytest.mark.bench
def test_the_tuned_shape_is_far_better_than_the_papers():
    """Poisson births, 1,500 samples: exp(100), sin2 and the grid of the paper, in this order."""
    model = load_digits_rates(device="cpu")
    found = {}
    for name, grid in GRIDS.items():
        for steps in (4, 8, 16):
            samples = poisson_births(model, grid(steps), SAMPLES, seed=steps)
            found[name, steps] = distance_to_digits(samples)
    for name in GRIDS:
        print(f"\n{name}: " + ", ".join(f"{found[name, steps]:.1f}" for steps in (4, 8, 16)))
    for steps in (4, 8, 16):
        assert 2 * found["exp(100)", steps] < found["sin2", steps] < found["logit15", steps]
    assert found["exp(100)", 8] < found["logit15", 16]

"""What is claimed, and how often it is wrong."""

from __future__ import annotations

import numpy as np
import pytest
from finding import counts_of, linear_counts
from laws import independent
from problems import sudoku_validity

from mdm_opt.candidates import beta
from mdm_opt.measurement import Measurement, Problem, measure
from mdm_opt.models.packaged import load_bundled
from mdm_opt.objectives.path_kl import PathKl
from mdm_opt.processes import own_sequences, sequence_profiles
from mdm_opt.run.races import ERROR_RATE, Rival, race
from mdm_opt.schedules import ProfileSample, fixed_weights, reveal_counts
from mdm_opt.statistics import mean_interval, paired_difference, simultaneous

pytestmark = pytest.mark.bench

STEP_COUNTS = 3


def _best_of(scores: np.ndarray, rng: np.random.Generator) -> int:
    """As verification chooses: the top three of the search, once more on fresh instances."""
    top = np.argsort(scores.mean(axis=1))[:3]
    again = rng.normal(size=(3, scores.shape[1]))
    return int(top[np.argmin(scores[top].mean(axis=1) + again.mean(axis=1))])


def test_where_all_schedules_are_equal_hardly_any_study_claims_an_improvement():
    """Scores are pure noise, so that nothing but the noise can be chosen."""
    rng, claims = np.random.default_rng(0), 0
    confidence = simultaneous(0.95, STEP_COUNTS)
    for _ in range(200):
        claimed = False
        for _ in range(STEP_COUNTS):
            _best_of(rng.normal(size=(20, 64)), rng)
            linear, best = rng.normal(size=(2, 256))
            claimed |= paired_difference(linear, best, confidence).low > 0
        claims += claimed
    print(f"\nstudies of pure noise that claim an improvement: {claims / 200:.3f} of 200")
    assert claims <= 0.05 * 200


def test_on_independent_tokens_no_schedule_differs():
    """With common random numbers the very samples are the same."""
    denoiser = independent()
    problem = Problem(denoiser, PathKl(), 0)
    candidates = [beta(a, b, 4) for a in (0.2, 1.0, 3.0) for b in (0.3, 2.0)]
    values = [measure(problem, one, range(20)).scores for one in candidates]
    assert np.abs(np.array(values)).max() < 1e-9


@pytest.mark.parametrize("instances", [100, 256])
def test_intervals_cover_what_they_say(instances):
    """400 verifications drawn from 4000 instances, whose mean is the truth."""
    problem = sudoku_validity()
    ids = range(10**6, 10**6 + 4000)
    best = counts_of(problem, beta(0.4, 0.25, 4))
    scores = [problem._measured(c, 10**6, ids) for c in (best, linear_counts(problem, 4))]
    truth = [one.mean() for one in scores]
    rng, covered = np.random.default_rng(0), np.zeros(2)
    for _ in range(400):
        rows = rng.integers(4000, size=instances)
        own = mean_interval(scores[0][rows], 0.95)
        gain = paired_difference(scores[0][rows], scores[1][rows], 0.95)
        covered += [
            own.low <= truth[0] <= own.high,
            gain.low <= truth[0] - truth[1] <= gain.high,
        ]
    print(
        f"\ncoverage on {instances} instances: value {covered[0] / 400}, gain {covered[1] / 400}"
    )
    assert (covered / 400 >= 0.93).all()
    assert (covered / 400 <= 0.97).all()


@pytest.mark.parametrize("noise", ["normal", "skewed", "binary"])
def test_a_race_loses_the_best_candidate_as_rarely_as_it_says(noise):
    """20 candidates that are all equal, so that each is the best; the rival is the luckiest."""
    rng, runs, lost, measured = np.random.default_rng(0), 400, 0, 0
    for _ in range(runs):
        common = rng.normal(size=128)
        draw = {
            "normal": lambda common=common: common + rng.normal(size=128),
            "skewed": lambda common=common: common + rng.exponential(size=128) ** 2,
            "binary": lambda common=common: (common + rng.normal(size=128) > 0).astype(float),
        }[noise]
        candidates, done, rival = [draw() for _ in range(20)], [], None
        for scores in candidates:
            found = _raced(scores, rival)
            measured += len(found.scores)
            if len(found.scores) == 128:
                done.append(scores)
                rival = Rival(0, min(done, key=np.mean), len(done))
        # The last one stands for the best: it is as good as all before it.
        lost += len(found.scores) < 128
    error = np.sqrt(ERROR_RATE * (1 - ERROR_RATE) / runs)
    print(f"\nraces that stop the best candidate ({noise}): {lost / runs:.4f}")
    assert lost / runs <= ERROR_RATE + 2 * error


def test_races_save_most_of_what_hopeless_candidates_cost():
    rng, measured = np.random.default_rng(0), []
    for _ in range(100):
        common = rng.normal(size=128)
        rival = Rival(0, common + rng.normal(size=128), 5)
        worse = common + rng.normal(size=128) + 2.0
        measured.append(len(_raced(worse, rival).scores) / 128)
    print(f"\ninstances a hopeless candidate is measured on: {np.mean(measured):.3f} of all")
    assert np.mean(measured) < 0.5


def _raced(scores: np.ndarray, rival: Rival | None) -> Measurement:
    def part(ids: range) -> Measurement:
        own = scores[ids[0] : ids[-1] + 1]
        return Measurement(tuple(ids), own, np.ones(len(own)), len(ids), 0.0, "cpu", {}, 1)

    return race(part, range(len(scores)), rival, "minimize")


def test_predicted_and_measured_path_kl_agree():
    """The bundled model, 20 random schedules: predicted from sequences, measured on others."""
    denoiser, rng = load_bundled(), np.random.default_rng(0)
    numbers = range(300)
    tokens = own_sequences(denoiser, numbers, seed=3).tokens
    known = np.arange(denoiser.length)
    nats = sequence_profiles(denoiser, tokens, numbers, known, orders=1, seed=3)
    sample = ProfileSample(denoiser.length, known, nats)
    problem, deviations = Problem(denoiser, PathKl(), 5, batch_size=100), []
    for _ in range(20):
        candidate = beta(*np.exp(rng.uniform(-1.5, 1.0, 2)), int(rng.integers(3, 17)))
        counts = reveal_counts(candidate.schedule, candidate.steps, denoiser.length)
        weights = fixed_weights(counts)
        predicted = sample.costs(weights)
        measured = measure(problem, candidate, range(300)).scores
        joint = np.hypot(predicted.std(ddof=1), measured.std(ddof=1)) / np.sqrt(300)
        deviations.append((predicted.mean() - measured.mean()) / joint)
    spread = float(np.sqrt(np.mean(np.square(deviations))))
    print(
        f"\npredicted - measured path KL, 20 schedules: {spread:.2f} joint standard errors (rms)"
    )
    # The schedules share their sequences, so that all deviate together: one draw, not twenty.
    assert max(map(abs, deviations)) < 3.5

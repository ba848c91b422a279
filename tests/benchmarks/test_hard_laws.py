"""Ratios of one run: what a profile finds on laws that are hard, as a study measures it."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
from hard_laws import Cliff, Copies, Parity, hierarchical, rare, true_profile

from mdm_opt.candidates import ProfileCosts, family_named
from mdm_opt.config import StudyFile, parse_study
from mdm_opt.persistence import Repository
from mdm_opt.processes import instance_noise, own_sequences
from mdm_opt.processes.masked.likelihood import path_tables
from mdm_opt.schedules import fixed_weights, limit, named_schedule, reveal_counts
from mdm_opt.search import seeds
from mdm_opt.study.measured_profile import measured_profile

pytestmark = pytest.mark.bench

STEPS = [4, 8, 16]
RUNS, POOL, INSTANCES = 20, 256, 32
LAWS = {
    "hierarchical templates": hierarchical,
    "rare templates": rare,
    "cliff at 33 of 64": partial(Cliff, 33),
    "cliff at 20 of 64": partial(Cliff, 20),
    "copies": Copies,
    "parity of 4": partial(Parity, 4),
    "parity of 8": partial(Parity, 8),
}


def study_of(law, run: int) -> StudyFile:
    content = {
        "study": {"name": "bench"},
        "model": {"kind": "bundled"},
        "space": {"steps": STEPS},
        "objective": {"kind": "path_kl"},
        "search": {"trials": 1000},
        "profile": {"seed": run, "precision": 0.0},
    }
    return parse_study(content, law.fingerprint)


def pooled_tables(law) -> np.ndarray:
    """Costs of instances that studies measure schedules on, ``(instances, length, length)``."""
    ids = range(POOL)
    tokens = own_sequences(law, ids, seed=10**6).tokens
    noise = instance_noise([10**9 + i for i in ids], law.length, seed=1)
    return np.array([table._costs for table in path_tables(law, noise, tokens)], dtype=np.float32)


def path_kls(tables: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Path KL of each instance."""
    known, order = np.repeat(np.cumsum(counts) - counts, counts), np.arange(tables.shape[1])
    return (tables[:, known, order] - tables[:, order, order]).sum(axis=1)


@pytest.mark.parametrize("name", LAWS)
def test_schedules_of_the_first_five_trials(name, tmp_path):
    """The profile's own pick, the best of five, and the one of them that 32 instances take."""
    torch.set_num_threads(1)
    law = LAWS[name]()
    truth, tables = true_profile(law), pooled_tables(law)
    repository = Repository(f"sqlite:///{tmp_path}/bench.db", create=True)
    found = {n: [] for n in STEPS}
    calls, chains = [], 0
    for run in range(RUNS):
        file = study_of(law, run)
        measured = measured_profile(file, tmp_path, law, repository)
        sample = measured.record.sample
        calls.append(measured.record.sequence_calls)
        chains += measured.key.orders == 0
        draws = sample.draws(64)
        first = seeds(file, law.length, sample.profile(), draws=draws)
        instances = tables[np.random.default_rng(run).permutation(POOL)[:INSTANCES]]
        for n in STEPS:
            five = [one.candidate for one in first if one.candidate.steps == n][:5]
            counts = [one.plan(file.sampler, law.length).counts for one in five]
            values = [float(fixed_weights(c) @ truth) for c in counts]
            taken = int(np.argmin([path_kls(instances, c).mean() for c in counts]))
            found[n].append((values[0], min(values), values[taken]))
    print(f"\n{name}: {np.median(calls):.0f} calls, a chain in {chains} of {RUNS} runs")
    for n in STEPS:
        _report(law, n, truth, np.array(found[n]))


def _report(law, steps: int, truth: np.ndarray, values: np.ndarray) -> None:
    file = study_of(law, 0)
    best = family_named("beta").optimum(
        steps, file.space.bounds, ProfileCosts(truth, file.sampler)
    )

    def cost(counts: np.ndarray) -> float:
        return max(float(fixed_weights(counts) @ truth), 0.0)

    linear = cost(reveal_counts(named_schedule("linear"), steps, law.length))
    beta = cost(best.plan(file.sampler, law.length).counts)
    least = cost(limit(truth, steps).counts(steps))
    pick, five, taken = values.T
    worse = (values > linear * (1 + 1e-9) + 1e-9).mean(axis=0)
    print(
        f"  N = {steps}: linear {linear:.4g}, best Beta {beta:.4g}, limit {least:.4g}; medians "
        f"(90%): pick {np.median(pick):.4g} ({np.quantile(pick, 0.9):.4g}), best of five "
        f"{np.median(five):.4g} ({np.quantile(five, 0.9):.4g}), taken on {INSTANCES} instances "
        f"{np.median(taken):.4g} ({np.quantile(taken, 0.9):.4g}); worse than linear: pick "
        f"{worse[0]:.2f}, taken {worse[2]:.2f}",
        flush=True,
    )
    goal = 1.1 * beta + 0.02 * linear + 1e-9
    said = ["reached" if np.median(one) <= goal else "missed" for one in (pick, five, taken)]
    print(f"    1.1 x best Beta + 2% of linear, at the median: {', '.join(said)}", flush=True)
    assert np.median(five) <= 1.02 * linear + 1e-9

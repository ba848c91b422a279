"""Profiles of studies: measured once, kept, extended, and what they predict."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from exact_profile import SUDOKU, study_file
from hard_laws import Cliff
from study_files import SUDOKU4, database, write_study

from mdm_opt.config import load_study_file
from mdm_opt.errors import InputError, RunError
from mdm_opt.models.registry import build_denoiser
from mdm_opt.persistence import Profiles, Repository
from mdm_opt.run.trials import run_trials
from mdm_opt.schedules import (
    ProfileSample,
    best_beta,
    named_schedule,
    path_kl,
    profile_boundaries,
    reveal_counts,
)
from mdm_opt.study.instances import InstanceSets
from mdm_opt.study.measured_profile import kept_profile, measured_profile
from mdm_opt.study.opening import create_study, open_study
from mdm_opt.study.predictions import LIMIT, Predictions
from mdm_opt.study.profile_result import profile_study

SEEDED = SUDOKU4.replace('seeds = ["energy", "baselines"]', 'seeds = ["energy", "profile"]')
FREE = SEEDED.replace("[space]", '[space]\nfamily = "free"').replace('"random"', '"shape"')
PRECISE = "[profile]\nprecision = 0\nsequences = 16\n"


def test_measuring_stops_where_more_sequences_would_change_little(tmp_path):
    path = write_study(tmp_path, SEEDED + "[profile]\nsequences = 64\nprecision = 0.9\n")
    opened = create_study(path, database(tmp_path))
    kept = measured_profile(
        opened.study_file, tmp_path, opened.problem.denoiser, opened.repository
    )
    assert len(kept.record.sample) == 16


def test_a_kept_profile_is_found_and_nothing_is_measured(tmp_path):
    path, url = write_study(tmp_path, SEEDED + PRECISE), database(tmp_path)
    study_file = load_study_file(path)
    denoiser = build_denoiser(study_file.model, tmp_path)
    repository = Repository(url, create=True)
    assert kept_profile(study_file, tmp_path, denoiser, repository) is None
    measured = measured_profile(study_file, tmp_path, denoiser, repository).record
    denoiser.log_probs = None
    kept = kept_profile(study_file, tmp_path, denoiser, repository)
    assert kept.sequences == measured.sequences
    assert np.array_equal(kept.sample.nats, measured.sample.nats)


def test_an_interrupted_measurement_goes_on(tmp_path, monkeypatch):
    path, url = write_study(tmp_path, SEEDED + PRECISE), database(tmp_path)
    done = []

    def stop(measured, total):
        done.append((measured, total))
        if len(done) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        create_study(path, url, stop)
    assert done == [(0, 16), (4, 16), (8, 16)]
    rest = []
    create_study(path, url, lambda measured, total: rest.append(measured))
    assert rest == [8, 12]


def test_sequences_of_the_verification_are_never_used(tmp_path):
    denoiser = build_denoiser(load_study_file(write_study(tmp_path)).model, tmp_path)
    grids = denoiser.decode(_grids(denoiser))
    (tmp_path / "grids.txt").write_text("\n".join(grids))
    text = SEEDED.replace(
        'kind = "validity"\nverifier = "sudoku"', 'kind = "path_kl"\nreferences = "grids.txt"'
    )
    path, url = write_study(tmp_path, text + "[profile]\nsequences = 500\n"), database(tmp_path)
    opened = create_study(path, url)
    file = opened.study_file
    sets = InstanceSets.of(file)
    reference = opened.problem.objective._references
    verified = set(denoiser.decode(reference(opened.sets.ids("verification"))))
    kept = measured_profile(
        file.model_copy(update={"profile": file.profile.model_copy(update={"precision": 0.0})}),
        tmp_path, denoiser, opened.repository,
    )  # fmt: skip
    assert len(kept.record.sample) == 288 - sets.verification
    assert not {grids[line] for line in kept.record.sequences} & verified
    # The user's own sequences cost no generation.
    assert kept.record.sequence_calls == 16 * len(kept.record.sample)


def _grids(denoiser):
    from torch import from_numpy

    return from_numpy(denoiser.law.outcomes)


@pytest.mark.slow
def test_predictions_are_made_on_held_out_sequences():
    """Pure noise: fitted to itself the limit looks better than linear, held out it does not."""
    rng = np.random.default_rng(0)
    known = profile_boundaries(16, 16)
    file = study_file(steps=[4])
    gains, below = [], []
    for _ in range(20):
        sample = ProfileSample(16, known, 1.0 + rng.normal(size=(16, 16)))
        budget = Predictions(sample, file).budget(4)
        rows = {row.label: row for row in budget.schedules}
        gains.append(rows[LIMIT].gain_over_linear)
        linear = reveal_counts(named_schedule("linear"), 4, 16)
        below.append(path_kl(sample.profile(), linear) - budget.limit_from_below)
    error = np.std(gains, ddof=1) / np.sqrt(20)
    assert abs(np.mean(gains)) < 3 * error
    assert min(below) > -1e-9
    assert np.mean(below) > 0.1


def test_without_noise_predictions_are_exact():
    file = study_file(steps=[4])
    sample = ProfileSample(16, np.arange(16), np.tile(SUDOKU, (8, 1)))
    budget = Predictions(sample, file).budget(4)
    rows = {row.label: row for row in budget.schedules}
    best = best_beta(SUDOKU, 4, beta_a=(0.1, 8.0), beta_b=(0.1, 8.0))
    assert rows["best Beta"].value == pytest.approx(path_kl(SUDOKU, reveal_counts(best, 4, 16)))
    assert rows[LIMIT].counts == [3, 2, 3, 8]
    assert rows[LIMIT].value == pytest.approx(1.5588, abs=1e-4)
    assert rows["linear"].value == pytest.approx(2.2292, abs=1e-4)
    assert rows["linear"].linear_steps == 4
    # Linear in 6 steps costs 1.2098 nats, in 5 steps more than the limit's 1.5588.
    five = path_kl(SUDOKU, reveal_counts(named_schedule("linear"), 5, 16))
    assert rows[LIMIT].linear_steps == (5 if five <= 1.5588 else 6)
    assert budget.limit_from_below == pytest.approx(rows[LIMIT].value)


def test_the_profile_seed_is_the_first_trial(tmp_path):
    opened = create_study(write_study(tmp_path, SEEDED), database(tmp_path))
    first = next(run_trials(opened))
    assert first.label == "profile: best Beta"


def test_a_free_study_is_searched_verified_and_resumed(tmp_path):
    path, url = write_study(tmp_path, FREE, trials="8"), database(tmp_path)
    opened = create_study(path, url)
    trials = list(run_trials(opened))
    assert trials[0].label == "profile: limit"
    counts = [trial.candidate.counts for trial in trials]
    assert all(sum(one) == 16 and len(one) == 4 for one in counts)
    assert len(set(counts)) == 8
    records = opened.repository.measurements("sudoku4", ["search"])
    assert [m.candidate.counts for m in records] == counts
    assert {m.candidate.family for m in records} == {"free"}
    assert list(run_trials(open_study("sudoku4", url, to_work=True))) == []


def test_a_study_goes_on_with_the_profile_that_it_was_made_with(tmp_path):
    text = SEEDED + "[profile]\nsequences = 8\n"
    path, url = write_study(tmp_path, text), database(tmp_path)
    opened = create_study(path, url)
    before = opened.space.profile
    profile_study(path, url, sequences=32)
    again = create_study(path, url)
    np.testing.assert_array_equal(again.space.profile, before)
    assert len(Profiles(again.repository).of_study("sudoku4").sequences) == 8
    # What the file asks for now is another matter.
    more = create_study(write_study(tmp_path, text, sequences="32"), url)
    assert not np.array_equal(more.space.profile, before)
    assert len(Profiles(more.repository).of_study("sudoku4").sequences) == 32


def test_a_free_study_needs_its_profile(tmp_path):
    path, url = write_study(tmp_path, FREE), database(tmp_path)
    opened = create_study(path, url)
    with opened.repository.transaction() as session:
        from sqlalchemy import text

        for table in ("mdm_profile_values", "mdm_profile_sequences", "mdm_profiles"):
            session.execute(text(f"DELETE FROM {table}"))  # noqa: S608
    with pytest.raises(InputError, match="'mdm-opt study create' with its study file measures it"):
        open_study("sudoku4", url)
    Repository(url, create=False).close()


class Small:
    """A denoiser whose device holds two sequences at once."""

    def __init__(self, inner, most=2):
        self.inner, self.most, self.largest = inner, most, 0

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def log_probs(self, tokens, positions):
        if len(tokens) > self.most:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")
        self.largest = max(self.largest, len(tokens))
        return self.inner.log_probs(tokens, positions)


def test_a_block_that_does_not_fit_into_memory_is_halved(tmp_path):
    opened = create_study(write_study(tmp_path, SUDOKU4 + PRECISE), database(tmp_path))
    (tmp_path / "other").mkdir()
    plenty, small = opened.problem.denoiser, Small(opened.problem.denoiser)
    repositories = [Repository(database(tmp_path / name), create=True) for name in (".", "other")]
    found = [
        measured_profile(opened.study_file, tmp_path, denoiser, repository).record.sample.nats
        for denoiser, repository in zip((plenty, small), repositories, strict=True)
    ]
    np.testing.assert_array_equal(*found)
    assert small.largest == 2


def test_what_does_not_fit_at_all_is_one_clear_line(tmp_path):
    opened = create_study(write_study(tmp_path), database(tmp_path))
    denoiser = Small(opened.problem.denoiser, 0)
    with pytest.raises(RunError, match="profile could not be measured: OutOfMemoryError: CUDA"):
        measured_profile(opened.study_file, tmp_path, denoiser, opened.repository)


def test_a_study_that_asks_for_another_profile_says_so(tmp_path):
    url = database(tmp_path)
    assert create_study(write_study(tmp_path, SEEDED), url).news == ()
    assert create_study(write_study(tmp_path, SEEDED), url).news == ()
    other = write_study(tmp_path, SEEDED + "\n[profile]\nseed = 1\n")
    (said,) = create_study(other, url).news
    assert said.startswith("study sudoku4 has another profile than before")


# Any 3 of 12 tokens determine the rest; the boundaries are 0, 1, 4, 9, 11.
FIVE = "[profile]\nprecision = 0\nsequences = 16\nboundaries = 5\norders = 1\n"


def _cliff_study(tmp_path):
    text = SUDOKU4.replace("steps = [4]", "steps = [3]")
    return load_study_file(write_study(tmp_path, text + FIVE)), Cliff(3, 12, 13)


def test_boundaries_are_placed_anew_where_the_first_sequences_see_a_cliff(tmp_path):
    file, denoiser = _cliff_study(tmp_path)
    repository = Repository(database(tmp_path), create=True)
    sample = measured_profile(file, tmp_path, denoiser, repository).record.sample
    measured = [sample.known[~np.isnan(row)].tolist() for row in sample.nats]
    assert measured[:8] == [[0, 1, 4, 9, 11]] * 8
    assert measured[8:] == [[0, 2, 3, 5, 11]] * 8
    assert sample.placed.tolist() == [2, 3, 5]
    assert -np.diff(sample.profile())[2] == pytest.approx(np.log(13), rel=1e-6)
    best = best_beta(sample.profile(), 6, beta_a=(0.1, 8.0), beta_b=(0.1, 8.0))
    assert path_kl(denoiser.profile(), reveal_counts(best, 6, 12)) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_measurement_with_a_cliff_that_is_killed_ends_as_it_would_have(tmp_path, after):
    file, denoiser = _cliff_study(tmp_path)
    found = []
    for name, stops in (("whole", 99), ("killed", after)):
        (tmp_path / name).mkdir()
        repository = Repository(database(tmp_path / name), create=True)
        blocks = []

        def stop(done, total, blocks=blocks, stops=stops):
            if len(blocks) == stops:
                raise KeyboardInterrupt
            blocks.append(done)

        if stops < 99:
            with pytest.raises(KeyboardInterrupt):
                measured_profile(file, tmp_path, denoiser, repository, stop)
        found.append(measured_profile(file, tmp_path, denoiser, repository).record)
    whole, killed = found
    assert whole.sequences == killed.sequences
    assert whole.sequence_calls == killed.sequence_calls == 8 * (12 + 5 + 6) + 8 * 12
    np.testing.assert_array_equal(whole.sample.known, killed.sample.known)
    np.testing.assert_array_equal(whole.sample.nats, killed.sample.nats)


def test_a_law_is_measured_along_the_chain_and_says_why(tmp_path):
    opened = create_study(write_study(tmp_path, SEEDED + PRECISE), database(tmp_path))
    found = measured_profile(
        opened.study_file, tmp_path, opened.problem.denoiser, opened.repository
    )
    assert (found.new, found.key.orders, found.check.chosen) == (0, 0, "chain")
    assert found.record.sequence_calls == 8 * (16 + 16 + 6) + 8 * 16
    assert Profiles(opened.repository).of_study("sudoku4").sequences == found.record.sequences
    error = found.record.sample.standard_error
    assert (np.abs(found.record.sample.mean - SUDOKU) < 4 * error + 1e-5).all()


def test_a_model_that_is_no_law_is_measured_in_independent_orders(tmp_path):
    text = SUDOKU4.replace('kind = "enumerated"\nlaw = "sudoku4"', 'kind = "bundled"')
    table = "[profile]\nprecision = 0\nsequences = 12\nboundaries = 6\norders = 1\n"
    file = load_study_file(write_study(tmp_path, text + table))
    denoiser = build_denoiser(file.model, tmp_path)
    repository = Repository(database(tmp_path), create=True)
    found = measured_profile(file, tmp_path, denoiser, repository)
    assert (found.new, found.key.orders, found.check.chosen) == (12, 1, "orders")
    assert found.check.exchange > found.check.accepted_exchange
    # Both ways for the first eight, and six calls of the check; the first call is remembered.
    assert found.record.sequence_calls == 8 * (36 + 6 + 6) + 4 * (35 + 6)


def test_what_is_asked_for_is_measured(tmp_path):
    url, calls = database(tmp_path), {}
    for estimator in ("orders", "chain", "auto"):
        text = SUDOKU4 + PRECISE + f'estimator = "{estimator}"\n'
        file = load_study_file(write_study(tmp_path, text))
        denoiser = build_denoiser(file.model, tmp_path)
        found = measured_profile(file, tmp_path, denoiser, Repository(url, create=True))
        calls[estimator] = found.key.orders, found.new, found.record.sequence_calls
    assert calls["orders"] == (1, 16, 16 * (16 + 16))
    assert calls["chain"] == (0, 16, 16 * 16 + 8 * 6)
    # Both ways are known by now.
    assert calls["auto"] == (0, 0, 16 * 16 + 8 * 6)


def test_a_profile_that_was_measured_before_there_was_a_choice_goes_on(tmp_path):
    text = SUDOKU4 + PRECISE + 'estimator = "orders"\n'
    file = load_study_file(write_study(tmp_path, text))
    denoiser = build_denoiser(file.model, tmp_path)
    repository = Repository(database(tmp_path), create=True)
    before = measured_profile(file, tmp_path, denoiser, repository).record
    file = load_study_file(write_study(tmp_path, SUDOKU4 + PRECISE, sequences="20"))
    after = measured_profile(file, tmp_path, denoiser, repository)
    assert (after.new, after.key.orders, after.check) == (4, 1, None)
    np.testing.assert_array_equal(after.record.sample.nats[:16], before.sample.nats)


def test_a_chain_is_for_sequences_that_the_model_writes(tmp_path):
    text = SUDOKU4 + '[profile]\nestimator = "chain"\nreferences = "grids.txt"\n'
    with pytest.raises(
        InputError, match=r"\[profile\] estimator = 'chain' is for the model's own"
    ):
        load_study_file(write_study(tmp_path, text))

"""A few samples are scored before a study is made."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from commands import invoke
from study_files import SUDOKU4, database, write_study

from mdm_opt.config import load_study_file, parse_study
from mdm_opt.doctor.examination import examine
from mdm_opt.errors import InputError, RunError
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import sudoku4
from mdm_opt.study.opening import create_study
from mdm_opt.study.problem import build_problem
from mdm_opt.study.rehearsal import rehearse
from mdm_opt.tuning import tune

NAMES = (f"rehearsed_metric_{index}" for index in itertools.count())


def written(folder, body):
    """A study file of a metric beside it."""
    name = next(NAMES)
    (folder / f"{name}.py").write_text(f"def score(samples):\n    {body}\n")
    text = SUDOKU4.replace(
        'kind = "validity"\nverifier = "sudoku"',
        f'kind = "{name}:score"\ndirection = "maximize"',
    )
    return write_study(folder, text)


def test_two_samples_of_the_search_are_scored(tmp_path):
    path = write_study(tmp_path)
    study_file = load_study_file(path)
    tried = rehearse(study_file, build_problem(study_file, tmp_path))
    assert tried.instances == (0, 1)
    assert len(tried.texts) == 2
    assert np.isin(tried.scores, (0.0, 1.0)).all()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return 1 / 0", "raised ZeroDivisionError: division by zero"),
        ("return [1.0]", "returned shape (1,) for 2 samples"),
        ("return [float('nan')] * len(samples)", "every score must be a finite number"),
        ("return [1e308] * len(samples)", "must be a finite number, at most 1e+100 in size"),
        ("import os; os._exit(0)", "ended its process with exit code 0"),
    ],
)
def test_a_broken_metric_is_found_before_anything_is_written(tmp_path, body, words):
    path = written(tmp_path, body)
    with pytest.raises(RunError) as caught:
        create_study(path, database(tmp_path))
    assert words in str(caught.value)
    result = invoke("run", path, "--storage", database(tmp_path))
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert words in line
    assert not Path(tmp_path, "test.db").exists()


def test_doctor_shows_two_texts_with_their_scores(tmp_path):
    path = written(tmp_path, "return [float(s.count('1')) for s in samples]")
    found = {check.name: check for check in examine(database(tmp_path), path)}
    assert found["scores"].status == "ok"
    scores, _, texts = found["scores"].found.partition(" for ")
    shown = [text.strip("'") for text in texts.split(", ")]
    assert [float(s) for s in scores.split(", ")] == [text.count("1") for text in shown] == [4, 4]


def test_doctor_names_a_metric_that_fails(tmp_path):
    path = written(tmp_path, "raise RuntimeError('no licence')")
    found = {check.name: check for check in examine(database(tmp_path), path)}
    assert found["scores"].status == "fail"
    assert "raised RuntimeError: no licence" in found["scores"].found


class Noisy(EnumeratedDenoiser):
    """Exact conditionals, and now and then a little noise in them."""

    def __init__(self, law, noise):
        super().__init__(law)
        self.noise = noise

    def log_probs(self, tokens, positions):
        exact = super().log_probs(tokens, positions)
        noisy = exact + self.noise * torch.randn(exact.shape, dtype=exact.dtype)
        return noisy.log_softmax(-1)


@pytest.mark.parametrize(("noise", "refused"), [(0.0, False), (1e-4, False), (0.3, True)])
def test_a_model_with_noise_in_its_answers_is_refused(noise, refused):
    study_file = parse_study(
        {
            "study": {"name": "s"},
            "model": {"kind": "enumerated", "law": "sudoku4"},
            "space": {"steps": [4]},
            "objective": {"kind": "validity", "verifier": "sudoku"},
        },
        "test",
    )
    problem = replace(build_problem(study_file, None), denoiser=Noisy(sudoku4(), noise))
    if refused:
        with pytest.raises(InputError, match=r"differently when asked twice \(total var"):
            rehearse(study_file, problem)
    else:
        assert len(rehearse(study_file, problem).scores) == 2


def test_tuning_refuses_one_too_and_makes_nothing(tmp_path):
    kept = tmp_path / "kept.db"
    with pytest.raises(InputError, match="differently when asked twice"):
        tune(Noisy(sudoku4(), 0.3), lambda samples: [0.0] * len(samples), steps=4, storage=kept)
    assert not kept.exists()

"""What doctor tries of a sampler that is not ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from own_samplers import toy_study

from mdm_opt.candidates import Candidate
from mdm_opt.config import parse_study
from mdm_opt.doctor.checks import Known
from mdm_opt.doctor.own_sampler import check_own_sampler, compare_own_batches
from mdm_opt.study.problem import build_problem


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Known:
    folder = tmp_path_factory.mktemp("doctor")
    found = Known(None, folder / "study.toml", None)
    found.study_file = parse_study(toy_study(folder, "toy_doctor", sampler__batch=2), "")
    found.problem = build_problem(found.study_file, folder)
    return found


def test_speed_and_batches_are_said(known: Known) -> None:
    speed, batches = check_own_sampler(known)
    assert speed.status == batches.status == "ok"
    assert speed.found.startswith(
        "the present setting (bound 0.1, mode plain, steps 6): 6 model calls of an answer, counted"
    )
    assert "4 of 4 answers differ between batches of 1 and of 4; 48 sequence calls" in (
        batches.found
    )
    assert "[sampler] batch = 2 belongs to the study" in batches.found


def test_answers_without_chance_do_not_differ(
    known: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert known.problem is not None
    module = __import__("toy_doctor")
    real = module.torch.randn
    monkeypatch.setattr(module.torch, "randn", lambda *size: 0 * real(*size))
    compared = compare_own_batches(known.problem, Candidate("arguments", 4, {"steps": 2}), 0)
    assert compared.differing == 0
    assert compared.sequence_calls == 2 * 4 * 2


def test_samplers_of_ours_are_left_to_the_others(tmp_path: Path) -> None:
    assert list(check_own_sampler(Known(None, None, None))) == []

"""Whole studies of a block-causal model: what is refused, measured and handed on."""

from __future__ import annotations

from pathlib import Path

import pytest
from block_models import write_blocks
from study_files import database

from mdm_opt.config import load_study_file
from mdm_opt.doctor.checks import Known
from mdm_opt.doctor.study import check_model
from mdm_opt.errors import InputError
from mdm_opt.handoff.export import export_schedule
from mdm_opt.handoff.formats import render
from mdm_opt.persistence import Repository
from mdm_opt.run.trials import run_trials
from mdm_opt.study.measured_profile import measured_profile
from mdm_opt.study.opening import create_study
from mdm_opt.study.problem import build_problem

STUDY = """
[study]
name = "blocks"
[model]
kind = "huggingface"
path = "./sdar"
length = 8
prefix = []
suffix = []
trust_remote_code = true
revision = "none"
device = "cpu"
[sampler]
block_length = 4
order = "confidence"
temperature = 0.0
[space]
steps = [4]
[objective]
kind = "validity"
verifier = "verifier_of_blocks:long"
instances = 4
[search]
trials = 2
seeds = ["energy"]
[verify]
instances = 8
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    write_blocks(folder / "sdar", "sdar")
    (folder / "verifier_of_blocks.py").write_text(
        "def long(texts):\n    return [len(text) > 9 for text in texts]\n"
    )
    return folder


def written(folder: Path, before: str = "", after: str = "") -> Path:
    assert before in STUDY
    path = folder / "study.toml"
    path.write_text(STUDY.replace(before, after) if before else STUDY)
    return path


NEEDED = "the model attends block by block, and is served in its blocks only; block_length = 4"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("block_length = 4\n", "", f"[sampler] block_length: missing: {NEEDED} is needed"),
        (
            "block_length = 4",
            "block_length = 2",
            f"[sampler] block_length: 2 is not accepted: {NEEDED} is needed",
        ),
        (
            'name = "blocks"\n',
            'name = "blocks"\nbaseline = { family = "linear", block_length = 2 }\n',
            "[study] baseline: [sampler] block_length: 2 is not accepted",
        ),
        ("length = 8\n", 'length = 8\nattention = "full"\n', "[model] attention = 'full' is not"),
        ("length = 8\n", "length = 10\n", "[model] length: 10 is not accepted"),
    ],
)
def test_what_does_not_fit_the_blocks_is_refused_in_one_line(
    folder: Path, before: str, after: str, said: str
) -> None:
    path = written(folder, before, after)
    with pytest.raises(InputError) as caught:
        build_problem(load_study_file(path), folder)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_searched_blocks_are_refused(folder: Path) -> None:
    text = "steps = [4]\nblock_length = [4, 8]"
    path = written(folder, "block_length = 4\n", "")
    path.write_text(path.read_text().replace("steps = [4]", text))
    with pytest.raises(InputError, match=r"\[space\] block_length is not accepted: the model"):
        build_problem(load_study_file(path), folder)


def test_a_study_is_measured_in_blocks_and_exported_as_such(folder: Path) -> None:
    url = database(folder)
    opened = create_study(written(folder), url)
    list(run_trials(opened))
    repository = Repository(url, create=False)
    source = repository.study("blocks").model.source
    assert (source["attention"], source["block_length"]) == ("block_causal", 4)
    with pytest.raises(InputError, match="the information profile is defined for models that"):
        measured_profile(opened.study_file, folder, opened.problem.denoiser, repository)
    repository.close()
    exported = export_schedule("blocks", url, found=True)
    assert exported.provenance.model["attention"] == "block_causal"
    assert exported.provenance.study_file == opened.study_file.canonical()
    assert exported.provenance.study_file["model"]["attention"] == "auto"
    assert not any("NOT verified for" in note for note in render(exported, "sglang").notes)


def test_doctor_shows_what_the_model_attends_to(folder: Path) -> None:
    known = Known(None, None, "blocks", study_file=load_study_file(written(folder)), folder=folder)
    (check,) = check_model(known)
    assert check.status == "ok"
    assert check.found.endswith("attention in blocks of 4, finished blocks cached")

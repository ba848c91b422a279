"""Exported schedules: provenance, consistency, formats."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from study_files import SUDOKU4, database, write_study

import mdm_opt
from mdm_opt.candidates import baseline
from mdm_opt.cli.main import main
from mdm_opt.errors import InputError
from mdm_opt.handoff.export import export_schedule
from mdm_opt.handoff.formats import FORMATS, render
from mdm_opt.handoff.samples import sample
from mdm_opt.persistence import Repository
from mdm_opt.results.best import best
from mdm_opt.results.listing import list_studies, show_study
from mdm_opt.results.verification import verify
from mdm_opt.run.trials import run_trials
from mdm_opt.study.deletion import delete_study
from mdm_opt.study.opening import create_study


def test_exported_schedule_carries_result_and_provenance(finished, tmp_path):
    url = finished.repository.url
    exported = export_schedule("sudoku4", url, 8, found=True)
    budget = best("sudoku4", url).budgets[1]
    assert exported.counts.tolist() == budget.counts
    assert exported.result.value == budget.value
    assert exported.result.verified
    assert exported.result.decision.model_dump() == budget.decision.model_dump()
    assert set(exported.result.baselines) == {"linear", "sin2", "sine"}
    provenance = exported.provenance
    assert provenance.study == "sudoku4"
    assert provenance.model_fingerprint == finished.problem.denoiser.fingerprint
    assert provenance.study_file == finished.study_file.canonical()
    assert provenance.versions["mdm-opt"] == mdm_opt.__version__
    measured = {m.trial_number: m for m in finished.repository.measurements("sudoku4", ["search"])}
    assert measured[provenance.trial].candidate == exported.candidate
    path = tmp_path / "schedule.json"
    path.write_text(exported.to_json())
    loaded = mdm_opt.load_schedule(path)
    assert loaded == exported
    np.testing.assert_allclose(loaded.mask_schedule.revealed([0.0, 1.0]), [0.0, 1.0])


def test_every_export_is_kept_in_the_database(finished, tmp_path):
    url, out = finished.repository.url, tmp_path / "kept.json"
    before = len(finished.repository.exports("sudoku4"))
    command = ["export", "sudoku4", "--steps", "8", "--storage", url]
    assert CliRunner().invoke(main, [*command, "--out", str(out)]).exit_code == 0
    shown = CliRunner().invoke(main, command)
    missing = str(tmp_path / "nowhere" / "x.json")
    assert CliRunner().invoke(main, [*command, "--out", missing]).exit_code == 2
    kept = finished.repository.exports("sudoku4")[before:]
    assert kept[0] == json.loads(out.read_text())
    assert kept[1] == json.loads(shown.stdout)
    assert len(kept) == 2


def test_step_count_must_be_named_where_there_are_several(finished):
    with pytest.raises(
        InputError, match="a step count is needed: study 'sudoku4' has results for"
    ):
        export_schedule("sudoku4", finished.repository.url)
    with pytest.raises(InputError, match="5 is not accepted"):
        export_schedule("sudoku4", finished.repository.url, 5)


def test_counts_of_any_shape_are_searched_verified_exported_and_sampled(tmp_path):
    study = SUDOKU4.replace("[space]", '[space]\nfamily = "free"')
    keys = {"sampler": '"shape"', "trials": "8", "seeds": '["baselines"]'}
    path, url = write_study(tmp_path, study, **keys), database(tmp_path)
    shown = CliRunner().invoke(main, ["run", str(path), "--storage", url])
    assert shown.exit_code == 0, shown.output
    (budget,) = best("sudoku4", url).budgets
    assert budget.candidate.parameters == {}
    assert budget.candidate.counts == tuple(budget.counts)
    assert (len(budget.counts), sum(budget.counts), min(budget.counts) >= 1) == (4, 16, True)
    assert f"best: counts {' '.join(map(str, budget.counts))}" in shown.output
    exported = export_schedule("sudoku4", url, found=True)
    assert exported.schedule.family == "free"
    assert exported.counts.tolist() == budget.counts
    repository = Repository(url, create=False)
    measured = {m.trial_number: m for m in repository.measurements("sudoku4", ["search"])}
    assert measured[exported.provenance.trial].candidate == budget.candidate
    # Seeds and proposals are different counts, all of them kept with their trials.
    assert len({m.candidate.counts for m in measured.values()}) == 8
    assert {m.candidate.family for m in measured.values()} == {"free"}
    labels = [m.label for m in measured.values()]
    assert labels[0] == "profile: limit"
    assert labels.count("search") == 5
    repository.close()
    out = tmp_path / "schedule.json"
    out.write_text(exported.to_json())
    assert mdm_opt.load_schedule(out) == exported
    texts = sample("sudoku4", url, count=5)
    assert len(set(texts)) == 5
    assert CliRunner().invoke(main, ["run", str(path), "--storage", url]).exit_code == 0


def test_listing_and_showing(finished):
    (summary,) = list_studies(finished.repository.url)
    assert summary["finished"] == summary["trials"] == 10
    assert summary["verified_steps"] == [4, 8]
    shown = show_study("sudoku4", finished.repository.url)
    assert shown["study_file"]["space"]["steps"] == [4, 8]
    json.dumps(shown)


def test_deleting_leaves_no_row(tmp_path):
    url = database(tmp_path)
    opened = create_study(write_study(tmp_path), url)
    list(run_trials(opened))
    delete_study("sudoku4", url)
    assert list_studies(url) == []
    again = create_study(write_study(tmp_path), url)
    assert again.queue.progress().finished == 0


@pytest.mark.slow
def test_weights_are_bit_identical_after_a_study(tmp_path):
    from mdm_opt.models.weights import fingerprint

    text = (
        '[study]\nname = "frozen"\n[model]\nkind = "bundled"\n[space]\nsteps = [4]\n'
        '[objective]\nkind = "validity"\nverifier = "sudoku"\ninstances = 4\n'
        "[search]\ntrials = 4\n[verify]\ninstances = 4\n"
    )
    opened = create_study(write_study(tmp_path, text), database(tmp_path))
    denoiser = opened.problem.denoiser
    before = fingerprint(denoiser.model, denoiser.tokenizer)
    weights = {name: tensor.clone() for name, tensor in denoiser.model.state_dict().items()}
    list(run_trials(opened))
    verify(opened)
    assert fingerprint(denoiser.model, denoiser.tokenizer) == before
    for name, tensor in denoiser.model.state_dict().items():
        assert tensor.equal(weights[name]), name
    assert not any(parameter.requires_grad for parameter in denoiser.model.parameters())


@pytest.mark.parametrize("family", ["threshold", "adaptive"])
def test_rules_are_searched_verified_and_exported(family, tmp_path):
    study = SUDOKU4.replace("[space]", f'[space]\nfamily = "{family}"')
    path, url = write_study(tmp_path, study, trials="6", steps="[8]"), database(tmp_path)
    shown = CliRunner().invoke(main, ["run", str(path), "--storage", url])
    assert shown.exit_code == 0, shown.output
    (budget,) = best("sudoku4", url).budgets
    exported = export_schedule("sudoku4", url, found=True)
    assert exported.candidate == budget.candidate
    assert exported.schedule.counts is None
    assert exported.result.decision.action == budget.decision.action
    out = tmp_path / "all"
    command = ["export", "sudoku4", "--storage", url, "--all-steps", "--out", str(out), "--found"]
    shown = CliRunner().invoke(main, command)
    assert shown.exit_code == 0, shown.output
    index = json.loads((out / "index.json").read_text())
    number = ["llada2", "sdar"] if family == "threshold" else []
    formats = [entry["format"] for entry in index["files"]]
    assert formats == ["json", "python", "llada", "sglang", "diffusers", *number]
    left_out = {entry["format"] for entry in index["left_out"]}
    assert left_out == {*FORMATS} - {*formats}
    for entry in index["files"]:
        assert mdm_opt.load_schedule(out / entry["file"]).candidate == budget.candidate


def kept_study(folder, **changes):
    """A verified study that found what is worse than its baseline; `baseline` is the user's."""
    own = changes.pop("baseline", None)
    text = SUDOKU4
    if own is not None:
        text = text.replace('name = "sudoku4"', f'name = "sudoku4"\nbaseline = {own}')
    keys = {"seeds": "[[8.0, 0.3]]", "trials": "1", **changes}
    opened = create_study(write_study(folder, text, **keys), database(folder))
    list(run_trials(opened))
    verify(opened)
    return opened


def test_the_baseline_that_is_to_be_kept_is_exported_with_its_own_result(tmp_path):
    opened = kept_study(tmp_path)
    url = opened.repository.url
    (budget,) = best("sudoku4", url).budgets
    assert budget.decision.action == "keep"
    exported = export_schedule("sudoku4", url)
    assert exported.is_kept_baseline
    assert exported.candidate == baseline("linear", 4)
    result, linear = exported.result, budget.baselines["linear"]
    assert (result.value, result.interval) == (linear.value, linear.interval)
    assert (result.nfe, result.instances) == (linear.nfe, linear.instances)
    assert result.verified
    assert result.gain_over_linear is None
    assert result.better_than_linear is None
    assert result.decision.said == "keep linear: no gain over it is shown"
    assert (exported.provenance.trial, exported.provenance.label) == (None, "baseline linear")
    found = result.instead_of
    assert (found.label, found.steps) == ("beta(8.000, 0.300)", 4)
    assert (found.value, found.interval) == (budget.value, budget.interval)
    assert found.gain.value == budget.gain_over_linear.value < 0
    out = tmp_path / "kept.json"
    out.write_text(exported.to_json())
    assert mdm_opt.load_schedule(out) == exported
    asked = export_schedule("sudoku4", url, found=True)
    assert asked.candidate == budget.candidate
    assert asked.result.instead_of is None


@pytest.mark.cases(2)
@pytest.mark.parametrize(
    ("own", "family", "block_length", "fits"),
    [
        ('{ family = "cosine" }', "cosine", None, "mdlm"),
        ('{ family = "sin2", order = "confidence", temperature = 0 }', "beta", None, "dream"),
        ('{ family = "linear", steps = 16 }', "beta", None, "dllm"),
        ('{ family = "threshold", cutoff = 0.9, block_length = 4 }', "threshold", 4, "sglang"),
        ('{ family = "entropy_bound", cutoff = 0.1 }', "entropy_bound", None, "python"),
    ],
)
def test_the_users_baseline_is_exported_as_it_was_measured(
    own, family, block_length, fits, tmp_path
):
    opened = kept_study(tmp_path, baseline=own)
    url = opened.repository.url
    (budget,) = best("sudoku4", url).budgets
    (measured,) = [m for m in opened.repository.measurements("sudoku4") if m.label == "baseline"]
    assert budget.decision.action == "keep"
    exported = export_schedule("sudoku4", url)
    assert exported.schedule.family == family
    assert exported.schedule.block_length == block_length
    assert exported.candidate == replace(measured.candidate, decoding={})
    sampled = opened.problem.decoding.with_values(measured.candidate.decoding)
    assert exported.sampler.order == sampled.order
    assert exported.sampler.temperature == sampled.temperature
    assert exported.result.value == measured.value
    assert exported.result.nfe == pytest.approx(measured.nfe)
    assert exported.result.instead_of.gain.value == budget.gain_over_baseline.value
    # What it reveals is what was measured.
    text = render(exported, fits).text
    out = tmp_path / "artefact"
    out.write_text(text)
    assert mdm_opt.load_schedule(out) == exported
    if exported.candidate.rule is not None:
        assert f"{measured.nfe:g} model calls as measured on average for 16 tokens" in text
        with pytest.raises(InputError, match=r"format mdlm: schedule\.family: "):
            render(exported, "mdlm")


def test_schedules_of_births_are_exported_in_version_2(tmp_path):
    """The alphas that were measured, with the baselines of the process beside them."""
    study = SUDOKU4.replace('law = "sudoku4"', 'law = "bimodal"\nprocess = "births"')
    study = study.replace('kind = "validity"\nverifier = "sudoku"', 'kind = "path_kl"')
    study = study.replace("top = 2", "top = 1")
    path = write_study(tmp_path, study, seeds="[[0.5, 0.5], [0.5, 0.6]]", trials="4")
    url = database(tmp_path)
    opened = create_study(path, url)
    list(run_trials(opened))
    verify(opened)
    exported = export_schedule("sudoku4", url, found=True)
    budget = best("sudoku4", url).budgets[0]
    assert (exported.schema_version, exported.schedule.process) == (2, "births")
    assert exported.candidate == budget.candidate
    assert exported.alphas.tolist() == opened.problem.plan(budget.candidate).grid.tolist()
    assert exported.sampler.model_dump() == {"births": "poisson"}
    assert set(exported.result.baselines) == {"linear", "sin2", "logit"}
    assert exported.provenance.model["process"] == "births"
    for name in ("json", "python"):
        artefact = render(exported, name)
        (tmp_path / "artefact").write_text(artefact.text)
        assert mdm_opt.load_schedule(tmp_path / "artefact") == exported
    kept = export_schedule("sudoku4", url)
    decision = budget.decision
    assert kept.is_kept_baseline == (decision is not None and decision.action == "keep")
    if kept.is_kept_baseline:
        assert kept.candidate == baseline("linear", 4)
        assert kept.alphas == pytest.approx([0.0, 0.25, 0.5, 0.75, 1.0])

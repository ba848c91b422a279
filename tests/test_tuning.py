"""tune(): a model and a metric in Python, through the same search and verification as a file."""

from __future__ import annotations

import os
import signal
import tempfile
from pathlib import Path

import numpy as np
import optuna
import pytest
import torch
from click.testing import CliRunner
from study_files import SUDOKU4, database, write_study

import mdm_opt
from mdm_opt.candidates import baseline
from mdm_opt.cli.main import main
from mdm_opt.errors import InputError, RunError
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import LAWS
from mdm_opt.objectives.path_kl import PathKl
from mdm_opt.persistence import Repository
from mdm_opt.results.best import best
from mdm_opt.sudoku import is_valid
from mdm_opt.tuning import tune

LENGTH, MASK = 6, 3
SMALL = {"trials": 5, "instances": 8, "verify_instances": 12, "top": 2, "progress": False}
QUICK = SMALL | {"sampler": "random", "seeds": ["energy", "baselines"]}


class Net(torch.nn.Module):
    """Neighbouring positions agree the more, the more of them are known."""

    def __init__(self, seed=0):
        super().__init__()
        torch.manual_seed(seed)
        self.embed = torch.nn.Embedding(MASK + 1, 4)
        self.dropout = torch.nn.Dropout(0.5)
        self.head = torch.nn.Linear(8, MASK)

    def forward(self, tokens):
        hidden = self.dropout(self.embed(tokens))
        return self.head(torch.cat([hidden.roll(1, 1), hidden.mean(1, True).expand_as(hidden)], 2))


def torch_denoiser(seed=0):
    return mdm_opt.TorchDenoiser(Net(seed), length=LENGTH, mask_token_id=MASK)


def sudoku4():
    return EnumeratedDenoiser(LAWS["sudoku4"]())


def pairs(texts):
    return [sum(a == b for a, b in zip(text, text[2:], strict=False)) for text in texts]


def other_metric(texts):
    return pairs(texts)


def records(url, name="tuned"):
    """What the database holds of a study, without what a clock says."""
    found = Repository(url, create=False).measurements(name)
    return [(m.role, m.label, m.candidate, m.scores.tolist(), m.nfe) for m in found]


def test_the_result_is_verified_paired_and_ready_to_be_applied():
    assert mdm_opt.tune is tune
    result = tune(torch_denoiser(), pairs, steps=[2, 3], **QUICK)
    assert [budget.steps for budget in result.best.budgets] == [2, 3]
    assert list(result.schedules) == [2, 3]
    for budget in result.best.budgets:
        schedule = result.found[budget.steps]
        assert budget.verified
        assert budget.instances == 12
        assert set(budget.baselines) == {"linear", "sin2", "sine"}
        gain = budget.gain_over_linear
        assert gain.value == pytest.approx(budget.value - budget.baselines["linear"].value)
        assert schedule.counts.tolist() == budget.counts
        assert schedule.counts.sum() == LENGTH
        assert schedule.result.verified
        used = result.schedule(budget.steps)
        keep = budget.decision.action == "keep"
        assert used.is_kept_baseline == keep
        assert used.candidate == (baseline("linear", budget.steps) if keep else budget.candidate)
        assert schedule.provenance.study_file["model"]["options"] == {"object": f"{__name__}.Net"}
    assert (result.best.objective, result.best.unit) == ("pairs", "score")


def test_printed_it_says_in_words_what_was_verified():
    result = tune(torch_denoiser(), pairs, steps=3, direction="minimize", unit="pairs", **QUICK)
    text = str(result)
    assert text.splitlines()[0] == "tuned: pairs in pairs (less is better)"
    for word in ("95% interval", "linear", "sin2", "sine", "best: beta(", "gain over linear"):
        assert word in text
    assert "3 steps: " in text.splitlines()[-1] + text.splitlines()[-2]
    assert "not verified" not in text
    assert repr(result) == text


def test_one_step_count_needs_no_naming_and_several_do(tmp_path):
    one = tune(torch_denoiser(), pairs, steps=2, **QUICK)
    assert one.schedule() is one.schedule(2)
    assert one.counts.tolist() == one.schedule().counts.tolist()
    one.schedule().mask_schedule.revealed(np.array([0.5]))
    file = tmp_path / "schedule.json"
    file.write_text(one.schedule().to_json())
    assert mdm_opt.load_schedule(file) == one.schedule()
    with pytest.raises(InputError, match=r"^steps: 4 is not accepted: there are schedules of 2 "):
        one.schedule(4)
    several = tune(torch_denoiser(), pairs, steps=(2, 3), **QUICK)
    with pytest.raises(InputError, match=r"^steps: one is needed: there are schedules of 2, 3 "):
        several.schedule()


def test_the_same_study_by_file_and_by_call_has_the_same_numbers(tmp_path):
    (tmp_path / "grids.py").write_text("from mdm_opt.sudoku import is_valid as valid\n")
    text = SUDOKU4.replace('kind = "validity"\nverifier = "sudoku"', 'kind = "grids:valid"')
    text = text.replace("instances = 16", 'instances = 16\ndirection = "maximize"')
    text = text.replace('sampler = "random"\nseeds = ["energy", "baselines"]\n', "")
    path = write_study(tmp_path, text, steps="[4, 6]", trials="9")
    by_file = database(tmp_path)
    done = CliRunner().invoke(main, ["run", str(path), "--storage", by_file])
    assert done.exit_code == 0, done.output
    by_call = tmp_path / "call.db"
    result = tune(
        sudoku4(), is_valid, steps=[4, 6], trials=9, instances=16, verify_instances=32, top=2,
        name="sudoku4", storage=by_call,
    )  # fmt: skip
    found = records(f"sqlite:///{by_call}", "sudoku4")
    assert found == records(by_file, "sudoku4")
    assert sum(role == "search" for role, *_ in found) == 9
    expected = best("sudoku4", by_file)
    assert result.best == expected.model_copy(update={"objective": "is_valid"})


def test_weights_are_bit_identical_afterwards():
    denoiser = torch_denoiser()
    model = denoiser.model
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    tune(denoiser, pairs, steps=2, **SMALL)
    after = model.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert all(parameter.grad is None for parameter in model.parameters())


def test_nothing_is_left_without_a_storage(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MDM_OPT_STORAGE", f"sqlite:///{tmp_path}/other.db")
    tune(torch_denoiser(), pairs, steps=2, **QUICK)
    with pytest.raises(RunError):
        tune(torch_denoiser(), lambda texts: 1 / 0, steps=2, **QUICK)
    assert list(tmp_path.iterdir()) == []


def test_a_silent_call_prints_nothing_and_reports_every_trial(capfd):
    lines = []
    tune(torch_denoiser(), pairs, steps=2, report=lines.append, **SMALL | {"progress": True})
    assert capfd.readouterr() == ("", "")
    assert sum(line.startswith("trial ") for line in lines) == 5
    assert lines[0].startswith("measuring the information profile: 0 sequences")
    assert any(line.startswith("trial 5 of 5: 2 steps, ") for line in lines)
    assert any(line.startswith("verifying: 2 steps: best") for line in lines)


def test_with_a_storage_the_same_call_goes_on_and_repeats_nothing(tmp_path):
    calls = []

    def metric(texts):
        calls.append(len(texts))
        return pairs(texts)

    storage = tmp_path / "kept.db"
    first = tune(torch_denoiser(), metric, steps=2, storage=storage, **QUICK)
    kept, made = records(f"sqlite:///{storage}"), len(calls)
    again = tune(torch_denoiser(), metric, steps=2, storage=f"sqlite:///{storage}", **QUICK)
    assert len(calls) == made
    assert records(f"sqlite:///{storage}") == kept
    assert again.best == first.best
    more = tune(torch_denoiser(), metric, steps=2, storage=storage, **QUICK | {"trials": 7})
    assert more.best.trials == 7
    searched = [m for m in records(f"sqlite:///{storage}") if m[0] == "search"]
    assert searched[:5] == [m for m in kept if m[0] == "search"]


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """The arguments of a call whose study is finished."""
    asked = {"denoiser": torch_denoiser(), "objective": pairs, "steps": 2, **QUICK}
    asked["storage"] = tmp_path_factory.mktemp("kept") / "kept.db"
    tune(**asked)
    return asked


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"seed": 1}, "seed was 0, is 1"),
        ({"order": "entropy"}, "order was 'random', is 'entropy'"),
        ({"steps": [2, 3]}, r"steps was \[2\], is \[2, 3\]"),
        ({"instances": 9}, "instances was 8, is 9"),
        ({"objective": other_metric}, "objective was {'object': '.*pairs'}, is {'object': '.*"),
        ({"denoiser": torch_denoiser(1)}, "the model of study 'tuned' has changed"),
        ({"denoiser": sudoku4()}, "denoiser was {'object': '.*Net'}, is {'object': '.*Enumer"),
    ],
)
def test_another_model_or_other_settings_are_refused(kept, changes, said):
    before = records(f"sqlite:///{kept['storage']}")
    with pytest.raises(InputError, match=said) as raised:
        tune(**kept | changes)
    assert len(str(raised.value).splitlines()) == 1
    assert "[" + "study]" not in str(raised.value)
    assert records(f"sqlite:///{kept['storage']}") == before


EDITED = """
def score(texts):
    return [float(len(set(text))) for text in texts]
"""


def test_an_edited_metric_is_refused_unless_it_is_accepted(tmp_path, monkeypatch):
    file = tmp_path / "tuned_edited_metric.py"
    file.write_text(EDITED)
    monkeypatch.syspath_prepend(str(tmp_path))
    import tuned_edited_metric

    asked = {"steps": 2, "storage": tmp_path / "kept.db", **QUICK}
    first = tune(torch_denoiser(), tuned_edited_metric.score, **asked)
    file.write_text(EDITED + "# a remark\n")
    with pytest.raises(InputError, match=r"'tuned' has changed .*comparable: accept=TEXT"):
        tune(torch_denoiser(), tuned_edited_metric.score, **asked)
    for _ in range(2):
        found = tune(torch_denoiser(), tuned_edited_metric.score, accept="a remark", **asked)
        assert found.best == first.best
    record = Repository(f"sqlite:///{tmp_path}/kept.db", create=False).study("tuned")
    assert len(record.objective_fingerprint) == 64


def test_in_a_new_storage_there_is_nothing_to_accept(tmp_path):
    found = tune(torch_denoiser(), pairs, steps=2, storage=tmp_path / "a.db", accept="no", **QUICK)
    assert found.best.trials == QUICK["trials"]


def test_commands_show_a_kept_study_and_refuse_to_go_on_with_it(tmp_path):
    storage = str(tmp_path / "kept.db")
    result = tune(torch_denoiser(), pairs, steps=2, name="mine", storage=storage, **QUICK)

    def command(*arguments):
        return CliRunner().invoke(main, [*arguments, "--storage", storage])

    shown = command("best", "mine", "--json")
    assert shown.exit_code == 0
    assert result.best.model_dump_json() == best("mine", f"sqlite:///{storage}").model_dump_json()
    exported = command("export", "mine", "--out", str(tmp_path / "mine.json"))
    assert exported.exit_code == 0, exported.output
    assert mdm_opt.load_schedule(tmp_path / "mine.json").schedule == result.schedule().schedule
    assert "mdm_opt.tuning:given" in command("study", "show", "mine").stdout
    for name in ("worker", "verify", "sample"):
        refused = command(name, "mine")
        assert refused.exit_code == 2, refused.output
        (line,) = [one for one in refused.stderr.splitlines() if one.startswith("error: ")]
        assert "was tuned from Python" in line
        assert "mdm_opt.tune" in line
        assert f"{__name__}.Net" in line


def test_an_objective_that_raises_fails_the_call_and_keeps_what_was_finished(tmp_path):
    calls = []

    def moody(texts):
        calls.append(texts)
        # One is a rehearsal.
        if len(calls) > 3:
            raise ValueError("no mood")
        return pairs(texts)

    storage = tmp_path / "kept.db"
    with pytest.raises(RunError, match=r"^objective 'moody' raised ValueError: no mood$"):
        tune(torch_denoiser(), moody, steps=2, storage=storage, **QUICK)
    assert len(records(f"sqlite:///{storage}")) == 2


@pytest.mark.parametrize("answer", [[1.0], "text", None, [float("nan")] * 8])
def test_an_objective_that_returns_no_number_a_text_is_refused(answer):
    with pytest.raises(RunError, match="objective"):
        tune(torch_denoiser(), lambda texts: answer, steps=2, **QUICK)


def test_ctrl_c_keeps_finished_trials(tmp_path):
    calls, handler = [], signal.getsignal(signal.SIGINT)

    def metric(texts):
        calls.append(texts)
        # One is a rehearsal.
        if len(calls) == 5:
            os.kill(os.getpid(), signal.SIGINT)
        return pairs(texts)

    storage = tmp_path / "kept.db"
    with pytest.raises(KeyboardInterrupt):
        tune(torch_denoiser(), metric, steps=2, storage=storage, **QUICK)
    assert len(records(f"sqlite:///{storage}")) == 3
    assert signal.getsignal(signal.SIGINT) is handler
    result = tune(torch_denoiser(), metric, steps=2, storage=storage, **QUICK)
    assert result.best.trials == 5


def test_an_objective_object_brings_its_own_direction():
    result = tune(torch_denoiser(), PathKl(), steps=[2, 3], **SMALL | {"trials": 8})
    assert (result.best.objective, result.best.direction) == ("path_kl", "minimize")
    assert result.best.unit == "nats/sequence"
    values = [budget.value for budget in result.best.budgets]
    assert values[0] > values[1]


def test_counts_of_any_shape(tmp_path):
    result = tune(torch_denoiser(), PathKl(), steps=3, family="free", **SMALL | {"trials": 8})
    assert result.found[3].schedule.family == "free"
    assert result.counts.sum() == LENGTH


def test_settings_that_are_no_single_value_are_searched():
    searched = {
        "order": ("random", "confidence"),
        "temperature": {"low": 0, "high": np.float64(1)},
    }
    result = tune(torch_denoiser(), pairs, steps=2, block_length=[6, 3], **searched, **SMALL)
    exported = result.found[2]
    chosen = result.best.budgets[0].candidate.decoding
    assert set(chosen) == {"order", "temperature", "block_length"}
    found = exported.sampler.order, exported.sampler.temperature, exported.schedule.block_length
    assert found == tuple(chosen[name] for name in ("order", "temperature", "block_length"))
    kept = exported.provenance.study_file
    assert kept["space"]["temperature"] == {"low": 0.0, "high": 1.0}
    assert kept["search"]["seeds"] == ["energy", "baselines"]
    assert f"block_length {chosen['block_length']}" in str(result)


class Deaf:
    name, direction, unit = "deaf", "maximize", "score"

    def score(self, denoiser, reveals):
        raise NotImplementedError


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"denoiser": Net()}, "denoiser: Net.* is not accepted: it lacks length, .*TorchDenoiser"),
        ({"objective": "score"}, "objective: 'score' is not accepted: a function or an object"),
        ({"objective": Deaf()}, "objective: .* it lacks deterministic, fingerprint"),
        (
            {"objective": PathKl(), "direction": "maximize"},
            "direction: 'maximize' is not acc.*own",
        ),
        ({"objective": PathKl(), "unit": "bits"}, "unit: 'bits' is not accepted: .*nats/sequence"),
        ({"objective": PathKl(), "order": "entropy"}, "order, temperature: .*path_kl needs 'rand"),
        ({"steps": 0}, r"steps\[0\]: 0 is not accepted: .*greater than or equal to 1"),
        ({"steps": []}, r"steps: \[\] is not accepted"),
        ({"steps": [2, 2]}, r"steps: \[2, 2\] is not accepted: step counts must differ"),
        ({"steps": 7}, "steps: 7 is not accepted: the model writes 6 tokens"),
        ({"steps": "8"}, r"steps\[0\]: '8' is not accepted: .*integer"),
        ({"trials": 0}, "trials: 0 is not accepted"),
        ({"trials": 2.5}, "trials: 2.5 is not accepted: must be a whole number"),
        ({"name": "a b"}, "name: 'a b' is not accepted"),
        ({"direction": "up"}, "direction: 'up' is not accepted: .*'minimize' or 'maximize'"),
        ({"unit": ""}, "unit: '' is not accepted"),
        ({"instances": 1}, "instances: 1 is not accepted"),
        ({"verify_instances": 1}, "verify_instances: 1 is not accepted"),
        ({"confidence": 2}, "confidence: 2 is not accepted"),
        ({"top": 0}, "top: 0 is not accepted"),
        ({"seed": -1}, "seed: -1 is not accepted"),
        ({"batch_size": 0}, "batch_size: 0 is not accepted"),
        ({"order": "left"}, "order: 'left' is not accepted: .*'random', 'confidence'"),
        ({"temperature": -1.0}, "temperature: -1.0 is not accepted"),
        ({"temperature": [1, -1]}, r"temperature: \[1, -1\] is not accepted: must be a list of"),
        ({"temperature": {"low": 1}}, "temperature: {'low': 1} is not accepted: must be a list"),
        ({"order": ["random", "left"]}, r"order: \['random', 'left'\] is not accepted"),
        ({"block_length": 5}, "block_length: 5 is not accepted: it does not divide the 6 tokens"),
        ({"block_length": (3, 5)}, "block_length: 5 is not accepted: it does not divide"),
        ({"block_length": [3, 1]}, "block_length: 1 is not accepted: its 6 blocks share none"),
        ({"block_length": "all"}, "block_length: 'all' is not accepted"),
        ({"bounds": {"order": ["random"]}}, "bounds: 'order' is not accepted: 'order' is an arg"),
        ({"bounds": {"guidance": [0.0]}}, r"bounds\['guidance'\] needs an objective with prompts"),
        (
            {"objective": PathKl(), "temperature": [0.5]},
            r"order, temperature: \('random', \[0.5\]\) is not accepted: path_kl needs 'random'",
        ),
        (
            {"seeds": ["profile"], "block_length": [3]},
            "seeds: 'profile' is not accepted with prompts or block_length",
        ),
        ({"reveal": "slow"}, "reveal: 'slow' is not accepted"),
        ({"rounding": "up"}, "rounding: 'up' is not accepted"),
        ({"family": "gamma"}, "family: 'gamma' is not accepted"),
        ({"family": "free"}, "^family 'free' needs sampler = 'shape', got 'random'"),
        ({"beta_a": (2, 1)}, r"beta_a: \[2, 1\] is not accepted: the lower bound must be below"),
        ({"bounds": [1, 2]}, r"bounds: \[1, 2\] is not accepted: ranges or options by parameter"),
        ({"bounds": {"steps": [3]}}, "bounds: 'steps' is not accepted: 'steps' is an argument"),
        ({"bounds": {"beta_a": [1, 2]}}, "bounds: 'beta_a' is not accepted: 'beta_a' is an argum"),
        ({"bounds": {"gamma": [1, 2]}}, r"bounds\['gamma'\]: unknown key; known: family"),
        ({"beta_b": (1, float("inf"))}, r"beta_b\[1\]: inf is not accepted"),
        ({"sampler": "cma"}, "sampler: 'cma' is not accepted"),
        ({"seeds": ["luck"]}, r"seeds\[0\]: 'luck' is not accepted: must be one of energy"),
        ({"seeds": [(0.5, 9)]}, r"seeds\[0\]: \[0.5, 9.0\] lies outside beta_a"),
        ({"racing": 1}, "racing: 1 is not accepted"),
        ({"samples": 65, "storage": "kept.db"}, "samples: 65 is not accepted"),
        ({"profile_sequences": 1}, "profile_sequences: 1 is not accepted"),
        ({"storage": "mysql://a/b"}, "storage: 'mysql://a/b' is not accepted"),
        ({"storage": "nowhere/kept.db"}, "storage .*nowhere does not exist"),
        ({"storage": ""}, "storage: '' is not accepted: a file name or a URL"),
        ({"storage": 5}, "storage: 5 is not accepted: a file name or a URL"),
        ({"report": 5}, "report: 5 is not accepted: a function of one line"),
    ],
)
def test_bad_arguments_are_named_as_the_caller_knows_them(changes, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    asked = {"denoiser": torch_denoiser(), "objective": pairs, "steps": 2, **QUICK}
    with pytest.raises(InputError, match=said) as raised:
        tune(**asked | changes)
    message = str(raised.value)
    assert len(message.splitlines()) == 1
    for table in ("study", "space", "search", "sampler", "objective", "model", "verify"):
        assert f"[{table}]" not in message
    assert list(Path().iterdir()) == []


def test_optuna_says_as_much_as_before():
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    tune(torch_denoiser(), pairs, steps=2, **QUICK)
    assert optuna.logging.get_verbosity() == optuna.logging.WARNING


def test_numbers_of_numpy_and_tuples_are_accepted():
    asked = QUICK | {"trials": np.int64(6), "seeds": ((0.5, 0.5), "energy")}
    steps = np.array([3, 2])
    result = tune(torch_denoiser(), pairs, steps=steps, beta_a=(0.2, 4), seed=np.int64(3), **asked)
    assert list(result.schedules) == [2, 3]

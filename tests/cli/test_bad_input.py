"""Bad input: one line, exit code 2 (1 at run time), nothing written."""

from __future__ import annotations

import copy

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from study_files import SUDOKU4, database, write_study

from mdm_opt.cli.main import main


def run(path, url):
    result = CliRunner().invoke(main, ["run", str(path), "--storage", url])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def refused(folder, text, code=2):
    """Runs a study file that must fail; returns its one line."""
    path = folder / "study.toml"
    path.write_text(text)
    result = run(path, database(folder))
    assert result.exit_code == code, result.output
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert "Traceback" not in result.output
    if code == 2:
        assert result.stderr.splitlines() == errors
        assert not list(folder.glob("*.db*")), "something was written"
    return errors[0]


NAMED = 'seeds = ["energy", "baselines"]'
OBJECTIVE = '[objective]\nkind = "validity"\nverifier = "sudoku"\ninstances = 16'
CASES = {
    "wrong type": ('name = "sudoku4"', "name = 4", "[study] name: 4"),
    "missing key": ('name = "sudoku4"', "", "[study] name: missing"),
    "missing table": ("[space]\nsteps = [4]", "", "[space]: missing"),
    "unknown key": ("steps = [4]", "steps = [4]\nsteps_ = 1", "[space] steps_: unknown key"),
    "unknown table": ("[space]", "[spaces]\n[space]", "[spaces]: unknown key"),
    "negative bound": ("steps = [4]", "steps = [4]\nbeta_a = [-1.0, 1.0]", "beta_a.0: -1.0"),
    "infinite bound": ("steps = [4]", "steps = [4]\nbeta_a = [0.1, inf]", "beta_a.1: inf"),
    "NaN bound": ("steps = [4]", "steps = [4]\nbeta_b = [nan, 1.0]", "beta_b.0: nan"),
    "lower > upper": ("steps = [4]", "steps = [4]\nbeta_b = [2.0, 1.0]", "beta_b: [2.0, 1.0]"),
    "zero steps": ("steps = [4]", "steps = [0]", "[space] steps.0: 0"),
    "steps > length": ("steps = [4]", "steps = [17]", "[space] steps: 17"),
    "no steps": ("steps = [4]", "steps = []", "[space] steps: []"),
    "unknown model": ('kind = "enumerated"', 'kind = "gpt"', "kind: 'gpt'"),
    "unknown law": ('law = "sudoku4"', 'law = "sudoku5"', "[model] law: 'sudoku5'"),
    "unknown objective": ('kind = "validity"', 'kind = "fid"', "kind: 'fid'"),
    "unknown verifier": ('verifier = "sudoku"', 'verifier = "a.b:c"', "cannot import 'a.b'"),
    "unknown sampler": ('sampler = "random"', 'sampler = "cma"', "[search] sampler: 'cma'"),
    "unknown seed": (NAMED, 'seeds = ["luck"]', "seeds.0: 'luck'"),
    "seed outside": (
        NAMED,
        'seeds = ["energy", [0.5, 9.0]]',
        "[search] seeds.1: [0.5, 9.0] lies outside",
    ),
    "fewer trials than pairs": (
        f'trials = 6\nsampler = "random"\n{NAMED}',
        "trials = 1\nseeds = [[0.5, 0.5], [1.0, 1.0]]",
        "[search] trials: 1 is not accepted: the pairs of seeds alone are 2 trials",
    ),
    "profile of a missing file": (
        NAMED,
        'seeds = ["profile"]\n[profile]\nreferences = "none.txt"',
        "[profile] references: cannot read",
    ),
    "counts without their own sampler": (
        "[space]",
        '[space]\nfamily = "free"',
        "[space] family 'free' needs [search] sampler = 'shape', got 'random'",
    ),
    "counts for more steps than tokens": (
        f'steps = [4]\n{OBJECTIVE}\n[search]\ntrials = 6\nsampler = "random"',
        f'family = "free"\nsteps = [17]\n{OBJECTIVE}\n[search]\ntrials = 6',
        "[space] steps: 17",
    ),
    "no table": ("[study]", "study = 3\n[x]", "[study]: 3"),
    "no TOML": ("[study]", "[study", "is no valid TOML"),
    "task for a model without prompts": (
        'kind = "validity"\nverifier = "sudoku"',
        'kind = "lm_eval"\ntask = "gsm8k"',
        "[objective] kind 'lm_eval' needs a model that takes prompts",
    ),
    "no documents": (
        'kind = "validity"\nverifier = "sudoku"',
        'kind = "lm_eval"\ntask = "gsm8k"\nlimit = 0',
        "[objective] limit: 0 is not accepted",
    ),
    "order that path KL has no meaning for": (
        '[objective]\nkind = "validity"\nverifier = "sudoku"',
        '[sampler]\norder = "confidence"\n[objective]\nkind = "path_kl"',
        "order = 'confidence'",
    ),
    "setting that is fixed and searched": (
        "[space]",
        "[sampler]\ntemperature = 1.0\n[space]\ntemperature = { low = 0.0, high = 1.0 }",
        "[sampler] temperature and [space] temperature: one of both is accepted",
    ),
    "setting that is neither list nor table": (
        "[space]",
        "[space]\ntemperature = 0.5",
        "[space] temperature: 0.5 is not accepted: must be a list of different numbers",
    ),
    "guidance without prompts": (
        "[space]",
        "[space]\nguidance = [0.0, 1.0]",
        "[space] guidance needs an objective with prompts",
    ),
    "searched blocks that do not divide": (
        "[space]",
        "[space]\nblock_length = [8, 5]",
        "[space] block_length: 5 is not accepted: it does not divide the 16 tokens",
    ),
    "searched blocks that share no step count": (
        "steps = [4]",
        "steps = [3]\nblock_length = [16, 8]",
        "[space] block_length: 8 is not accepted: its 2 blocks share none of the step counts [3]",
    ),
    "law too large": (
        'kind = "validity"\nverifier = "sudoku"\ninstances = 16',
        'kind = "divergence"',
        "at most 4096 can be enumerated",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_study_file_is_refused_before_anything_is_written(tmp_path, case):
    before, after, message = CASES[case]
    assert before in SUDOKU4
    assert message in refused(tmp_path, SUDOKU4.replace(before, after))


def huggingface(path):
    return SUDOKU4.replace(
        'kind = "enumerated"\nlaw = "sudoku4"',
        f'kind = "huggingface"\npath = "{path}"\nlength = 16',
    )


def test_missing_model_folder(tmp_path):
    assert "is no folder" in refused(tmp_path, huggingface("./nowhere"))


def test_unknown_hub_model_without_network(tmp_path):
    assert "cannot load 'nobody/nothing'" in refused(tmp_path, huggingface("nobody/nothing"))


def test_corrupted_checkpoint(tmp_path):
    from mdm_opt.models.packaged import BUNDLED_CHECKPOINT

    broken = tmp_path / "broken"
    broken.mkdir()
    for file in BUNDLED_CHECKPOINT.iterdir():
        content = file.read_bytes()
        (broken / file.name).write_bytes(
            content[: len(content) // 2] if file.suffix == ".safetensors" else content
        )
    assert "[model] cannot load" in refused(tmp_path, huggingface("./broken"))


def test_missing_study_file(tmp_path):
    result = run(tmp_path / "nothing.toml", database(tmp_path))
    assert result.exit_code == 2
    assert result.stderr.startswith("error: cannot read study file")
    assert list(tmp_path.iterdir()) == []


def test_not_a_number_from_an_objective_is_a_run_time_failure(tmp_path):
    (tmp_path / "nan_metric.py").write_text(
        "def score(samples):\n    return [float('nan')] * len(samples)\n"
    )
    text = SUDOKU4.replace(
        'kind = "validity"\nverifier = "sudoku"',
        'kind = "nan_metric:score"\ndirection = "minimize"',
    )
    assert "returned nan for instance 0" in refused(tmp_path, text, code=1)


def test_model_that_fails_while_running_is_one_line(tmp_path):
    (tmp_path / "broken_model.py").write_text(
        "import torch\n"
        "from mdm_opt.models.enumerated import EnumeratedDenoiser\n"
        "from mdm_opt.models.laws import sudoku4\n"
        "class Broken(EnumeratedDenoiser):\n"
        "    def log_probs(self, tokens, positions):\n"
        "        if self.answer is None:\n"
        "            raise OverflowError('out of numbers')\n"
        "        if self.answer == float('inf'):\n"
        "            raise torch.OutOfMemoryError('CUDA out of memory')\n"
        "        return super().log_probs(tokens, positions) * self.answer\n"
        "def make(answer=None):\n"
        "    model = Broken(sudoku4())\n"
        "    model.answer = answer if answer is None else float(answer)\n"
        "    return model\n"
    )
    text = SUDOKU4.replace('kind = "enumerated"\nlaw = "sudoku4"', 'kind = "broken_model:make"')
    assert "OverflowError: out of numbers" in refused(tmp_path, text, code=1)
    messages = {"nan": "log-probabilities were NaN", "inf": "one sequence alone does not fit"}
    for answer, message in messages.items():
        for leftover in tmp_path.glob("test.db*"):
            leftover.unlink()
        options = f'"broken_model:make"\noptions = {{answer = "{answer}"}}'
        assert message in refused(tmp_path, text.replace('"broken_model:make"', options), code=1)


@pytest.mark.parametrize(
    "setting",
    ['path = "~nosuchuser/x"', f'path = "{"x" * 300}"', 'device = "meta"', 'device = "nonsense"'],
)
def test_odd_paths_and_devices_are_one_line(tmp_path, setting):
    from mdm_opt.models.packaged import BUNDLED_CHECKPOINT

    text = huggingface(str(BUNDLED_CHECKPOINT))
    line = setting if setting.startswith("path") else f'path = "{BUNDLED_CHECKPOINT}"\n{setting}'
    refused(tmp_path, text.replace(f'path = "{BUNDLED_CHECKPOINT}"', line))


def test_markup_in_a_unit_is_text(tmp_path):
    (tmp_path / "plain_metric.py").write_text("def score(s):\n    return [1.0] * len(s)\n")
    text = SUDOKU4.replace(
        'kind = "validity"\nverifier = "sudoku"',
        'kind = "plain_metric:score"\ndirection = "minimize"\nunit = "[/x]"',
    )
    result = run(write_study(tmp_path, text), database(tmp_path))
    assert result.exit_code == 0, result.output
    assert "[/x]" in result.stdout


def test_corrupt_database_is_refused_and_left_alone(tmp_path):
    (tmp_path / "test.db").write_bytes(b"this is no database, whatever its name says" * 100)
    before = (tmp_path / "test.db").read_bytes()
    result = run(write_study(tmp_path), database(tmp_path))
    assert result.exit_code == 2
    assert "file is not a database" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert (tmp_path / "test.db").read_bytes() == before


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("sqlite:///{folder}/nowhere/a.db", "does not exist"),
        ("sqlite:///{folder}", "unable to open database file"),
        ("sqlite://", "is not accepted"),
        ("~nosuchuser/x.db", "nosuchuser"),
        ("sqlite+foo:///x.db", "'sqlite+foo:///x.db' is not accepted"),
        ("nonsense://{folder}", "nonsense"),
        ("postgresql+psycopg2://me:secret@host/db", "only psycopg 3 is used"),
        ("mysql://me:secret@host/db", "MySQL and MariaDB have not been made safe"),
    ],
)
def test_unusable_storage(tmp_path, url, message):
    result = run(write_study(tmp_path), url.format(folder=tmp_path))
    assert result.exit_code == 2
    assert message in result.stderr
    assert "secret" not in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not list(tmp_path.glob("*.db*"))


@pytest.mark.parametrize("command", ["best", "verify", "sample", "export"])
def test_unknown_study_and_missing_database(tmp_path, command):
    url = database(tmp_path)
    missing = CliRunner().invoke(main, [command, "nobody", "--storage", url])
    assert missing.exit_code == 2
    assert missing.stderr.startswith("error: no database at")
    assert not list(tmp_path.iterdir())
    CliRunner().invoke(main, ["study", "create", str(write_study(tmp_path)), "--storage", url])
    unknown = CliRunner().invoke(main, [command, "nobody", "--storage", url])
    assert unknown.exit_code == 2
    assert unknown.stderr == "error: no study 'nobody' in this database; there are: sudoku4\n"


BASE = {
    "study": {"name": "fuzz", "seed": 0},
    "model": {"kind": "enumerated", "law": "toy_extremes"},
    "sampler": {"order": "random", "temperature": 1.0},
    "space": {"family": "beta", "steps": [2], "beta_a": [0.1, 8.0], "beta_b": [0.1, 8.0]},
    "objective": {"kind": "divergence", "metric": "tv"},
    "search": {
        "trials": 4,
        "sampler": "random",
        "seeds": ["energy", "baselines"],
        "racing": True,
    },
    "profile": {
        "references": "model",
        "sequences": 8,
        "boundaries": 4,
        "orders": 1,
        "estimator": "auto",
        "seed": 0,
    },
    "verify": {"instances": 2, "top": 1, "confidence": 0.95},
}
PATHS = [(table, key) for table, content in BASE.items() for key in content]
JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=True),
    st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=8),
    st.lists(st.floats(allow_nan=True), max_size=3),
    st.lists(st.integers(-5, 9), max_size=3),
    st.dictionaries(st.sampled_from("abc"), st.integers(), max_size=2),
)


def toml(value):
    """A value in TOML's inline form."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + " }"
    return repr(value)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(PATHS), JUNK, st.sampled_from(["set", "drop", "add"]))
@pytest.mark.slow
def test_fuzzed_study_file_runs_or_is_refused_in_one_line(tmp_path_factory, path, junk, change):
    folder = tmp_path_factory.mktemp("fuzz")
    content = copy.deepcopy(BASE)
    table, key = path
    if change == "drop" or junk is None:
        del content[table][key]
    elif change == "set":
        content[table][key] = junk
    else:
        content[table]["extra"] = junk
    text = "\n".join(
        f"[{name}]\n" + "\n".join(f"{k} = {toml(v)}" for k, v in values.items())
        for name, values in content.items()
    )
    (folder / "study.toml").write_text(text)
    arguments = ["run", str(folder / "study.toml"), "--storage", database(folder), "--json"]
    trials = content["search"].get("trials", 40)
    if isinstance(trials, int) and trials > 50:
        arguments[0:1] = ["study", "create"]
    result = CliRunner().invoke(main, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), text
    if result.exit_code == 0:
        return
    assert result.exit_code == 2, result.output
    assert result.stderr.startswith("error: ")
    assert len(result.stderr.splitlines()) == 1
    assert not list(folder.glob("*.db*"))

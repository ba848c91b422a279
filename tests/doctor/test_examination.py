"""mdm-opt doctor: what is there, what is broken, and how it is mended; nothing is written."""

from __future__ import annotations

import gc
import itertools
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from click.testing import CliRunner
from study_files import SUDOKU4, database, write_study

from mdm_opt.candidates import Decoding
from mdm_opt.cli.main import main
from mdm_opt.doctor import database as database_checks
from mdm_opt.doctor import machine, speed
from mdm_opt.doctor.speed import in_words, timed_call
from mdm_opt.persistence.health import ServerFacts
from mdm_opt.study.opening import create_study
from mdm_opt.tuning import tune

DUMP = Path(__file__).parents[1] / "persistence" / "databases" / "0001.sql"
# Module names are never used twice, for Python imports a name once.
NAMES = (f"doctor_plugin_{index}" for index in itertools.count())


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def examined(*arguments, code=0):
    """Checks by name; the lines and the JSON must say the same."""
    asked = ["doctor", *map(str, arguments)]
    shown = CliRunner().invoke(main, asked)
    assert shown.exit_code == code, shown.output + repr(shown.exception)
    assert shown.stderr == ""
    answer = CliRunner().invoke(main, [*asked, "--json"])
    assert answer.exit_code == code
    found = json.loads(answer.stdout)
    assert found["ok"] is (code == 0)
    assert found.keys() == {"ok", "checks"}
    lines = shown.stdout.splitlines()[:-2]
    assert len(lines) == len(found["checks"])
    for line, check in zip(lines, found["checks"], strict=True):
        assert check.keys() == {"name", "status", "found", "mend"}
        mark, name, _ = line.split(maxsplit=2)
        assert (mark.lower(), name) == (check["status"], check["name"])
        if check["name"] != "speed":  # which a clock has measured twice
            mend = f"; mend: {check['mend']}" if check["mend"] else ""
            assert line.endswith(f" {check['found']}{mend}")
    return {check["name"]: SimpleNamespace(**check) for check in found["checks"]}


ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Every test in a folder of its own, which is as it was before at its end."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def made(tmp_path):
    """A study file and the database in which its study is."""
    path, url = write_study(tmp_path), database(tmp_path)
    create_study(path, url).repository.close()
    # The last connection writes the journal back when it is collected.
    gc.collect()
    return path, url


def test_without_a_study_it_looks_at_everything_and_tries_the_bundled_model(tmp_path):
    found = examined()
    assert {check.status for check in found.values()} == {"ok"}
    for name in ("python", "mdm-opt", "torch", "optuna", "transformers", "sqlalchemy",
                 "optuna-dashboard", "extras", "git", "cpu", "gpu", "storage", "schema", "model",
                 "speed"):  # fmt: skip
        assert name in found
    assert found["storage"].found == f"{tmp_path}/mdm-opt.db (the default)"
    assert found["model"].found.startswith("bundled: fingerprint ")
    assert "36 tokens, vocabulary 7, float32 on cpu" in found["model"].found
    assert "ms, " in found["speed"].found
    assert "sequences/s" in found["speed"].found
    assert not {"study", "objective", "server", "mps"} & found.keys()
    assert list(tmp_path.iterdir()) == []


def test_all_is_well_is_said(made):
    path, url = made
    shown = CliRunner().invoke(main, ["doctor", str(path), "--storage", url])
    assert shown.stdout.splitlines()[-1] == "all is well"


def test_a_study_file_of_no_study_yet(tmp_path):
    path = write_study(tmp_path, steps="[4, 8]")
    before = contents(tmp_path)
    found = examined(path)
    assert found["study"].found == "sudoku4: the file is valid; not in the database yet"
    assert found["model"].found.startswith("enumerated: fingerprint enumerated:")
    assert found["objective"].found == "validity in share, maximize"
    assert "(6 trials x 16 instances x 6 steps)" in found["speed"].found
    assert contents(tmp_path) == before


@pytest.mark.parametrize("by", ["file", "name"])
def test_a_study_of_the_database_is_looked_at_and_left_alone(tmp_path, made, by):
    path, url = made
    before = contents(tmp_path)
    found = examined(*([path] if by == "file" else ["--study", "sudoku4"]), "--storage", url)
    assert {check.status for check in found.values()} == {"ok"}
    assert "the study's own" in found["study"].found or by == "name"
    assert found["schema"].found.endswith("this version's")
    assert contents(tmp_path) == before


def test_a_database_that_is_in_use_is_looked_at_and_left_alone(tmp_path, made):
    path, url = made
    opened = create_study(path, url)
    try:
        opened.queue.workers.register("here", 1, "cpu", "0", 60.0)
        journal = tmp_path / "test.db-wal"
        before = (tmp_path / "test.db").read_bytes(), journal.read_bytes()
        assert before[1]
        assert examined("--study", "sudoku4", "--storage", url)["study"].status == "ok"
        assert ((tmp_path / "test.db").read_bytes(), journal.read_bytes()) == before
    finally:
        opened.repository.close()


def test_path_kl_is_estimated_by_its_tables(tmp_path):
    text = SUDOKU4.replace('kind = "validity"\nverifier = "sudoku"', 'kind = "path_kl"')
    found = examined(write_study(tmp_path, text))
    assert "(16 instances x 32 model calls, once for all trials)" in found["speed"].found


def test_samples_one_by_one_and_in_one_batch_are_compared(tmp_path):
    found = examined(write_study(tmp_path, steps="[4, 8]"))
    assert found["batches"].status == "ok"
    assert found["batches"].found == (
        "batch composition: 0 of 4 samples differ (0 of 64 tokens) between batches of 1 and 4 at "
        "4 steps; 32 sequence calls"
    )
    path = write_study(tmp_path, SUDOKU4.replace("instances = 16", "instances = 3"))
    assert "of 3 samples differ (0 of 48 tokens)" in examined(path)["batches"].found


def test_a_model_that_sees_its_batch_is_a_warning(tmp_path):
    name = next(NAMES)
    (tmp_path / f"{name}.py").write_text(
        "from mdm_opt.models.enumerated import EnumeratedDenoiser\n"
        "from mdm_opt.models.laws import sudoku4\n\n"
        "class Fickle(EnumeratedDenoiser):\n"
        "    def log_probs(self, tokens, positions):\n"
        "        found = super().log_probs(tokens, positions).fill_(-float('inf'))\n"
        "        found[..., 2] = 0.0\n"
        "        if len(tokens) > 1:\n"
        "            found[1] = found[1].roll(1, -1)\n"
        "        return found\n\n"
        "def model():\n"
        "    return Fickle(sudoku4())\n"
    )
    text = SUDOKU4.replace('kind = "enumerated"\nlaw = "sudoku4"', f'kind = "{name}:model"')
    found = examined(write_study(tmp_path, text, steps="[1]"))["batches"]
    assert found.status == "warn"
    # Every token of the second sample of the batch is the next one.
    assert found.found.startswith("batch composition: 1 of 4 samples differ (16 of 64 tokens) ")
    assert "near-ties" in found.found
    assert "the search is still unbiased" in found.found
    assert "results can differ between batch sizes" in found.found
    assert "batch_size" in found.mend


def test_a_comparison_that_takes_long_is_not_made(tmp_path, monkeypatch):
    monkeypatch.setattr(speed, "timed_call", lambda *_: (16, 16 * 3.0))
    found = examined(write_study(tmp_path))["batches"]
    assert found.status == "ok"
    assert found.found == (
        "batch composition: not tried, 32 sequence calls would take about 96 seconds"
    )
    # Where two sequences do not fit, there is nothing to be compared.
    monkeypatch.setattr(speed, "timed_call", lambda *_: (1, 0.001))
    assert "batches" not in examined(write_study(tmp_path))


def test_both_a_file_and_a_name_are_bad_usage(made):
    path, _ = made
    result = CliRunner().invoke(main, ["doctor", str(path), "--study", "sudoku4"])
    assert result.exit_code == 2
    assert "only one of them is accepted" in result.stderr


def test_where_the_storage_was_named_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("MDM_OPT_STORAGE", "mine.db")
    assert examined()["storage"].found == f"{tmp_path}/mine.db (named by MDM_OPT_STORAGE)"
    found = examined("--storage", "other.db")
    assert found["storage"].found == f"{tmp_path}/other.db (named by --storage)"
    monkeypatch.delenv("MDM_OPT_STORAGE")
    (tmp_path / "storage").mkdir()
    expected = f"{tmp_path}/storage/mdm-opt.db (in the folder storage)"
    assert examined()["storage"].found == expected


@pytest.mark.parametrize(
    ("change", "name", "said"),
    [
        (("steps = [4]", "steps = [0]"), "study", "[space] steps.0: 0 is not accepted"),
        (("steps = [4]", "steps = [17]"), "model", "steps: 17 is not accepted"),
        (
            ('kind = "enumerated"\nlaw = "sudoku4"',
             'kind = "huggingface"\npath = "./nowhere"\nlength = 4'),
            "model",
            "'./nowhere' is no folder",
        ),
        (
            ('kind = "validity"\nverifier = "sudoku"',
             'kind = "nowhere_at_all:f"\ndirection = "maximize"'),
            "objective",
            "cannot import 'nowhere_at_all'",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_study_file_is_said(tmp_path, change, name, said):
    before, after = change
    assert before in SUDOKU4
    path = write_study(tmp_path, SUDOKU4.replace(before, after))
    kept = contents(tmp_path)
    found = examined(path, code=1)
    assert found[name].status == "fail"
    assert said in found[name].found
    assert found["schema"].status == "ok"
    assert contents(tmp_path) == kept


def test_a_missing_study_file_and_an_unknown_study_are_said(made):
    path, url = made
    found = examined(path.with_name("none.toml"), code=1)
    assert found["study"].found.startswith("cannot read study file")
    assert "model" not in found
    found = examined("--study", "other", "--storage", url, code=1)
    assert found["study"].found == "no study 'other' in this database; there are: sudoku4"
    found = examined("--study", "other", code=1)
    assert found["study"].found.startswith("other cannot be looked for")


def test_a_changed_study_file_and_a_changed_model_are_said(tmp_path):
    name = next(NAMES)
    (tmp_path / f"{name}.py").write_text(
        "from pathlib import Path\n"
        "import numpy as np\n"
        "from mdm_opt.models.laws import EnumeratedLaw\n\n"
        "def law(path):\n"
        "    weight = float(Path(path).read_text())\n"
        "    outcomes = np.array([[0, 1], [1, 0]])\n"
        "    return EnumeratedLaw(outcomes, np.array([weight, 1 - weight]), 'ab')\n"
    )
    (tmp_path / "weight.txt").write_text("0.25")
    text = SUDOKU4.replace(
        'law = "sudoku4"', f'law = "{name}:law"\noptions = {{ path = "{tmp_path}/weight.txt" }}'
    )
    path, url = write_study(tmp_path, text, steps="[2]"), database(tmp_path)
    create_study(path, url).repository.close()
    assert examined(path, "--storage", url)["model"].status == "ok"
    (tmp_path / "weight.txt").write_text("0.5")
    found = examined("--study", "sudoku4", "--storage", url, code=1)
    assert "the study was made with another, fingerprint enumerated:" in found["model"].found
    assert found["model"].mend
    assert found["objective"].status == "ok"
    write_study(tmp_path, text, steps="[1]")
    found = examined(path, "--storage", url, code=1)
    assert "[space] steps was [2], is [1]" in found["study"].found


def test_a_module_beside_the_study_file_is_not_compiled_there(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    name = next(NAMES)
    (tmp_path / f"{name}.py").write_text(
        "def score(samples):\n    return [0.0 for _ in samples]\n"
    )
    text = SUDOKU4.replace('kind = "validity"\nverifier = "sudoku"', f'kind = "{name}:score"')
    path = write_study(
        tmp_path, text.replace("instances = 16", 'instances = 16\ndirection = "minimize"')
    )
    before = contents(tmp_path)
    assert examined(path)["objective"].found == f"{name}:score in score, minimize"
    assert contents(tmp_path) == before
    assert sys.dont_write_bytecode is False


def test_a_study_that_was_tuned_from_python_says_so(tmp_path):
    from mdm_opt.models.enumerated import EnumeratedDenoiser
    from mdm_opt.models.laws import LAWS

    def metric(texts):
        return [len(set(text)) for text in texts]

    tune(
        EnumeratedDenoiser(LAWS["sudoku4"]()), metric, steps=4, trials=2, instances=2,
        verify_instances=2, top=1, storage="kept.db", name="mine", seeds=["energy"],
    )  # fmt: skip
    found = examined("--study", "mine", "--storage", "kept.db", code=1)
    assert found["study"].status == "ok"
    assert "was tuned from Python" in found["model"].found


def test_an_older_schema_is_left_as_it_is(tmp_path):
    file = tmp_path / "old.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(DUMP.read_text())
    before = contents(tmp_path)
    found = examined("--storage", file)
    assert found["schema"].status == "warn"
    assert found["schema"].found.startswith("0001 is older than this version's ")
    assert "mdm-opt storage upgrade" in found["schema"].mend
    assert examined("--study", "old", "--storage", file, code=1)["study"].status == "fail"
    assert contents(tmp_path) == before


def test_a_newer_schema_fails(tmp_path, made):
    path, url = made
    with closing(sqlite3.connect(tmp_path / "test.db")) as connection, connection:
        connection.execute("UPDATE mdm_alembic_version SET version_num = '9999'")
    found = examined(path, "--storage", url, code=1)
    assert "'9999' is newer than this version of mdm-opt knows" in found["schema"].found
    assert found["objective"].status == "ok"


def test_what_is_no_database_fails(tmp_path):
    (tmp_path / "text.db").write_text("no database at all, but long enough to be one" * 100)
    assert "not a database" in examined("--storage", "text.db", code=1)["schema"].found
    found = examined("--storage", "nowhere/new.db", code=1)
    assert "the folder does not exist" in found["storage"].found
    assert "schema" not in found
    (tmp_path / "folder.db").mkdir()
    found = examined("--storage", "folder.db", code=1)
    assert "folder.db (named by --storage): it is no file" in found["storage"].found
    assert "schema" not in found
    found = examined("--storage", "mysql://root:secret@host/db", code=1)
    assert "secret" not in found["storage"].found
    assert found["model"].status == "ok"


def test_a_folder_that_cannot_be_written_to_fails(monkeypatch):
    monkeypatch.setattr(database_checks.os, "access", lambda path, mode: False)
    found = examined(code=1)
    assert "it cannot be written to" in found["storage"].found


def test_a_file_on_a_network_is_a_warning(monkeypatch):
    monkeypatch.setattr(database_checks, "file_system", lambda folder: "nfs4")
    found = examined()
    assert found["storage"].status == "warn"
    assert "network file system (nfs4)" in found["storage"].found
    assert "storage start" in found["storage"].mend


def test_the_file_system_is_that_of_the_nearest_mount(tmp_path, monkeypatch):
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "/dev/a / ext4 rw 0 0\nserver:/x /home nfs4 rw 0 0\n/dev/b /home/me\\040too xfs rw 0 0\n"
    )
    monkeypatch.setattr(database_checks, "_MOUNTS", mounts)
    kinds = {"/": "ext4", "/homes": "ext4", "/home": "nfs4", "/home/me": "nfs4"}
    kinds["/home/me too/deep"] = "xfs"
    assert {path: database_checks.file_system(Path(path)) for path in kinds} == kinds
    monkeypatch.setattr(database_checks, "_MOUNTS", tmp_path / "none")
    assert database_checks.file_system(tmp_path) == ""


def test_a_server_that_cannot_be_reached_fails_without_its_password():
    pytest.importorskip("psycopg")
    url = "postgresql://me:secret@127.0.0.1:1/db"
    shown = CliRunner().invoke(main, ["doctor", "--storage", url])
    assert shown.exit_code == 1
    assert "secret" not in shown.output
    found = examined("--storage", url, code=1)
    assert (
        found["storage"].found == "postgresql+psycopg://me:***@127.0.0.1:1/db (named by --storage)"
    )
    for name in ("server", "schema"):
        assert found[name].status == "fail"
        assert "start the server" in found[name].mend
    assert found["model"].status == "ok"


@pytest.mark.postgres
def test_a_server_is_looked_at_and_left_alone(postgres_url, tmp_path):
    from records import snapshot

    path = write_study(tmp_path)
    found = examined(path, "--storage", postgres_url)
    assert found["server"].found.startswith("PostgreSQL ")
    assert "connections free, time zone " in found["server"].found
    assert found["schema"].found == "no tables yet; the first study makes them"
    assert snapshot(postgres_url) == {}
    create_study(path, postgres_url).repository.close()
    before = snapshot(postgres_url)
    found = examined("--study", "sudoku4", "--storage", postgres_url)
    assert {check.status for check in found.values()} == {"ok"}
    assert snapshot(postgres_url) == before


@pytest.mark.parametrize(
    ("number", "free", "status", "said"),
    [(13, 50, "fail", "PostgreSQL 14 or newer"), (16, 1, "warn", "max_connections")],
)
def test_an_old_or_crowded_server_is_said(monkeypatch, number, free, status, said):
    pytest.importorskip("psycopg")
    facts = ServerFacts(f"{number}.1", number, free, 100, "Europe/Vienna")
    monkeypatch.setattr(database_checks, "server_facts", lambda url: facts)
    monkeypatch.setattr(database_checks, "schema_revision", lambda url: ("0001", "0002"))
    found = examined("--storage", "postgresql://me@host/db", code=1)
    assert found["server"].status == status
    assert said in found["server"].mend
    assert "time zone Europe/Vienna" in found["server"].found
    # Only the owner upgrades a server.
    assert found["schema"].status == "fail"


def test_packages_that_are_missing_or_of_another_version_fail(monkeypatch):
    needed = ["click>=8", "torch<1", "no-such-package>=3", 'ray<1; extra == "ray"',
              'no-such-extra; extra == "x"', 'pytest<1; extra == "dev"']  # fmt: skip
    monkeypatch.setattr(machine, "_metadata_requirements", lambda: needed)
    monkeypatch.setattr(machine, "_version", {"click": "8.1", "torch": "2.4", "ray": "2.50"}.get)
    found = examined(code=1)
    assert found["click"].status == "ok"
    assert (found["torch"].status, found["torch"].found) == ("fail", "2.4, but <1 is needed")
    assert found["torch"].mend == "pip install 'torch<1'"
    assert found["no-such-package"].found == "is not installed"
    assert found["no-such-package"].mend == "pip install 'no-such-package>=3'"
    assert "pytest" not in found
    checks = list(machine.check_extras())
    assert [check.status for check in checks] == ["warn", "ok"]
    assert checks[0].found == "ray 2.50, but <1 is needed"
    assert checks[1].found == "x: no no-such-extra"


def test_another_python_fails(monkeypatch):
    monkeypatch.setattr(machine, "_python_needed", lambda: ">=9.9")
    (check,) = machine.check_python()
    assert check.status == "fail"
    assert check.found.endswith("needs >=9.9")


def test_the_requirements_are_those_of_the_package_installed_or_not(monkeypatch):
    monkeypatch.setattr(machine, "_metadata_requirements", lambda: None)
    names = {requirement.name for requirement in machine.requirements()}
    assert {"torch", "optuna", "sqlalchemy", "psycopg", "ray"} <= names
    assert "pytest" not in names
    monkeypatch.setattr(machine, "_PYPROJECT", Path("none.toml"))
    assert machine.requirements() == []


def test_a_check_that_breaks_does_not_keep_the_others_from_running(monkeypatch):
    def broken():
        raise ZeroDivisionError("by\nzero")

    monkeypatch.setattr(machine, "check_cpu", broken)
    found = examined(code=1)
    assert (found["cpu"].status, found["cpu"].found) == ("fail", "ZeroDivisionError: by zero")
    assert found["speed"].status == "ok"


def test_more_threads_than_cores_are_a_warning(monkeypatch):
    monkeypatch.setattr(torch, "get_num_threads", lambda: 10_000)
    (check,) = machine.check_cpu()
    assert check.status == "warn"
    assert check.mend.startswith("set OMP_NUM_THREADS=")


def with_cuda(monkeypatch, *, free=30, kernel=None, driver="550.1", available=True):
    properties = SimpleNamespace(name="Card", major=9, minor=0)
    monkeypatch.setattr(torch.version, "cuda", "12.8")
    monkeypatch.setattr(machine, "nvidia_driver", lambda: driver)
    monkeypatch.setattr(
        torch.cuda, "is_available", available if callable(available) else lambda: available
    )
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda index: properties)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda index: (free * 2**30, 80 * 2**30))

    def ones(*_, **where):
        if kernel:
            raise RuntimeError(kernel)
        return SimpleNamespace(sum=lambda: SimpleNamespace(item=lambda: 8.0))

    monkeypatch.setattr(torch, "ones", ones)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


def test_every_gpu_is_listed(monkeypatch):
    with_cuda(monkeypatch)
    checks = list(machine.check_gpus())
    assert [(check.name, check.status) for check in checks] == [("cuda:0", "ok"), ("cuda:1", "ok")]
    assert checks[0].found == "Card, capability 9.0, 30.0 of 80.0 GiB free"


def test_a_full_gpu_is_a_warning_and_one_that_computes_nothing_fails(monkeypatch):
    with_cuda(monkeypatch, free=1)
    assert [check.status for check in machine.check_gpus()] == ["warn", "warn"]
    with_cuda(monkeypatch, kernel="no kernel image is available")
    checks = list(machine.check_gpus())
    assert [check.status for check in checks] == ["fail", "fail"]
    assert "no kernel image" in checks[0].found
    assert "install a torch" in checks[0].mend


def test_a_gpu_that_torch_cannot_use_is_a_warning(monkeypatch):
    import warnings

    def old_driver():
        warnings.warn(
            "The NVIDIA driver on your system is too old (found version 11040).", stacklevel=1
        )
        return False

    with_cuda(monkeypatch, available=old_driver, driver="470.1")
    (check,) = machine.check_gpus()
    assert check.status == "warn"
    assert "cannot use the GPU under NVIDIA driver 470.1: The NVIDIA driver" in check.found
    assert "bring the driver up to date" in check.mend
    with_cuda(monkeypatch, available=False)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    (check,) = machine.check_gpus()
    assert check.mend == "unset CUDA_VISIBLE_DEVICES"
    with_cuda(monkeypatch, available=False, driver=None)
    (check,) = machine.check_gpus()
    assert check.status == "ok"


def test_a_torch_without_cuda_is_a_warning_where_there_is_a_gpu(monkeypatch):
    monkeypatch.setattr(torch.version, "cuda", None)
    monkeypatch.setattr(torch.version, "hip", None)
    monkeypatch.setattr(machine, "nvidia_driver", lambda: "550.1")
    (check,) = machine.check_gpus()
    assert (check.name, check.status) == ("gpu", "warn")
    assert "was built without CUDA" in check.found
    monkeypatch.setattr(machine, "nvidia_driver", lambda: None)
    (check,) = machine.check_gpus()
    assert check.status == "ok"


def test_the_driver_version_is_read(tmp_path, monkeypatch):
    file = tmp_path / "version"
    monkeypatch.setattr(machine, "_DRIVER", file)
    file.write_text(
        "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.54.15  Release Build\n"
    )
    assert machine.nvidia_driver() == "550.54.15"
    file.write_text("NVRM version: NVIDIA UNIX x86_64 Kernel Module  470.82.01  Wed Oct 27\n")
    assert machine.nvidia_driver() == "470.82.01"


def test_apples_gpu_is_there_but_not_used(monkeypatch):
    assert list(machine.check_mps()) == []
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    (check,) = machine.check_mps()
    assert check.status == "warn"
    assert "float64" in check.found


def test_a_batch_that_does_not_fit_is_halved(monkeypatch):
    asked = []

    class Small:
        length, vocab_size, mask_token_id, device = 4, 2, 2, torch.device("cpu")

        def log_probs(self, tokens, positions):
            asked.append(tuple(positions.shape))
            if len(tokens) > 3:
                raise torch.cuda.OutOfMemoryError("full")
            return torch.zeros(*positions.shape, 2)

    batch, seconds = timed_call(Small(), 13, 2, Decoding())
    assert batch == 3
    assert seconds > 0
    assert asked == [(1, 2), (1, 2), (13, 2), (6, 2), (3, 2)]


def test_prompts_are_read_in_what_is_timed(tmp_path):
    study = (ROOT / "studies" / "sudoku_rows.toml").read_text()
    (tmp_path / "asked.toml").write_text(study)
    (tmp_path / "sudoku_rows.jsonl").write_text(
        (ROOT / "studies" / "sudoku_rows.jsonl").read_text()
    )
    found = examined("asked.toml")
    assert found["speed"].found.startswith(
        "one forward of 64 masked sequences after prompts of 12 tokens: "
    )


def test_durations_are_in_words():
    assert [in_words(x) for x in (0.5, 90, 7200, 10 * 3600, 3 * 86400)] == [
        "0.5 seconds", "90 seconds", "2 hours", "10 hours", "3 days",
    ]  # fmt: skip


def test_help_needs_no_torch():
    code = (
        "import sys; from mdm_opt.cli.main import main; "
        "main(['doctor', '--help'], standalone_mode=False); "
        "print(sorted(set(sys.modules) & {'torch', 'optuna', 'sqlalchemy', 'rich', 'packaging'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"

"""Studies of births and uniform corruption through every command, as a user types them."""

from __future__ import annotations

import json
import os
import re
import runpy
import signal
import subprocess
import sys
import time

import pytest
from commands import invoke, succeed
from process_studies import STUDIES, own_study
from study_files import database, write_study

import mdm_opt
from mdm_opt.candidates import BASELINES
from mdm_opt.handoff.formats import FORMATS
from mdm_opt.results.best import best
from mdm_opt.sample_texts import picture
from mdm_opt.study.opening import create_study

# What nobody says to users whose models know no masks.
MASKED_WORDS = re.compile(r"mask|reveal", re.IGNORECASE)
BASELINE_NAMES = {
    "births": ["linear", "sin2", "logit"],
    "uniform": ["linear", "constant_rate", "exponential_rate"],
}


@pytest.fixture(scope="module", params=STUDIES)
def studied(request, tmp_path_factory):
    """A process, its finished and verified study file, and the database."""
    process = request.param
    folder = tmp_path_factory.mktemp(process)
    path, url = write_study(folder, STUDIES[process]), database(folder)
    said = succeed("run", path, "--storage", url)
    return process, path, url, said


def only(found):
    """What a user reads without the study file, which names the command's own keys."""
    assert MASKED_WORDS.findall(found) == []
    return found


def test_run_says_what_it_did(studied):
    process, _, url, said = studied
    only(said.output)
    for name in BASELINE_NAMES[process]:
        assert name in said.stdout
    assert "Traceback" not in said.output
    assert "Warning" not in said.output
    assert f"mdm-opt export {process} --steps 4" in said.stdout
    budgets = json.loads(succeed("best", process, "--json", "--storage", url).stdout)["budgets"]
    assert [budget["steps"] for budget in budgets] == [2, 4]
    for budget in budgets:
        assert list(budget["baselines"]) == BASELINE_NAMES[process]
        assert budget["verified"]
        assert budget["counts"] is None
        assert budget["nfe"] == budget["steps"]
    assert succeed("verify", process, "--storage", url).stdout
    only(succeed("best", process, "--storage", url).output)


def test_what_is_finished_is_not_done_again(studied):
    process, path, url, said = studied
    assert succeed("run", path, "--storage", url).stdout == said.stdout
    shown = succeed("study", "show", process, "--storage", url).stdout
    assert "finished: 6" in shown
    assert process in succeed("study", "list", "--storage", url).stdout


def test_exports_are_used_by_what_reads_them(studied, tmp_path, monkeypatch):
    process, _, url, _ = studied
    monkeypatch.chdir(tmp_path)
    succeed("export", process, "--steps", "4", "--found", "--out", "a.json", "--storage", url)
    found = mdm_opt.load_schedule("a.json")
    assert found.schedule.process == process
    assert len(found.alphas) == 5
    assert (found.alphas[0], found.alphas[-1]) == (0, 1)
    options = ("--steps", "4", "--found", "--format", "python", "--out", "a.py")
    succeed("export", process, *options, "--storage", url)
    text = (tmp_path / "a.py").read_text()
    only(text.replace("revealed", "").replace("mdm-opt-schedule", ""))
    module = runpy.run_path("a.py")
    assert module["ALPHAS"] == pytest.approx(list(found.alphas))
    inner = [module["progress_revealed"](step / 4) for step in range(5)]
    assert inner == pytest.approx(module["ALPHAS"])
    assert module["TIMES"][0] is None
    assert str(module["TIMES"][-1]) == "0.0"


def test_other_targets_are_refused_in_one_line(studied, tmp_path, monkeypatch):
    process, _, url, _ = studied
    monkeypatch.chdir(tmp_path)
    for name in FORMATS.keys() - {"json", "python"}:
        out = "a.yaml" if name == "sglang" else "a.py"
        result = invoke(
            *("export", process, "--steps", "4", "--format", name, "--out", out),
            *("--storage", url),
        )
        assert result.exit_code == 2
        (line,) = result.stderr.splitlines()
        assert f"schedule.process: '{process}' is not accepted" in line
        assert "formats for it: json, python" in line
    assert list(tmp_path.iterdir()) == []


def test_all_steps_say_once_what_is_left_out(studied, tmp_path, monkeypatch):
    process, _, url, _ = studied
    monkeypatch.chdir(tmp_path)
    result = succeed("export", process, "--all-steps", "--out", "all", "--storage", url)
    assert {path.name for path in (tmp_path / "all").iterdir()} == {
        "index.json",
        *(f"steps_{n}{end}" for n in (2, 4) for end in (".json", "_python.py")),
    }
    left = [line for line in result.stderr.splitlines() if line.startswith("left out")]
    assert [line.split(":")[1] for line in left] == [" 2 steps", " 4 steps"]
    others = ", ".join(name for name in FORMATS if name not in ("json", "python"))
    assert f"formats {others}: schedule." in left[0]


def test_samples_of_every_baseline_are_texts(studied):
    process, _, url, _ = studied
    options = ("--steps", "4", "--count", "2", "--storage", url)
    for name in ("best", *BASELINES):
        texts = succeed("sample", process, *options, "--schedule", name).stdout.splitlines()
        assert len(texts) == 2
        law = r"[0-8]" if process == "births" else r"[ab]{5}"
        assert all(re.fullmatch(law, text) for text in texts)


def test_reports_say_nothing_of_masks(studied, tmp_path):
    process, _, url, _ = studied
    for name in ("a.html", "a.md"):
        succeed("report", process, "--out", tmp_path / name, "--storage", url)
    page = (tmp_path / "a.html").read_text()
    body = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    only(re.sub(r"<style>.*?</style>", "", body, flags=re.DOTALL))
    card = only((tmp_path / "a.md").read_text())
    assert card.startswith(f"## Schedule of {process}")
    assert ("1 counts" if process == "births" else "5 tokens") in card
    assert f"<title>{process}: schedule report</title>" in page


def test_the_doctor_examines_it(studied):
    process, path, url, _ = studied
    found = succeed("doctor", path, "--storage", url).stdout
    assert "all is well" in found
    assert ("1 count from 0 to 8" if process == "births" else "kernel uniform") in found
    only(found)
    only(succeed("doctor", "--study", process, "--storage", url).stdout)


def test_the_profile_predicts(studied):
    process, path, url, _ = studied
    only(succeed("profile", path, "--storage", url).output)
    found = json.loads(succeed("profile", path, "--json", "--storage", url).stdout)
    assert found["process"] == process
    assert found["new_sequences"] == 0
    assert {"linear", "limit"} <= {row["label"] for row in found["budgets"][0]["schedules"]}
    result = invoke("profile", path, "--steps", "65", "--storage", url)
    assert (result.exit_code, result.stderr) == (
        2,
        "error: --steps: 65 is not accepted: step costs tell nothing beyond 64 steps\n",
    )


def test_a_copy_has_the_same_results(studied, tmp_path):
    process, _, url, _ = studied
    copy = f"sqlite:///{tmp_path}/copy.db"
    succeed("storage", "copy", url, "--storage", copy)
    mine, theirs = (
        succeed("best", process, "--json", "--storage", one).stdout for one in (url, copy)
    )
    assert mine == theirs


def test_a_later_study_starts_from_what_was_verified(studied, tmp_path):
    process, _, url, _ = studied
    text = STUDIES[process].replace(f'name = "{process}"', 'name = "later"')
    text = text.replace("trials = 6", 'trials = 8\nseeds = ["history", "energy"]')
    opened = create_study(write_study(tmp_path, text), url)
    first = {trial.steps: trial for trial in reversed(opened.queue.trials())}
    for budget in best(process, url).budgets:
        assert first[budget.steps].label == f"history: {process}, {budget.steps} steps"
        assert first[budget.steps].candidate == budget.candidate


@pytest.mark.parametrize("process", STUDIES)
def test_a_network_of_the_user_beside_the_study_file(tmp_path, process):
    module = f"own_{process}"
    path, url = write_study(tmp_path, own_study(tmp_path, process, module)), database(tmp_path)
    found = only(succeed("run", path, "--storage", url).output)
    assert "Traceback" not in found
    assert "all is well" in succeed("doctor", path, "--storage", url).stdout
    texts = succeed("sample", process, "--steps", "2", "--storage", url).stdout.splitlines()
    assert all(re.fullmatch(r"[0-4] [0-4] [0-4]", text) for text in texts)
    # Another source of the module is not silently the same study.
    (tmp_path / f"{module}.py").write_text(
        (tmp_path / f"{module}.py").read_text().replace("4, 3", "4, 3, bias=False")
        if process == "births"
        else (tmp_path / f"{module}.py").read_text().replace("alpha * hidden", "hidden")
    )
    sys.modules.pop(module, None)
    changed = invoke("run", path, "--storage", url)
    assert changed.exit_code == 2
    assert len(changed.stderr.splitlines()) == 1


@pytest.mark.slow
@pytest.mark.parametrize("process", STUDIES)
def test_a_metric_of_the_user_races(tmp_path, process):
    text = own_study(tmp_path, process, f"raced_{process}", "total")
    settings = {
        "births": '[sampler]\nbirths = "binomial"\n[space]',
        "uniform": '[sampler]\nstep = "flow"\nfirst_alpha = 0.02\nlast_alpha = 0.95\n[space]',
    }
    text = text.replace("[space]", settings[process]).replace(
        "instances = 16", "instances = 64", 1
    )
    path, url = write_study(tmp_path, text, trials="8", steps="[2]"), database(tmp_path)
    only(succeed("run", path, "--storage", url).output)
    shown = json.loads(succeed("study", "show", process, "--json", "--storage", url).stdout)
    assert shown["finished"] == 8
    # An edited module is another metric, until somebody says that it is not.
    module = tmp_path / f"raced_{process}.py"
    module.write_text(module.read_text() + "\n# Nothing else.\n")
    assert invoke("run", path, "--storage", url).exit_code == 2
    succeed("study", "accept", process, "--reason", "a comment", "--storage", url)
    succeed("run", path, "--storage", url)


@pytest.mark.slow
@pytest.mark.parametrize("process", STUDIES)
def test_a_killed_run_goes_on_where_it_was(tmp_path, process):
    text = own_study(tmp_path, process, f"killed_{process}", "slow_total")
    path, url = write_study(tmp_path, text, steps="[2]"), database(tmp_path)
    command = [sys.executable, "-m", "mdm_opt", "run", str(path), "--storage", url]
    process_ = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    deadline = time.monotonic() + 120
    while not (tmp_path / "test.db").exists() or finished(process, url) < 2:
        assert time.monotonic() < deadline
        assert process_.poll() is None, process_.communicate()[0]
        time.sleep(0.1)
    os.kill(process_.pid, signal.SIGKILL)
    process_.communicate()
    before = finished(process, url)
    assert 2 <= before < 6
    succeed("run", path, "--storage", url)
    assert finished(process, url) == 6


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.parametrize("process", STUDIES)
def test_two_workers_share_a_study(tmp_path, process, postgres_url):
    text = own_study(tmp_path, process, f"shared_{process}", "slow_total")
    path = write_study(tmp_path, text, trials="8", sequences="8")
    succeed("study", "create", path, "--storage", postgres_url)
    command = [sys.executable, "-m", "mdm_opt", "worker", process, "--storage", postgres_url]
    workers = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(2)
    ]
    said = [worker.communicate(timeout=240)[0] for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0], said
    shown = json.loads(
        succeed("study", "show", process, "--json", "--storage", postgres_url).stdout
    )
    assert (shown["finished"], shown["running"], shown["failed"]) == (8, 0, 0)
    assert "best: beta(" in succeed("verify", process, "--storage", postgres_url).stdout


def finished(name, url):
    result = invoke("study", "show", name, "--json", "--storage", url)
    return json.loads(result.stdout)["finished"] if result.exit_code == 0 else 0


DIGITS = """
[study]
name = "digits"
[model]
kind = "digits"
device = "cpu"
[space]
steps = [4]
[objective]
kind = "energy_distance"
references = "references.txt"
instances = 16
[search]
trials = 4
seeds = ["energy", "baselines"]
[verify]
instances = 16
top = 2
equal_linear = false
"""


def test_digits_are_shown_as_pictures(tmp_path):
    rows = [" ".join(str((row * place) % 17) for place in range(64)) for row in range(20)]
    (tmp_path / "references.txt").write_text("\n".join(rows))
    path, url = write_study(tmp_path, DIGITS), database(tmp_path)
    only(succeed("run", path, "--storage", url).output)
    texts = succeed("sample", "digits", "--count", "2", "--storage", url).stdout.splitlines()
    assert all(picture(text) is not None for text in texts)
    succeed("report", "digits", "--out", tmp_path / "a.html", "--storage", url)
    assert '<img src="data:image/png;base64,' in (tmp_path / "a.html").read_text()
    found = succeed("doctor", path, "--storage", url).stdout
    assert "64 counts from 0 to 16" in found
    assert "for a picture, a picture" in found
    assert "base64" not in found

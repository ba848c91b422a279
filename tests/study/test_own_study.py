"""Whole studies of samplers that are not ours, from the file to the arguments to paste."""

from __future__ import annotations

import json
import runpy
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import torch
from click.testing import CliRunner
from own_samplers import (
    BEST_BOUND,
    BEST_STEPS,
    GEMMA,
    VOWELS,
    tiny_diffusion_gemma,
    toy_study,
    toy_value,
)
from study_contents import to_toml
from study_files import database

import mdm_opt
from mdm_opt.candidates import Candidate
from mdm_opt.cli.main import main
from mdm_opt.config import parse_study
from mdm_opt.measurement import draw, measure
from mdm_opt.objectives.sample_score import SampleScore
from mdm_opt.persistence import Repository
from mdm_opt.processes.own.process import batch_seed
from mdm_opt.results.best import best
from mdm_opt.study.opening import open_study
from mdm_opt.study.problem import build_problem

ROOT = Path(__file__).parents[2]


def run(folder: Path, content: dict[str, Any], *arguments: str) -> str:
    """Runs a study in a folder; its output."""
    path = folder / "study.toml"
    path.write_text(to_toml(content))
    return command("run", str(path), *arguments, "--storage", database(folder))


def command(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("toy")
    return folder, run(folder, toy_study(folder, "toy_whole", sampler__batch=2))


@pytest.mark.slow
def test_a_study_finds_the_known_best_setting_of_a_function(toy: tuple[Path, str]) -> None:
    folder, said = toy
    (budget,) = best("toy", database(folder)).budgets
    found = budget.candidate.parameters
    assert budget.verified
    assert found["mode"] == "plain"
    # At most 4 calls, and no fewer than are worth it.
    assert found["steps"] == BEST_STEPS
    assert budget.nfe == BEST_STEPS
    # The noise of a mean of 8 answers is 0.01 / sqrt(8); the search need not end at the optimum.
    assert budget.value > toy_value(BEST_STEPS, BEST_BOUND) - 0.2
    assert budget.gain_over_linear is None
    assert budget.gain_over_baseline is not None
    assert budget.gain_over_baseline.interval[0] > 0
    assert budget.baselines["baseline"].label == "bound 0.1, mode plain, steps 6"
    assert budget.baselines["baseline"].nfe == 6
    assert "gain over baseline" in said
    assert "better than the baseline bound 0.1, mode plain, steps 6, with 4 calls" in said


@pytest.mark.slow
def test_the_present_setting_is_the_first_seed(toy: tuple[Path, str]) -> None:
    folder, _ = toy
    records = Repository(database(folder), create=False).measurements("toy", ["search"])
    assert records[0].label == "user: present setting"
    assert records[0].guards == {"calls": 2.0}
    # Kept and read back with their types.
    assert all(type(one.candidate.parameters["steps"]) is int for one in records)
    assert any("extra" in one.candidate.parameters for one in records)


def test_json_has_the_arguments_in_a_table(toy: tuple[Path, str]) -> None:
    folder, _ = toy
    shown = json.loads(command("best", "toy", "--json", "--storage", database(folder)))
    (budget,) = shown["budgets"]
    assert budget["family"] == "arguments"
    assert {"bound", "mode", "steps"} <= budget["arguments"].keys()
    assert budget["arguments"].keys() <= {"bound", "extra", "mode", "steps"}
    assert budget["steps"] == 4
    assert "calls_reported" not in shown


def test_exports_repeat_the_verified_value(toy: tuple[Path, str]) -> None:
    folder, _ = toy
    url, file = database(folder), folder / "toy.json"
    command("export", "toy", "--out", str(file), "--storage", url)
    command("export", "toy", "--format", "python", "--out", str(folder / "t.py"), "--storage", url)
    loaded = mdm_opt.load_schedule(file)
    pasted = runpy.run_path(str(folder / "t.py"))["ARGUMENTS"]
    assert loaded.keywords == pasted
    assert mdm_opt.load_schedule(folder / "t.py").keywords == pasted
    opened = open_study("toy", url)
    again = measure(opened.problem, loaded.candidate, opened.sets.ids("verification"))
    assert again.value == loaded.result.value
    assert again.nfe == loaded.result.nfe


def test_everything_else_serves_it(toy: tuple[Path, str]) -> None:
    folder, _ = toy
    url, study = database(folder), str(folder / "study.toml")
    assert len(command("sample", "toy", "--count", "2", "--storage", url).splitlines()) == 2
    report = folder / "report.html"
    command("report", "toy", "--out", str(report), "--storage", url)
    assert "bound 0.1, mode plain, steps 6" in report.read_text()
    doctor = command("doctor", study, "--storage", url)
    assert "4 of 4 answers differ between batches of 1 and of 4" in doctor
    assert "6 model calls of an answer, counted" in doctor
    refused = command("sample", "toy", "--schedule", "linear", "--storage", url, code=2)
    assert "a sampler of your own knows no schedules" in refused
    refused = command("profile", study, "--storage", url, code=2)
    assert "a profile predicts nothing of a sampler of your own" in refused
    refused = command("export", "toy", "--format", "llada", "--storage", url, code=2)
    assert "formats for it: json, python" in refused


def test_the_fewest_calls_keep_the_present_setting(tmp_path: Path) -> None:
    good = {"steps": 3, "bound": 0.3, "mode": "plain"}
    search = {"goal": "calls", "margin": 0.3, "trials": 4, "seeds": ["baselines", good]}
    content = toy_study(tmp_path, "toy_goal", search=search, space__steps=[3, 5])
    said = run(tmp_path, content)
    found = best("toy", database(tmp_path))
    assert found.goal is not None
    assert found.goal.reference == "bound 0.1, mode plain, steps 6"
    assert found.goal.steps == 3, said
    assert [one.candidate.parameters for one in found.budgets] == [good, good]


@pytest.fixture(scope="module")
def no_compiler() -> Iterator[None]:
    """Its generate tells torch's compiler of every step, which takes seconds to import."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.compiler, "cudagraph_mark_step_begin", lambda: None)
        yield


@pytest.fixture(scope="module")
def gemma(tmp_path_factory: pytest.TempPathFactory, no_compiler: None) -> Path:
    folder = tmp_path_factory.mktemp("gemma")
    tiny_diffusion_gemma(folder / "gemma")
    (folder / "gemma_metric.py").write_text(VOWELS)
    content = json.loads(json.dumps(GEMMA).replace("MODULE", "gemma_metric"))
    run(folder, content)
    return folder


def test_diffusion_gemma_is_searched_through_its_own_generate(gemma: Path) -> None:
    (budget,) = best("gemma", database(gemma)).budgets
    assert budget.verified
    assert budget.candidate.parameters.keys() == {
        "entropy_bound",
        "max_denoising_steps",
        "t_max",
        "t_min",
    }
    assert budget.baselines["baseline"].label == (
        "entropy_bound 0.1, max_denoising_steps 4, t_max 0.8, t_min 0.4"
    )
    assert budget.nfe <= 3


def test_its_calls_are_those_that_another_hook_counts(gemma: Path) -> None:
    opened = open_study("gemma", database(gemma))
    (budget,) = best("gemma", database(gemma)).budgets
    model, passes = opened.problem.denoiser.module, []
    assert type(model).__name__ == "DiffusionGemmaForBlockDiffusion"
    # Its generate calls `self.forward`, which hooks of the model itself do not see.
    handle = model.model.decoder.register_forward_hook(lambda *_: passes.append(1))
    for candidate in (budget.candidate, budget.baselines["baseline"].candidate):
        passes.clear()
        found = measure(opened.problem, candidate, range(3))
        assert found.calls.sum() == len(passes)
        assert found.sequence_calls == len(passes)
        assert len(passes) > 0
    handle.remove()


def test_its_exported_arguments_repeat_the_verified_value(gemma: Path) -> None:
    url, file = database(gemma), gemma / "found.py"
    export = ["export", "gemma", "--format", "python", "--found", "--out", str(file)]
    command(*export, "--storage", url)
    pasted = runpy.run_path(str(file))
    opened = open_study("gemma", url)
    model, tokenizer = opened.problem.denoiser.module, opened.problem.denoiser.tokenizer
    given = pasted["keywords"](model)
    assert given["sampler_config"].entropy_bound == pasted["ARGUMENTS"]["entropy_bound"]
    schedule = mdm_opt.load_schedule(file)

    def pasted_answers(instances: range) -> list[str]:
        texts = []
        for instance in instances:
            torch.manual_seed(batch_seed(0, instance))
            ids = torch.tensor([[tokenizer.bos_token_id]])
            answer = model.generate(ids, max_new_tokens=pasted["LENGTH"], **given).sequences[0, 1:]
            kept = answer.tolist()
            if tokenizer.eos_token_id in kept:
                kept = kept[: kept.index(tokenizer.eos_token_id)]
            texts.append(tokenizer.decode(kept, skip_special_tokens=True))
        return texts

    texts = pasted_answers(opened.sets.ids("verification"))
    judge = opened.problem.objective
    assert isinstance(judge, SampleScore)
    assert judge._call(texts).mean() == schedule.result.value


def test_answers_to_prompts_are_scored_in_batches(gemma: Path) -> None:
    lines = [{"prompt": "ab" * (1 + i % 2), "reference": "a"} for i in range(2)]
    lines += [{"prompt": f"{chr(99 + i)}d", "reference": "b"} for i in range(10)]
    (gemma / "tasks.jsonl").write_text("\n".join(map(json.dumps, lines)))
    objective = {"kind": "task", "data": "tasks.jsonl", "instances": 4, "score": "exact_match"}
    content = json.loads(json.dumps(GEMMA)) | {"objective": objective}
    content["sampler"]["batch"] = 2
    problem = build_problem(parse_study(content, ""), gemma)
    candidate = Candidate("arguments", 3, {"max_denoising_steps": 2, "t_min": 0.1})
    whole = draw(problem, candidate, range(4))
    # A prompt begins as the study says, and answers are what comes after it.
    assert all(row[0] == 2 for row in problem.prompt_ids(range(4)) or [])
    assert all(len(text.split()) <= 8 for text in whole.texts)
    assert draw(problem, candidate, [3, 0]).texts == (whole.texts[3], whole.texts[0])
    assert whole.sequence_calls == 4 * 2
    assert measure(problem, candidate, range(4)).scores.shape == (4,)


class Server(BaseHTTPRequestHandler):
    """Answers as an OpenAI-compatible server does, in 8 passes, or fewer at a low threshold."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert {"prompt", "max_tokens", "seed"} <= asked.keys()
        passes = 2 + round(6 * asked["threshold"])
        text = f"{asked['prompt']}{'x' * passes}"
        answer = {"choices": [{"text": text}], "usage": {"forward_passes": passes}}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def test_the_documented_function_asks_a_server(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "own-sampler.md").read_text()
    (code,) = [b.split("```")[0] for b in page.split("```python\n") if "/v1/completions" in b]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        address = f"http://127.0.0.1:{server.server_address[1]}"
        code = code.replace("http://localhost:30000", address)
        score = "\n\ndef score(samples):\n    return [text.count('x') for text in samples]\n"
        (tmp_path / "my_server.py").write_text(code + score)
        content = {
            "study": {"name": "served"},
            "model": {"kind": "served", "name": "stand-in", "length": 8},
            "sampler": {"kind": "my_server:complete", "arguments": {"temperature": 0.5}},
            "space": {"steps": [6], "arguments": {"threshold": {"low": 0.0, "high": 1.0}}},
            "objective": {"kind": "my_server:score", "direction": "maximize", "instances": 4},
            "search": {"trials": 6},
            "verify": {"instances": 4, "top": 1},
        }
        said = run(tmp_path, content)
    finally:
        server.shutdown()
        server.server_close()
    found = best("served", database(tmp_path))
    assert found.calls_reported
    assert "calls are as the function reports them" in said
    (budget,) = found.budgets
    assert budget.nfe == budget.value <= 6
    assert budget.baselines["baseline"].label == "threshold 0.9"
    assert budget.baselines["baseline"].nfe == 7

"""Bad studies of births and uniform corruption: one line, exit code 2 (1 at run time)."""

from __future__ import annotations

import pytest
from commands import invoke
from process_studies import BIRTHS, UNIFORM
from study_files import database

SPACE = "[space]"


def refused(folder, text, code=2):
    """Runs a study file that must fail before anything is written; returns its one line."""
    path = folder / "study.toml"
    path.write_text(text)
    result = invoke("run", path, "--storage", database(folder))
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    (line,) = result.stderr.splitlines()
    assert line.startswith("error: ")
    assert not list(folder.glob("*.db")), "something was written"
    return line


def sampler(keys, text):
    return text.replace(SPACE, f"[sampler]\n{keys}\n{SPACE}")


def space(keys, text=BIRTHS):
    return text.replace(SPACE, f"{SPACE}\n{keys}")


def objective(kind, text):
    return text.replace('kind = "path_kl"\ninstances = 16', kind)


OTHER = "is not accepted: {} cannot be searched; nothing of this sampler can"
STUDIES = {
    "order of births": (sampler('order = "random"', BIRTHS), "order: unknown key; known: births"),
    "step of births": (sampler('step = "flow"', BIRTHS), "step: unknown key; known: births"),
    "births of uniform": (sampler('births = "poisson"', UNIFORM), "births: unknown key"),
    "unknown births": (sampler('births = "x"', BIRTHS), "[sampler] births: 'x' is not accepted"),
    "first alpha above 1": (sampler("first_alpha = 1.5", UNIFORM), "[sampler] first_alpha: 1.5"),
    "first alpha below 0": (sampler("first_alpha = -0.1", UNIFORM), "[sampler] first_alpha: -0.1"),
    "first alpha NaN": (sampler("first_alpha = nan", UNIFORM), "[sampler] first_alpha: nan"),
    "last alpha 0": (sampler("last_alpha = 0.0", UNIFORM), "[sampler] last_alpha: 0.0"),
    "last alpha above 1": (sampler("last_alpha = 2.0", UNIFORM), "[sampler] last_alpha: 2.0"),
    "alphas that fall": (
        sampler("first_alpha = 0.5\nlast_alpha = 0.5", UNIFORM),
        "first_alpha = 0.5 must be below last_alpha = 0.5",
    ),
    "rates from nothing": (sampler('step = "euler"', UNIFORM), "needs first_alpha above 0"),
    "path KL of the flow": (
        sampler('step = "flow"\nfirst_alpha = 0.01', UNIFORM),
        "'path_kl' is not accepted with step = 'flow'",
    ),
    "path KL of binomial births": (
        sampler('births = "binomial"', BIRTHS),
        "'path_kl' is not accepted with births = 'binomial'",
    ),
    "order searched": (space('order = ["random"]'), OTHER.format("order")),
    "temperature searched": (space("temperature = [0.5, 1.0]"), OTHER.format("temperature")),
    "free counts": (space('family = "free"'), "which steps of the process 'births' do not"),
    **{
        f"{family} of {process}": (
            space(f'family = "{family}"', text),
            f"models of process '{process}' are not sampled by rules",
        )
        for family in ("threshold", "adaptive", "entropy_bound")
        for process, text in (("births", BIRTHS), ("uniform", UNIFORM))
    },
    "prompts": (
        objective('kind = "lm_eval"\ntask = "gsm8k"', BIRTHS),
        "asks for answers to prompts, which models of process 'births' do not take",
    ),
    "kernel of births": (
        BIRTHS.replace(SPACE, f'kernel = "uniform"\n{SPACE}'), "kernel is for process = 'uniform'",
    ),
    "unknown kernel": (
        UNIFORM.replace(SPACE, f'kernel = "gauss"\n{SPACE}'), "[model] kernel: 'gauss'",
    ),
    "kernel of no width": (
        UNIFORM.replace(SPACE, f'kernel = "gaussian(0, 4)"\n{SPACE}'), "kernel: 'gaussian(0, 4)'",
    ),
    "unknown process": (
        BIRTHS.replace('process = "births"', 'process = "birth"'), "[model] process: 'birth'",
    ),
    "no steps": (BIRTHS.replace("steps = [2, 4]", "steps = [0]"), "[space] steps.0: 0"),
    "too large a law of counts": (
        objective('kind = "divergence"', BIRTHS.replace('"bimodal"', '"sudoku4"')),
        "a law of 16 counts of 0..3 has 4294967296 states; at most 4096 can be enumerated",
    ),
    "too large a law of tokens": (
        objective('kind = "divergence"', UNIFORM.replace('"toy_extremes"', '"sudoku4"')),
        "a law of 16 tokens out of 4 has 4294967296 sequences; at most 4096 can be enumerated",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", STUDIES)
def test_a_study_that_does_not_fit_its_process_is_refused(tmp_path, case):
    text, said = STUDIES[case]
    assert said in refused(tmp_path, text)


MODELS = """
import torch

import mdm_opt


class Texts:
    length, fingerprint, device = 3, "own", torch.device("cpu")

    def decode(self, tokens):
        return [" ".join(map(str, row)) for row in tokens.tolist()]

    def encode(self, texts):
        return torch.tensor([[int(word) for word in text.split()] for text in texts])


class Rates(Texts):
    max_count = 4

    def __init__(self, change):
        self.change = change

    def rates(self, counts, alpha):
        rates = torch.ones(counts.shape)
        return self.change(rates) if alpha > 0 else rates


class Law(Texts):
    vocab_size = 4

    def __init__(self, change, kernel="uniform"):
        self.change, self.kernel = change, kernel

    def log_probs_at(self, tokens, alpha):
        found = torch.zeros(*tokens.shape, 4).log_softmax(-1)
        return self.change(found) if alpha > 0 else found


def rates(kind):
    return Rates({
        "fine": lambda r: r, "nan": lambda r: r * torch.nan, "negative": lambda r: -r,
        "infinite": lambda r: r / 0, "shape": lambda r: r[:, :1], "none": lambda r: None,
        "raises": lambda r: 1 // 0,
    }[kind])


def law(kind):
    return Law({
        "fine": lambda p: p, "nan": lambda p: p * torch.nan, "sums": lambda p: p + 1,
        "shape": lambda p: p[..., :2], "none": lambda p: None, "raises": lambda p: 1 // 0,
        "kernel": lambda p: p,
    }[kind], "foo" if kind == "kernel" else "uniform")


def first(kind):
    answers = {"nan": torch.nan, "negative": -1.0, "infinite": torch.inf}
    return mdm_opt.TorchRates(
        lambda counts, alpha: torch.full(counts.shape, answers[kind]), length=3, max_count=4
    )
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One for all tests: a process loads one module of a name."""
    made = tmp_path_factory.mktemp("models")
    (made / "bad_process_models.py").write_text(MODELS)
    return made


def plugin(made, kind, process):
    law = 'law = "bimodal"' if process == "births" else 'law = "toy_extremes"'
    text = (BIRTHS if process == "births" else UNIFORM).replace(
        f'kind = "enumerated"\n{law}', f'kind = "bad_process_models:{made}"'
    )
    return text.replace(SPACE, f'options = {{ kind = "{kind}" }}\n{SPACE}')


@pytest.mark.parametrize(
    ("made", "kind", "said"),
    [
        ("rates", "nan", "the model's rates at alpha = "),
        ("rates", "negative", "finite numbers of at least 0 are expected"),
        ("rates", "infinite", "finite numbers of at least 0 are expected"),
        ("rates", "shape", "one rate for each of the counts of shape"),
        ("rates", "none", "the model answered with NoneType at alpha = "),
        ("rates", "raises", "raised ZeroDivisionError"),
        ("law", "nan", "probabilities of a clean token are NaN"),
        ("law", "sums", "log-probabilities of a clean token are not normalised"),
        ("law", "shape", "log-probabilities (2, 3, 4) are expected"),
        ("law", "none", "the model answers with NoneType"),
        ("law", "raises", "raised ZeroDivisionError"),
    ],
)
def test_a_model_that_answers_with_what_is_no_answer_fails_in_one_line(folder, made, kind, said):
    process = "births" if made == "rates" else "uniform"
    assert said in refused(folder, plugin(made, kind, process), code=1)


@pytest.mark.parametrize(
    ("made", "kind", "process", "said"),
    [
        ("rates", "fine", "uniform", "returned a rate model, and [model] process is 'uniform'"),
        ("law", "fine", "births", "a law of clean tokens, and [model] process is 'births'"),
        ("law", "kernel", "uniform", "no kernel named 'foo'"),
        ("first", "nan", "births", "rates for counts of nothing but zeros have nan"),
        ("first", "negative", "births", "rates for counts of nothing but zeros have -1.0"),
        ("first", "infinite", "births", "rates for counts of nothing but zeros have inf"),
    ],
)  # fmt: skip
def test_a_model_that_does_not_fit_is_refused(folder, made, kind, process, said):
    assert said in refused(folder, plugin(made, kind, process))


@pytest.mark.parametrize("process", ["births", "uniform"])
@pytest.mark.parametrize(
    ("line", "said"), [("1 2 9", " 9 is not accepted"), ("1 2 -1", " -1 is not accepted")]
)
def test_references_beyond_what_a_model_writes_are_refused(folder, process, line, said):
    (folder / "references.txt").write_text(f"{line}\n0 1 2\n" * 40)
    made = "rates" if process == "births" else "law"
    text = plugin(made, "fine", process).replace(
        "instances = 16", 'instances = 16\nreferences = "references.txt"', 1
    )
    found = refused(folder, text)
    assert "[objective] references: " in found
    assert said in found
    assert f"run from 0 to {4 if process == 'births' else 3}" in found


def test_references_of_an_enumerated_law_are_refused(tmp_path):
    (tmp_path / "references.txt").write_text("9\n" * 40)
    text = BIRTHS.replace("instances = 16", 'instances = 16\nreferences = "references.txt"', 1)
    assert "'9' is no sequence of 1 out of '012345678'" in refused(tmp_path, text)

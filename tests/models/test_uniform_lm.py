"""Language models of uniform corruption with code of their own, in the manner of UDLM and Duo."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from language_models import LETTERS, write_checkpoint
from study_contents import refusal as study_refusal
from study_contents import with_value

from mdm_opt import config
from mdm_opt.candidates import UniformDecoding, baseline, beta
from mdm_opt.errors import InputError
from mdm_opt.measurement import Problem, measure
from mdm_opt.models.base import TimedLaw, process_name
from mdm_opt.models.loading import load_huggingface, load_huggingface_law
from mdm_opt.models.registry import build_denoiser
from mdm_opt.models.uniform_lm import HuggingFaceLaw
from mdm_opt.objectives.path_kl import PathKl

LENGTH, VOCAB = 6, 11


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_checkpoint(tmp_path_factory.mktemp("duo") / "duo", "duo")


def load(folder: Path, **keys: Any) -> HuggingFaceLaw:
    given = {"length": LENGTH, "device": "cpu", "trust_remote_code": True}
    return load_huggingface_law(str(folder), **{**given, **keys})


def refusal(folder: Path, **keys: Any) -> str:
    with pytest.raises(InputError) as caught:
        load(folder, **keys)
    message = str(caught.value)
    assert "\n" not in message
    return message


def direct(law: HuggingFaceLaw, tokens: torch.Tensor, time: float) -> torch.Tensor:
    """What the checkpoint's own code answers at a time."""
    with torch.inference_mode():
        answer: Any = law.model(
            input_ids=tokens, timesteps=torch.full((len(tokens),), time), return_dict=True
        )
    found: torch.Tensor = answer.logits.log_softmax(-1)
    return found


def noise(rows: int = 3) -> torch.Tensor:
    return torch.randint(VOCAB, (rows, LENGTH), generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("alpha", [0.0, 1e-3, 0.2, 0.9])
def test_the_time_is_minus_the_logarithm_of_alpha(folder: Path, alpha: float) -> None:
    law, tokens = load(folder), noise()
    found = law.log_probs_at(tokens, alpha)
    assert found.shape == (3, LENGTH, VOCAB)
    # Below the least alpha that it was trained on it is asked as there.
    expected = direct(law, tokens, -math.log(max(alpha, 1e-3)))
    assert torch.allclose(found, expected, atol=1e-5)
    assert torch.allclose(found.exp().sum(-1), torch.ones(3, LENGTH), atol=1e-5)


def test_other_conventions_can_be_said(folder: Path) -> None:
    tokens = noise()
    by_alpha = load(folder, time="alpha", least_alpha=0.05)
    for alpha, time in [(0.3, 0.3), (0.0, 0.05)]:
        found = by_alpha.log_probs_at(tokens, alpha)
        assert torch.allclose(found, direct(by_alpha, tokens, time), atol=1e-5)
    others: list[dict[str, Any]] = [{}, {"time": "alpha"}, {"least_alpha": 0.05}, {"length": 5}]
    assert len({load(folder, **keys).fingerprint for keys in others}) == 4


def test_an_argument_may_be_called_sigma(tmp_path: Path) -> None:
    path = write_checkpoint(tmp_path / "named", "duo")
    plain, tokens = load(path), noise()
    expected = plain.log_probs_at(tokens, 0.3)
    code = path / "modeling_duo.py"
    code.write_text(
        code.read_text()
        .replace("timesteps=None", "sigma=None")
        .replace("sigma=timesteps", "sigma=sigma")
    )
    named = load(path)
    assert torch.equal(named.log_probs_at(tokens, 0.3), expected)
    assert named.fingerprint != plain.fingerprint


def test_texts_are_those_of_the_tokenizer(folder: Path) -> None:
    law = load(folder)
    rows = law.encode([LETTERS])
    assert rows.tolist() == [[4, 5, 6, 7, 8, 9]]
    (text,) = law.decode(rows)
    assert text.replace(" ", "") == LETTERS
    # The last id of the logits is none of the tokenizer's.
    assert law.decode(torch.tensor([[4, 10, 5, 10, 10, 6]])) == law.decode(
        torch.tensor([[4, 5, 6]])
    )
    with pytest.raises(InputError, match="has 3 tokens, not 6"):
        law.encode(["abc"])


def test_it_is_sampled_and_measured_as_any_law(folder: Path) -> None:
    loaded = load(folder)
    assert isinstance(loaded, TimedLaw)
    law: Any = loaded
    assert process_name(law) == "uniform"
    asked = Problem(law, PathKl(), 0, UniformDecoding())
    found = measure(asked, baseline("linear", 4), range(4))
    assert found.nfe == 4
    again = Problem(law, PathKl(), 0, UniformDecoding(), batch_size=3)
    other = measure(again, baseline("linear", 4), range(4))
    assert other.scores == pytest.approx(found.scores, abs=1e-3)
    assert measure(asked, beta(0.3, 0.5, 4), range(4)).scores.shape == (4,)


def test_a_study_file_names_it(folder: Path) -> None:
    keys: dict[str, Any] = {
        **{"kind": "huggingface", "path": str(folder), "length": LENGTH, "device": "cpu"},
        **{"trust_remote_code": True, "revision": "main", "process": "uniform"},
    }
    built = build_denoiser(config.HuggingFaceModel(**keys), None)
    assert built.fingerprint == load(folder).fingerprint
    other = config.HuggingFaceModel(**keys, time="alpha", least_alpha=0.01)
    assert (
        build_denoiser(other, None).fingerprint
        == load(folder, time="alpha", least_alpha=0.01).fingerprint
    )
    refused: list[tuple[dict[str, Any], str]] = [
        ({"mask_token": "a"}, "mask_token is for process = 'masked', got process = 'uniform'"),
        ({"prefix": []}, "prefix is for process = 'masked'"),
        ({"process": "masked", "time": "sigma"}, "time is for process = 'uniform'"),
        ({"time": "t"}, "[model] time: 't' is not accepted"),
        ({"least_alpha": 0}, "[model] least_alpha: 0 is not accepted"),
        ({"process": "births"}, "[model] process: 'births' is not accepted"),
    ]
    for more, said in refused:
        assert said in study_refusal(with_value("model", keys | more))
    judge = {"kind": "judge_nll", "judge": keys}
    assert "judge.process: 'uniform' is not accepted" in study_refusal(
        with_value("objective", judge)
    )


def test_what_does_not_fit_is_refused(folder: Path, tmp_path: Path) -> None:
    assert "runs only with trust_remote_code" in refusal(folder, trust_remote_code=False)
    assert "65 tokens exceed the model's 64 positions" in refusal(folder, length=65)
    with pytest.raises(InputError, match=r"is a Duo model .* needs \[model\] process = 'uniform'"):
        load_huggingface(str(folder), length=LENGTH, device="cpu", trust_remote_code=True)
    mdlm = write_checkpoint(tmp_path / "mdlm", "mdlm")
    assert "predicts masked tokens" in refusal(mdlm)
    broken = write_checkpoint(tmp_path / "broken", "duo")
    code = broken / "modeling_duo.py"
    source = code.read_text()
    code.write_text(source.replace("logits=logits)", "logits=logits * float('nan'))"))
    assert "log-probabilities at alpha = 0 are no finite numbers" in refusal(broken)
    code.write_text(source.replace("timesteps=None", "when=None").replace("=timesteps", "=when"))
    assert "DUO takes no time (timesteps or sigma)" in refusal(broken)

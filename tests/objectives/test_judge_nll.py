"""Judges: causal and masked, the entropy guard, and what is refused."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    AutoModelForCausalLM,
    GPT2Config,
    GPT2LMHeadModel,
    PreTrainedTokenizerFast,
)

from mdm_opt import config
from mdm_opt.candidates import beta
from mdm_opt.errors import InputError, RunError
from mdm_opt.measurement import Problem, measure
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import EnumeratedLaw, sudoku4, toy_balanced, toy_extremes
from mdm_opt.objectives.base import Objective
from mdm_opt.objectives.entropy import unigram_entropy
from mdm_opt.objectives.judge_nll import JudgeNll, causal_judge, masked_judge
from mdm_opt.objectives.registry import Build, build_objective
from mdm_opt.processes import generate, instance_noise

NAMES = ["<unk>", "<bos>", "a", "b", "c"]
POSITIONS = 12
TEXTS = ["abcab", "b", "ccccccccccc", "ab", "cabbage"]
CANDIDATE = beta(0.5, 0.5, 2)


def save_judge(folder: Path, *, bos: bool) -> Path:
    """A tiny random GPT-2 that reads one letter a token; id 0, also its padding, is unknown."""
    tokenizer = Tokenizer(
        models.WordLevel({name: index for index, name in enumerate(NAMES)}, unk_token="<unk>")
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    kinds = {"unk_token": "<unk>"} | ({"bos_token": "<bos>"} if bos else {})
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **kinds).save_pretrained(folder)
    torch.manual_seed(0)
    sizes = {"n_positions": POSITIONS, "n_embd": 16, "n_layer": 2, "n_head": 2}
    GPT2LMHeadModel(
        GPT2Config(
            vocab_size=len(NAMES),
            bos_token_id=1,
            eos_token_id=0,
            initializer_range=0.5,
            **sizes,
        )
    ).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module", params=[True, False], ids=["bos", "no_bos"])
def judge_folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_judge(tmp_path_factory.mktemp("judge"), bos=request.param)


def with_bos(folder: Path) -> bool:
    return "<bos>" in (folder / "tokenizer_config.json").read_text()


def direct_nll(folder: Path, text: str) -> float:
    """Mean -log p of each token given the ones before, one model call a token."""
    model = AutoModelForCausalLM.from_pretrained(folder).eval()
    ids = [NAMES.index(letter) if letter in NAMES else 0 for letter in text]
    ids = [1, *ids] if with_bos(folder) else ids
    total = 0.0
    for end in range(1, len(ids)):
        with torch.no_grad():
            logits = model(input_ids=torch.tensor([ids[:end]])).logits[0, -1]
        total -= logits.double().log_softmax(-1)[ids[end]].item()
    return total / (len(ids) - 1)


def test_causal_judge_equals_a_direct_computation(judge_folder: Path) -> None:
    texts = [text for text in TEXTS if with_bos(judge_folder) or len(text) > 1]
    judge, _ = causal_judge(str(judge_folder), device="cpu")
    values, calls = judge(texts)
    assert values.dtype == np.float64
    assert calls == len(texts)
    expected = [direct_nll(judge_folder, text) for text in texts]
    # float32 logits below 32: a few units of 32 * 2^-24 = 2e-6.
    np.testing.assert_allclose(values, expected, rtol=0, atol=2e-5)
    assert np.ptp(values) > 0.1


@pytest.mark.parametrize("batch_size", [1, 2, 64])
def test_padding_and_batches_do_not_matter(judge_folder: Path, batch_size: int) -> None:
    texts = ["ab", "abcabcabcab", "ba", "abc"]
    judge, _ = causal_judge(str(judge_folder), device="cpu", batch_size=batch_size)
    alone = [judge([text])[0][0] for text in texts]
    np.testing.assert_allclose(judge(texts)[0], alone, rtol=0, atol=2e-5)


def test_text_without_a_predicted_token_is_an_error(tmp_path: Path) -> None:
    folder = save_judge(tmp_path, bos=False)
    judge, _ = causal_judge(str(folder), device="cpu")
    assert np.isnan(judge(["a"])[0]).all()
    law = EnumeratedLaw.uniform([[0], [1]], "ab")
    asked = Problem(EnumeratedDenoiser(law), JudgeNll(judge), seed=0)
    with pytest.raises(RunError, match="'judge_nll' returned nan for instance 0"):
        measure(asked, replace(CANDIDATE, steps=1), range(2))


def test_text_longer_than_the_judge_reads_is_one_clear_error(tmp_path: Path) -> None:
    folder = save_judge(tmp_path, bos=True)
    judge, _ = causal_judge(str(folder), device="cpu")
    asked = Problem(EnumeratedDenoiser(sudoku4()), JudgeNll(judge), seed=0)
    with pytest.raises((RunError, InputError)) as caught:
        measure(asked, CANDIDATE, range(2))
    assert "\n" not in str(caught.value)


def test_causal_judge_is_frozen_and_in_evaluation_mode(judge_folder: Path) -> None:
    """Dropout of 0.1 would make two readings differ."""
    judge, _ = causal_judge(str(judge_folder), device="cpu")
    assert np.array_equal(judge(["abcabc"] * 3)[0], judge(["abcabc"] * 3)[0])


def test_fingerprint_follows_the_judge(tmp_path: Path) -> None:
    folders = [save_judge(tmp_path / name, bos=True) for name in ("first", "same", "changed")]
    weights = load_file(folders[2] / "model.safetensors")
    name = next(iter(weights))
    save_file(
        weights | {name: weights[name] + 1},
        folders[2] / "model.safetensors",
        metadata={"format": "pt"},
    )
    first, same, changed = (causal_judge(str(folder), device="cpu")[1] for folder in folders)
    assert first == same != changed
    table = config.CausalJudge(kind="causal", path=str(folders[0]), device="cpu")
    assert build(table).fingerprint == first
    masked = config.EnumeratedModel(kind="enumerated", law="toy_balanced")
    assert build(masked).fingerprint == EnumeratedDenoiser(toy_balanced()).fingerprint


def test_masked_judge_equals_a_direct_computation() -> None:
    rng = np.random.default_rng(0)
    words = np.indices((3,) * 4).reshape(4, -1).T
    weights = rng.dirichlet(np.full(len(words), 0.5)) + 1e-3
    law = EnumeratedLaw(words, weights / weights.sum(), "xyz")
    table = law.probabilities.reshape((3,) * 4)
    texts = ["xyzx", "zzzz", "yxyx"]
    values, calls = masked_judge(EnumeratedDenoiser(law))(texts)
    assert calls == len(texts) * 4
    expected = []
    for text in texts:
        word = ["xyz".index(letter) for letter in text]
        nll = 0.0
        for place in range(4):
            others: list[Any] = [*word]
            others[place] = slice(None)
            line = table[tuple(others)]
            nll -= np.log(line[word[place]] / line.sum())
        expected.append(nll / 4)
    np.testing.assert_allclose(values, expected, rtol=1e-12)


def test_masked_judge_of_a_rigid_law_is_certain_or_impossible() -> None:
    values, _ = masked_judge(EnumeratedDenoiser(toy_extremes()))(["aaaaa", "bbbbb"])
    assert values.tolist() == [0.0, 0.0]
    values, _ = masked_judge(EnumeratedDenoiser(toy_extremes()))(["aaaab"])
    assert values.tolist() == [np.inf]


def judged(min_entropy_nats: float | None, **keys: Any) -> Problem:
    """The balanced toy, judged by the law itself; samples of one step often are all one letter."""
    denoiser = EnumeratedDenoiser(toy_balanced())
    return Problem(
        denoiser,
        JudgeNll(lambda texts: (np.ones(len(texts)), 7), min_entropy_nats),
        seed=0,
        **keys,
    )


def mean_entropy(steps: int, instances: Sequence[int]) -> float:
    asked = judged(None)
    counts = asked.plan(replace(CANDIDATE, steps=steps)).counts
    samples = generate(asked.denoiser, counts, instance_noise(instances, 5, seed=0))
    return float(unigram_entropy(samples.tokens).mean())


def test_without_a_floor_there_is_no_guard() -> None:
    found = measure(judged(None), CANDIDATE, range(10))
    assert found.guards == {}
    assert found.feasible


@pytest.mark.parametrize("batch_size", [3, 64])
def test_guard_decides_at_the_mean_entropy(batch_size: int) -> None:
    entropy = mean_entropy(2, range(20))
    assert 0 < entropy < np.log(2)
    for shift in (-1e-6, 1e-6):
        found = measure(judged(entropy + shift, batch_size=batch_size), CANDIDATE, range(20))
        assert found.guards["entropy"] == pytest.approx(shift, abs=1e-12)
        assert found.feasible == (shift < 0)


def test_calls_of_judge_and_model_are_counted_and_nfe_is_the_models() -> None:
    found = measure(judged(None, batch_size=4), CANDIDATE, range(8))
    assert found.nfe == 2
    assert found.sequence_calls == 8 * 2 + 2 * 7


def build(judge: config.Table, folder: Path | None = None, **keys: Any) -> Objective:
    table = config.JudgeNllObjective(kind="judge_nll", judge=judge, **keys)
    denoiser = EnumeratedDenoiser(toy_balanced())
    return build_objective(table, Build(denoiser, folder, list, 0, 0))


def refusal(judge: config.Table, folder: Path | None = None) -> str:
    with pytest.raises(InputError) as caught:
        build(judge, folder)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_causal_judge_of_a_study_file(tmp_path: Path) -> None:
    folder = save_judge(tmp_path / "judges" / "tiny", bos=True)
    table = config.CausalJudge(kind="causal", path="judges/tiny", device="cpu", batch_size=2)
    objective = build(table, tmp_path, min_entropy_nats=0.1)
    assert (objective.direction, objective.unit) == ("minimize", "nats/token")
    denoiser = EnumeratedDenoiser(toy_balanced())
    asked = Problem(denoiser, objective, seed=0)
    found = measure(asked, CANDIDATE, range(5))
    samples = generate(denoiser, asked.plan(CANDIDATE).counts, instance_noise(range(5), 5, seed=0))
    texts = denoiser.decode(samples.tokens)
    expected = [direct_nll(folder, text) for text in texts]
    np.testing.assert_allclose(found.scores, expected, rtol=0, atol=2e-5)
    assert found.sequence_calls == 5 * 2 + 5
    assert list(found.texts) == texts
    assert set(found.guards) == {"entropy"}


def test_masked_judge_of_a_study_file() -> None:
    objective = build(config.EnumeratedModel(kind="enumerated", law="toy_balanced"))
    denoiser = EnumeratedDenoiser(toy_balanced())
    found = measure(Problem(denoiser, objective, seed=0), replace(CANDIDATE, steps=5), [0, 1])
    # Of three letters of a kind, a hidden one leaves two of each: both letters are as likely.
    # Of two of a kind, a hidden one is certain.
    samples = generate(denoiser, np.ones(5, dtype=np.int64), instance_noise([0, 1], 5, seed=0))
    for score, text in zip(found.scores, denoiser.decode(samples.tokens), strict=True):
        more = max("ab", key=text.count)
        assert text.count(more) == 3
        assert score == pytest.approx(3 * np.log(2) / 5, rel=1e-12)


def test_masked_judge_of_another_length_is_refused() -> None:
    message = refusal(config.EnumeratedModel(kind="enumerated", law="sudoku4"))
    assert message == ("[objective] judge: reads sequences of 16 tokens, the model writes 5")


def test_masked_judge_that_cannot_read_the_samples_is_refused() -> None:
    other = EnumeratedLaw.uniform([[0] * 5, [1] * 5], "xy")
    asked = Problem(
        EnumeratedDenoiser(toy_balanced()),
        JudgeNll(masked_judge(EnumeratedDenoiser(other))),
        seed=0,
    )
    with pytest.raises((RunError, InputError), match="is no sequence of 5 out of 'xy'"):
        measure(asked, CANDIDATE, range(2))


@pytest.mark.parametrize("path", ["./none", "no-such-owner/no-such-judge", "."])
def test_unloadable_judge_is_refused(tmp_path: Path, path: str) -> None:
    message = refusal(config.CausalJudge(kind="causal", path=path, device="cpu"), tmp_path)
    assert path.removeprefix("./") in message or str(tmp_path) in message


def test_unloadable_judge_is_called_a_judge(tmp_path: Path) -> None:
    message = refusal(config.CausalJudge(kind="causal", path="./none"), tmp_path)
    assert message.startswith("[objective] judge")


def test_judge_with_missing_weights_is_refused(tmp_path: Path) -> None:
    folder = save_judge(tmp_path / "judge", bos=True)
    broken = Path(shutil.copytree(folder, tmp_path / "broken"))
    weights = load_file(broken / "model.safetensors")
    kept = {name: tensor for name, tensor in weights.items() if ".h.1." not in name}
    assert len(kept) < len(weights)
    save_file(kept, broken / "model.safetensors", metadata={"format": "pt"})
    message = refusal(config.CausalJudge(kind="causal", path=str(broken), device="cpu"))
    assert str(broken) in message


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_judge_on_an_absent_device_is_refused(tmp_path: Path) -> None:
    save_judge(tmp_path, bos=True)
    message = refusal(config.CausalJudge(kind="causal", path=str(tmp_path), device="cuda"))
    assert "device: 'cuda' is not usable" in message

"""Language models with their own code, through load_huggingface and in a whole study."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from language_models import CLEAN, KINDS, MASK, write_checkpoint
from loaded_models import LENGTH, load, refusal, states

from mdm_opt.candidates import MaskedDecoding
from mdm_opt.cli.main import main
from mdm_opt.config import parse_study
from mdm_opt.errors import InputError
from mdm_opt.models.huggingface import HuggingFaceDenoiser
from mdm_opt.processes import generate, instance_noise


def plain(denoiser: HuggingFaceDenoiser, tokens: torch.Tensor, kind: str) -> torch.Tensor:
    """The model as its users call it, row by row, then letters only."""
    rows = []
    for row in tokens.tolist():
        framed = torch.tensor([[0, *row] if kind == "dream" else row])
        more = {"mdlm": {"timesteps": torch.zeros(1)}, "llada": {"use_cache": False}}
        with torch.no_grad():
            logits = denoiser.model(framed, return_dict=True, **more.get(kind, {})).logits
        if kind == "dream":
            logits = torch.cat([logits[:, :1], logits[:, :-1]], dim=1)[:, 1:]
        letters = torch.full((LENGTH, logits.shape[-1]), -torch.inf)
        letters[:, CLEAN] = logits[0][:, CLEAN].log_softmax(-1)
        rows.append(letters)
    return torch.stack(rows)


@pytest.mark.parametrize("kind", KINDS)
def test_log_probs_are_those_of_a_plain_forward_pass(
    checkpoints: dict[str, Path], kind: str
) -> None:
    denoiser = load(checkpoints[kind], kind)
    tokens, positions = states(1)
    found = denoiser.log_probs(tokens, positions)
    expected = plain(denoiser, tokens, kind)[torch.arange(5)[:, None], positions]
    # Logits below 30 in float32 through some ten operations: 30 * 2^-24 * 10 < 2e-5.
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-4)
    torch.testing.assert_close(found.exp().sum(-1), torch.ones(5, 4), rtol=0, atol=1e-6)
    for row in range(5):
        alone = denoiser.log_probs(tokens[row : row + 1], positions[row : row + 1])
        torch.testing.assert_close(alone[0], found[row], rtol=0, atol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_only_letters_are_generated(checkpoints: dict[str, Path], kind: str) -> None:
    denoiser = load(checkpoints[kind], kind)
    assert denoiser.mask_token_id == MASK
    assert denoiser.vocab_size == {"llada": 64, "dream": 20, "mdlm": 11}[kind]
    noise = instance_noise(range(64), LENGTH, seed=3)
    samples = generate(
        denoiser, np.array([1, 2, 3]), noise, decoding=MaskedDecoding(temperature=3.0)
    )
    found = set(samples.tokens.flatten().tolist())
    assert found <= set(CLEAN)
    assert len(found) > 2
    texts = denoiser.decode(samples.tokens)
    assert torch.equal(denoiser.encode(texts), samples.tokens)


@pytest.mark.parametrize("kind", KINDS)
def test_vocabulary_projection_is_paid_for_wanted_positions_only(
    checkpoints: dict[str, Path], kind: str
) -> None:
    denoiser = load(checkpoints[kind], kind)
    rows: list[int] = []
    heads = {"llada": "model.transformer.ff_out", "dream": "lm_head"}
    head = denoiser.model.get_submodule(heads.get(kind, "backbone.output_layer.linear"))
    head.register_forward_hook(lambda _module, args, _out: rows.append(args[0].shape[:-1].numel()))
    tokens, positions = states(2)
    denoiser.log_probs(tokens, positions)
    assert sum(rows) == positions.numel() < tokens.numel()


def test_tied_embeddings_are_projected_in_full(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "tied", "llada", weight_tying=True)
    denoiser = load(folder, "llada")
    tokens, positions = states(4)
    expected = plain(denoiser, tokens, "llada")[torch.arange(5)[:, None], positions]
    torch.testing.assert_close(denoiser.log_probs(tokens, positions), expected, atol=1e-4, rtol=0)


def test_shift_of_the_family_and_of_the_study_file(checkpoints: dict[str, Path]) -> None:
    shifted = load(checkpoints["dream"], "dream")
    tokens, positions = states(6)
    unshifted = load(checkpoints["dream"], "dream", logits_shift=0)
    later = torch.where(positions < LENGTH - 1, positions + 1, positions)
    # What predicts i + 1 with a shift is what answers at i without one.
    here, there = unshifted.log_probs(tokens, positions), shifted.log_probs(tokens, later)
    inner = positions < LENGTH - 1
    torch.testing.assert_close(here[inner], there[inner], rtol=0, atol=1e-4)
    assert shifted.fingerprint != unshifted.fingerprint
    explicit = load(checkpoints["dream"], "dream", logits_shift=1, mask_token_id=MASK)
    assert explicit.fingerprint == shifted.fingerprint


def test_shift_without_a_first_token_is_refused(checkpoints: dict[str, Path]) -> None:
    assert "[model] prefix: with logits_shift = 1" in refusal(checkpoints["dream"])


# A whole study.


STUDY = """
[study]
name = "dream"
[model]
kind = "huggingface"
path = "./dream"
revision = "local"
trust_remote_code = true
length = 6
prefix = ["<bos>"]
device = "cpu"
[space]
steps = [2]
[objective]
kind = "path_kl"
instances = 4
[search]
trials = 2
seeds = ["baselines"]
sampler = "random"
[verify]
instances = 4
top = 1
"""


def test_study_of_two_trials(checkpoints: dict[str, Path], tmp_path: Path) -> None:
    shutil.copytree(checkpoints["dream"], tmp_path / "dream")
    (tmp_path / "study.toml").write_text(STUDY)
    storage = f"sqlite:///{tmp_path / 'x.db'}"
    arguments = ["run", str(tmp_path / "study.toml"), "--storage", storage]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    shown = CliRunner().invoke(main, ["best", "dream", "--storage", storage, "--json"])
    assert shown.exit_code == 0, shown.output
    assert json.loads(shown.output)


def test_new_keys_change_the_identity_only_where_they_are_set() -> None:
    content = tomllib.loads(STUDY)
    plain_hash = parse_study(content, "f").identity_hash()
    assert plain_hash == "51be032e8db134b98994d18c32c75a4aa4738231c65f1ef612f09e7235a144f5"
    for key, value in {
        "tokenizer": "gpt2",
        "mask_token": "<|mask|>",
        "mask_token_id": 7,
        "logits_shift": 0,
    }.items():
        changed = {**content, "model": {**content["model"], key: value}}
        assert parse_study(changed, "f").identity_hash() != plain_hash


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"mask_token": "a", "mask_token_id": 1}, "name the same thing: one is accepted"),
        ({"mask_token_id": -1}, "[model] mask_token_id: -1 is not accepted"),
        ({"logits_shift": 2}, "[model] logits_shift: 2 is not accepted"),
        ({"logits_shift": True}, "[model] logits_shift: True is not accepted"),
        ({"tokenizer": ""}, "[model] tokenizer: '' is not accepted"),
        ({"revision": None}, "trust_remote_code = true needs a pinned revision"),
        ({"mask": "a"}, "[model] mask: unknown key"),
    ],
)
def test_keys_are_refused_in_one_line(keys: dict[str, Any], expected: str) -> None:
    content = tomllib.loads(STUDY)
    model = {
        key: value for key, value in {**content["model"], **keys}.items() if value is not None
    }
    with pytest.raises(InputError) as caught:
        parse_study({**content, "model": model}, "f")
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)

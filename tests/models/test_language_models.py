"""Language models with their own code, and models that do not fit, through load_huggingface."""

from __future__ import annotations

import builtins
import json
import shutil
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from click.testing import CliRunner
from language_models import CLEAN, KINDS, MASK, write_checkpoint, write_tokenizer
from safetensors.torch import load_file, save_file

from mdm_opt.candidates import Decoding
from mdm_opt.cli.main import main
from mdm_opt.config import parse_study
from mdm_opt.errors import InputError
from mdm_opt.models.huggingface import HuggingFaceDenoiser, load_huggingface
from mdm_opt.processes import generate, instance_noise

LENGTH = 6
PREFIX = {"llada": None, "dream": ["<bos>"], "mdlm": None}


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    base = tmp_path_factory.mktemp("language-models")
    return {kind: write_checkpoint(base / kind, kind) for kind in KINDS}


def load(folder: Path, kind: str, **keys: Any) -> HuggingFaceDenoiser:
    given = {"length": LENGTH, "device": "cpu", "prefix": PREFIX[kind], "trust_remote_code": True}
    return load_huggingface(str(folder), **{**given, **keys})


def refusal(folder: Path | str, **keys: Any) -> str:
    given = {"length": LENGTH, "device": "cpu", "trust_remote_code": True}
    with pytest.raises(InputError) as caught:
        load_huggingface(str(folder), **{**given, **keys})
    message = str(caught.value)
    assert message.startswith("[model]")
    assert "\n" not in message
    return message


def states(seed: int, batch: int = 5) -> tuple[torch.Tensor, torch.Tensor]:
    """Tokens with four masked positions a row, and these positions."""
    rng = np.random.default_rng(seed)
    tokens = rng.choice(CLEAN, (batch, LENGTH))
    positions = np.stack([rng.permutation(LENGTH)[:4] for _ in range(batch)])
    np.put_along_axis(tokens, positions, MASK, axis=1)
    return torch.from_numpy(tokens), torch.from_numpy(positions)


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
def test_weights_are_those_of_the_file(checkpoints: dict[str, Path], kind: str) -> None:
    state = load(checkpoints[kind], kind).model.state_dict()
    saved = load_file(checkpoints[kind] / "model.safetensors")
    assert state.keys() == saved.keys()
    assert all(torch.equal(state[name], weight) for name, weight in saved.items())


@pytest.mark.parametrize("kind", KINDS)
def test_only_letters_are_generated(checkpoints: dict[str, Path], kind: str) -> None:
    denoiser = load(checkpoints[kind], kind)
    assert denoiser.mask_token_id == MASK
    assert denoiser.vocab_size == {"llada": 64, "dream": 20, "mdlm": 11}[kind]
    noise = instance_noise(range(64), LENGTH, seed=3)
    samples = generate(denoiser, np.array([1, 2, 3]), noise, decoding=Decoding(temperature=3.0))
    found = set(samples.tokens.flatten().tolist())
    assert found <= set(CLEAN)
    assert len(found) > 2
    texts = denoiser.decode(samples.tokens)
    assert torch.equal(denoiser.encode(texts), samples.tokens)


def test_the_first_step_is_projected_once_for_all_sequences(
    checkpoints: dict[str, Path],
) -> None:
    denoiser = load(checkpoints["dream"], "dream")
    rows: list[int] = []
    head = denoiser.model.get_submodule("lm_head")
    head.register_forward_hook(lambda _module, args, _out: rows.append(args[0].shape[0]))
    noise = instance_noise(range(5), LENGTH, seed=0)
    counts = np.array([LENGTH - 2, 2])
    generate(denoiser, counts, noise, decoding=Decoding(order="confidence", temperature=0.0))
    assert rows == [LENGTH, 5 * 2]


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


def test_output_layer_that_is_not_saved_is_the_embedding(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "tied", "dream", tie_word_embeddings=False)
    weights = load_file(folder / "model.safetensors")
    del weights["lm_head.weight"]
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    assert "lacks 1 weights of DreamModel, lm_head.weight" in refusal(folder, prefix=["<bos>"])
    config = folder / "config.json"
    config.write_text(config.read_text().replace("false", "true"))
    model = load(folder, "dream").model
    assert torch.equal(model.lm_head.weight, weights["model.embed_tokens.weight"])


def test_weights_in_several_files(checkpoints: dict[str, Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(checkpoints["llada"], tmp_path / "llada"))
    weights = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    where = {}
    for index, name in enumerate(sorted(weights)):
        where[name] = f"part-{index % 2}.safetensors"
    for part in set(where.values()):
        kept = {name: weight for name, weight in weights.items() if where[name] == part}
        save_file(kept, folder / part, {"format": "pt"})
    index_file = folder / "model.safetensors.index.json"
    index_file.write_text(json.dumps({"metadata": {}, "weight_map": where}))
    whole = load(checkpoints["llada"], "llada")
    assert load(folder, "llada").fingerprint == whole.fingerprint
    index_file.unlink()
    assert "holds no weights" in refusal(folder)


@pytest.mark.parametrize("kind", KINDS)
def test_fingerprint_is_stable_and_knows_the_code(
    checkpoints: dict[str, Path], kind: str, tmp_path: Path
) -> None:
    first = load(checkpoints[kind], kind).fingerprint
    folder = Path(shutil.copytree(checkpoints[kind], tmp_path / f"copy_{kind}"))
    assert load(folder, kind).fingerprint == first
    with (folder / f"modeling_{kind}.py").open("a") as code:
        code.write("\n# changed\n")
    moved = Path(shutil.copytree(folder, tmp_path / f"changed_{kind}"))
    assert load(moved, kind).fingerprint != first


def test_lower_precision(checkpoints: dict[str, Path]) -> None:
    denoiser = load(checkpoints["dream"], "dream", dtype="bfloat16")
    assert denoiser.model.dtype == torch.bfloat16
    # A table of angles is no weight and keeps its digits.
    assert denoiser.model.model.inv_freq.dtype == torch.float32
    exact = load(checkpoints["dream"], "dream").log_probs(*states(5))[..., CLEAN]
    found = denoiser.log_probs(*states(5))[..., CLEAN]
    # Logits around 30 in bfloat16 through some ten operations: 30 * 2^-8 * 10 < 1.5.
    torch.testing.assert_close(found, exact, rtol=0, atol=1.5)
    assert torch.get_default_dtype() == torch.float32


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


def test_mask_of_the_study_file(checkpoints: dict[str, Path]) -> None:
    assert load(checkpoints["llada"], "llada", mask_token="f").mask_token_id == 9
    by_number = load(checkpoints["llada"], "llada", mask_token_id=63)
    noise = instance_noise(range(32), LENGTH, seed=3)
    samples = generate(by_number, np.array([3, 3]), noise)
    # The tokenizer's mask is an ordinary token then.
    assert set(samples.tokens.flatten().tolist()) <= {*CLEAN, MASK}
    assert "mask_token: '<no>' is no token" in refusal(checkpoints["llada"], mask_token="<no>")
    message = refusal(checkpoints["llada"], mask_token_id=64)
    assert "mask_token_id: 64 is not accepted: the model's embeddings end at 63" in message
    assert "cannot read 6" in refusal(checkpoints["mdlm"], mask_token_id=11)


def test_mask_of_the_configuration(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "plain", "llada", mask_token_id=50)
    write_tokenizer(folder)
    assert load(folder, "llada").mask_token_id == 50


@pytest.mark.parametrize(("kind", "changes"), [("llada", {}), ("mdlm", {"vocab_size": 12})])
def test_missing_mask_is_refused(tmp_path: Path, kind: str, changes: dict[str, Any]) -> None:
    folder = write_checkpoint(tmp_path / kind, kind, **changes)
    write_tokenizer(folder)
    message = refusal(folder)
    assert "no mask token" in message
    assert "mask_token_id" in message


def test_tokenizer_of_another_folder(checkpoints: dict[str, Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(checkpoints["mdlm"], tmp_path / "bare"))
    other = tmp_path / "tokenizer"
    other.mkdir()
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).rename(other / name)
    (folder / "special_tokens_map.json").unlink(missing_ok=True)
    message = refusal(folder)
    assert "cannot load" in message
    assert "[model] tokenizer may name another" in message
    found = load(folder, "mdlm", tokenizer=str(other))
    assert found.fingerprint == load(checkpoints["mdlm"], "mdlm").fingerprint
    message = refusal(folder, tokenizer="nobody/nothing")
    assert "[model] tokenizer: cannot load 'nobody/nothing'" in message


def test_tokens_that_were_added_as_special_are_never_generated(
    checkpoints: dict[str, Path], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(checkpoints["llada"], tmp_path / "llada"))
    path = folder / "tokenizer.json"
    content = json.loads(path.read_text())
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    content["added_tokens"].append({"id": 9, "content": "f", "special": True, **flags})
    path.write_text(json.dumps(content))
    denoiser = load(folder, "llada")
    assert torch.isneginf(denoiser.log_probs(*states(8))[..., 9]).all()
    assert denoiser.fingerprint != load(checkpoints["llada"], "llada").fingerprint


# Whose code runs.


@pytest.fixture
def forbidden_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkpoint whose code must not run, and a terminal that must not be asked."""

    def asked(*_: object) -> str:
        raise AssertionError("a question")

    monkeypatch.setattr(builtins, "input", asked)
    folder = write_checkpoint(tmp_path / "locked", "llada")
    (folder / "modeling_llada.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    return folder


def test_code_without_the_switch_is_refused(forbidden_code: Path) -> None:
    message = refusal(forbidden_code, trust_remote_code=False)
    assert "[model] trust_remote_code:" in message
    assert "modeling_llada.LLaDAModelLM" in message
    assert "trust_remote_code = true and a pinned revision" in message
    assert not (forbidden_code.parent / "ran").exists()


def test_code_of_a_tokenizer_without_the_switch_is_refused(forbidden_code: Path) -> None:
    tiny = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1}
    config = transformers.BertConfig(vocab_size=11, num_attention_heads=1, **tiny)
    transformers.BertForMaskedLM(config).save_pretrained(forbidden_code)
    path = forbidden_code / "tokenizer_config.json"
    content = json.loads(path.read_text())
    content["auto_map"] = {"AutoTokenizer": ["modeling_llada.Tokens", None]}
    path.write_text(json.dumps(content))
    message = refusal(forbidden_code, trust_remote_code=False)
    assert "[model] trust_remote_code:" in message
    assert "modeling_llada.Tokens" in message
    assert not (forbidden_code.parent / "ran").exists()


def test_code_of_another_repository_is_refused(forbidden_code: Path) -> None:
    path = forbidden_code / "config.json"
    path.write_text(path.read_text().replace("modeling_llada.", "other/place--modeling_llada."))
    assert "lies in 'other/place', which revision does not pin" in refusal(forbidden_code)


def test_code_of_the_hub_needs_a_revision(
    forbidden_code: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    described = json.loads((forbidden_code / "config.json").read_text())
    monkeypatch.setattr(
        transformers.PretrainedConfig, "get_config_dict", lambda *_, **__: (described, {})
    )
    message = refusal("owner/name")
    assert "[model] revision: missing: trust_remote_code = true needs a pinned" in message


def test_broken_code_is_one_line_that_names_the_release(forbidden_code: Path) -> None:
    (forbidden_code / "modeling_llada.py").write_text("import no_such_package_anywhere\n")
    message = refusal(forbidden_code)
    assert "cannot load" in message
    assert "no_such_package_anywhere" in message
    assert f"written for transformers 4.46.2, this is {transformers.__version__}" in message


# What does not fit.


@pytest.mark.parametrize(
    ("model_type", "name"),
    [("diffusion_gemma", "DiffusionGemma"), ("udlm", "UDLM"), ("gidd", "GIDD")],
)
def test_uniform_corruption_is_refused_by_name(
    forbidden_code: Path, model_type: str, name: str
) -> None:
    path = forbidden_code / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "model_type": model_type}))
    message = refusal(forbidden_code)
    assert f"is a {name} model" in message
    assert "random tokens" in message
    assert not (forbidden_code.parent / "ran").exists()


def test_causal_model_of_transformers_is_refused_by_name(tmp_path: Path) -> None:
    config = transformers.GPT2Config(vocab_size=11, n_embd=8, n_layer=1, n_head=1)
    transformers.GPT2LMHeadModel(config).save_pretrained(tmp_path)
    write_tokenizer(tmp_path, "<|mask|>")
    message = refusal(tmp_path, mask_token="<|mask|>")
    assert "is of type 'gpt2', for which transformers" in message


@pytest.mark.parametrize("keys", [{}, {"dtype": "bfloat16"}, {"prefix": ["<bos>"], "length": 2}])
def test_model_that_reads_the_left_only_is_refused_by_name(
    tmp_path: Path, keys: dict[str, Any]
) -> None:
    message = refusal(write_checkpoint(tmp_path / "causal", "llada", causal=True), **keys)
    assert "LLaDAModelLM (type 'llada') does not read what comes after" in message
    assert "accepted are masked LMs" in message


def test_model_that_depends_on_time_is_refused(tmp_path: Path) -> None:
    message = refusal(write_checkpoint(tmp_path / "timed", "mdlm", time_conditioning=True))
    assert "MDLM (type 'mdlm') depend on its timesteps" in message


@pytest.mark.parametrize("kind", KINDS)
def test_more_tokens_than_the_model_was_made_for_are_refused(
    checkpoints: dict[str, Path], kind: str
) -> None:
    assert "the model's 64 positions" in refusal(checkpoints[kind], length=65, prefix=PREFIX[kind])


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

"""Checkpoints: damaged ones, weights in every form, whose code runs."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from language_models import CLEAN, KINDS, write_checkpoint, write_tokenizer
from loaded_models import load, refusal, states
from native_models import LENGTH, input_error, random_state
from safetensors.torch import load_file, save_file

from mdm_opt.models.loading import load_huggingface


def test_missing_head_weights_are_refused(bert: Path) -> None:
    weights = load_file(bert / "model.safetensors")
    kept = {name: tensor for name, tensor in weights.items() if not name.startswith("cls.")}
    assert len(kept) < len(weights)
    save_file(kept, bert / "model.safetensors", metadata={"format": "pt"})
    message = input_error(lambda: load_huggingface(str(bert), length=LENGTH))
    assert "BertForMaskedLM" in message
    assert "no complete masked LM" in message
    assert "cls.predictions" in message


def test_weights_of_another_shape_are_refused(bert: Path) -> None:
    config = json.loads((bert / "config.json").read_text())
    config["hidden_size"] = 32
    (bert / "config.json").write_text(json.dumps(config))
    assert "cannot load" in input_error(lambda: load_huggingface(str(bert), length=LENGTH))


def test_what_a_config_does_not_say_can_be_said(bert: Path) -> None:
    whole = load_huggingface(str(bert), length=LENGTH)
    described = json.loads((bert / "config.json").read_text())
    del described["model_type"], described["architectures"]
    (bert / "config.json").write_text(json.dumps(described))
    told = load_huggingface(str(bert), length=LENGTH, config={"model_type": "bert"})
    assert type(told.model) is type(whole.model)
    for name, weight in whole.model.state_dict().items():
        assert torch.equal(weight, told.model.state_dict()[name])
    message = input_error(
        lambda: load_huggingface(str(bert), length=LENGTH, config={"model_type": "no_such"})
    )
    assert "is of type 'no_such', for which transformers" in message


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:1000])


def _overwrite(path: Path) -> None:
    path.write_bytes(b"\xff" * 4000)


@pytest.mark.parametrize("damage", [_truncate, _overwrite, Path.unlink])
def test_damaged_weights_are_refused(bert: Path, damage: Callable[[Path], None]) -> None:
    damage(bert / "model.safetensors")
    message = input_error(lambda: load_huggingface(str(bert), length=LENGTH))
    assert str(bert) in message


@pytest.mark.parametrize(
    "content",
    ["{not json", "", "[]", "{}", '{"model_type": "no_such_model"}', '{"model_type": 3}'],
)
def test_damaged_config_is_refused(bert: Path, content: str) -> None:
    (bert / "config.json").write_text(content)
    message = input_error(lambda: load_huggingface(str(bert), length=LENGTH))
    assert str(bert) in message


def test_damaged_tokenizer_is_refused(bert: Path) -> None:
    (bert / "tokenizer.json").write_text("{not json")
    message = input_error(lambda: load_huggingface(str(bert), length=LENGTH))
    assert str(bert) in message


def test_empty_folder_is_refused(tmp_path: Path) -> None:
    assert str(tmp_path) in input_error(lambda: load_huggingface(str(tmp_path), length=LENGTH))


def test_unknown_hub_id_without_network_is_refused() -> None:
    source = "no-such-owner/no-such-model"
    assert source in input_error(lambda: load_huggingface(source, length=LENGTH))


def _to_bin(folder: Path, content: Any) -> None:
    (folder / "model.safetensors").unlink()
    torch.save(content, folder / "pytorch_model.bin")


def test_pickled_weights_load_as_weights(bert: Path) -> None:
    before = load_huggingface(str(bert), length=LENGTH)
    _to_bin(bert, load_file(bert / "model.safetensors"))
    after = load_huggingface(str(bert), length=LENGTH)
    state = random_state(5)
    assert torch.equal(after.log_probs(*state), before.log_probs(*state))
    assert after.fingerprint == before.fingerprint


class Evil:
    """Makes a folder when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.marker),)


def test_malicious_pickle_is_refused_and_not_executed(bert: Path, tmp_path: Path) -> None:
    marker = tmp_path / "executed"
    weights = load_file(bert / "model.safetensors")
    _to_bin(bert, {**weights, "evil": Evil(marker)})
    assert str(bert) in input_error(lambda: load_huggingface(str(bert), length=LENGTH))
    assert not marker.exists()


def test_code_of_a_checkpoint_is_not_run(bert: Path, tmp_path: Path) -> None:
    marker = tmp_path / "executed"
    config = json.loads((bert / "config.json").read_text())
    config["model_type"] = "custom"
    config["auto_map"] = {
        "AutoConfig": "evil.EvilConfig",
        "AutoModelForMaskedLM": "evil.EvilModel",
    }
    (bert / "config.json").write_text(json.dumps(config))
    (bert / "evil.py").write_text(f"import os\nos.mkdir({str(marker)!r})\n")
    assert str(bert) in input_error(lambda: load_huggingface(str(bert), length=LENGTH))
    assert not marker.exists()


# Models with their own code.


@pytest.mark.parametrize("kind", KINDS)
def test_weights_are_those_of_the_file(checkpoints: dict[str, Path], kind: str) -> None:
    state = load(checkpoints[kind], kind).model.state_dict()
    saved = load_file(checkpoints[kind] / "model.safetensors")
    assert state.keys() == saved.keys()
    assert all(torch.equal(state[name], weight) for name, weight in saved.items())


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


# Whose code runs.


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


def test_causal_model_of_transformers_is_refused_by_name(tmp_path: Path) -> None:
    config = transformers.GPT2Config(vocab_size=11, n_embd=8, n_layer=1, n_head=1)
    transformers.GPT2LMHeadModel(config).save_pretrained(tmp_path)
    write_tokenizer(tmp_path, "<|mask|>")
    message = refusal(tmp_path, mask_token="<|mask|>")
    assert "is of type 'gpt2', for which transformers" in message

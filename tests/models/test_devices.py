"""Devices and precision, several GPUs, compilation, and what cannot be placed."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from language_models import write_checkpoint
from native_models import LENGTH, input_error
from safetensors.torch import load_file, save_file

from mdm_opt.errors import InputError
from mdm_opt.models import devices
from mdm_opt.models.devices import local_or_hub, pick_device
from mdm_opt.models.huggingface import HuggingFaceDenoiser
from mdm_opt.models.loading import load_huggingface
from mdm_opt.models.packaged import BUNDLED_CHECKPOINT, BUNDLED_LENGTH, load_bundled
from mdm_opt.processes import generate, instance_noise

MAPS = ("auto", "balanced", "sequential")


def test_local_or_hub_finds_folders_beside_the_study_file(tmp_path: Path) -> None:
    (tmp_path / "models" / "mine").mkdir(parents=True)
    (tmp_path / "file").touch()
    expected = str((tmp_path / "models" / "mine").resolve())
    for path in ("models/mine", "./models/mine", expected):
        assert local_or_hub(path, tmp_path) == expected
    assert local_or_hub("owner/name", tmp_path) == "owner/name"
    assert local_or_hub("bert-base-uncased", None) == "bert-base-uncased"
    for path in ("./missing", "../missing", "/missing/x", "~/missing/x", "a/b/c", "file"):
        message = input_error(lambda path=path: local_or_hub(path, tmp_path))
        assert f"path: '{path}' is no folder" in message


def test_auto_dtype_is_float32_on_a_cpu(bert: Path) -> None:
    weights = load_file(bert / "model.safetensors")
    halves = {name: tensor.to(torch.bfloat16) for name, tensor in weights.items()}
    save_file(halves, bert / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((bert / "config.json").read_text())
    (bert / "config.json").write_text(json.dumps({**config, "dtype": "bfloat16"}))
    denoiser = load_huggingface(str(bert), length=LENGTH, device="cpu")
    assert denoiser.model.dtype == torch.float32


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_absent_cuda_device_is_refused(checkpoints: dict[str, Path]) -> None:
    message = input_error(
        lambda: load_huggingface(str(checkpoints["bert"]), length=LENGTH, device="cuda")
    )
    assert "device: 'cuda' is not usable" in message


@pytest.mark.parametrize("device", ["nonsense", "", "cpu:x"])
def test_unknown_device_is_refused(checkpoints: dict[str, Path], device: str) -> None:
    message = input_error(
        lambda: load_huggingface(str(checkpoints["bert"]), length=LENGTH, device=device)
    )
    assert f"device: {device!r} is not usable" in message


def test_auto_device_exists() -> None:
    assert pick_device("cpu") == torch.device("cpu")
    assert torch.zeros(1, device=pick_device("auto")).item() == 0


def bundled(**keys: Any) -> HuggingFaceDenoiser:
    return load_huggingface(str(BUNDLED_CHECKPOINT), length=BUNDLED_LENGTH, device="auto", **keys)


def samples(denoiser: HuggingFaceDenoiser) -> list[list[int]]:
    noise = instance_noise(range(4), denoiser.length, seed=0)
    counts = torch.tensor([12] * 3).numpy()
    tokens: list[list[int]] = generate(denoiser, counts, noise).tokens.tolist()
    return tokens


@pytest.mark.parametrize("device_map", MAPS)
def test_a_model_with_a_map_is_the_same_model(device_map: str) -> None:
    plain, mapped = load_bundled(), bundled(device_map=device_map)
    assert mapped.fingerprint == plain.fingerprint
    assert set(mapped.model.hf_device_map.values()) <= {"cpu", 0, 1, 2, 3, 4, 5, 6, 7}
    assert samples(mapped) == samples(plain)


def test_models_with_their_own_code_take_a_map(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "llada", "llada")
    keys = {"length": 8, "trust_remote_code": True, "prefix": ["<bos>"]}
    plain = load_huggingface(str(folder), **keys)
    mapped = load_huggingface(str(folder), device_map="auto", **keys)
    tokens = torch.full((2, 8), plain.mask_token_id)
    positions = torch.arange(8).expand(2, -1)
    torch.testing.assert_close(
        mapped.log_probs(tokens, positions), plain.log_probs(tokens, positions)
    )


def test_a_map_needs_accelerate(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        devices.importlib.util,
        "find_spec",
        lambda name: None if name == "accelerate" else found(name),
    )
    with pytest.raises(InputError, match=r"device_map needs accelerate: pip install 'mdm-opt\["):
        bundled(device_map="auto")


@pytest.mark.parametrize(
    ("plan", "gpus", "part"),
    [
        ({"a": 0, "b": "cpu", "c": "cpu"}, True, r"'b' and 1 other parts would lie on the cpu"),
        ({"a": 0, "b": "disk"}, True, "would lie on the disk"),
        ({"": "disk"}, False, "'all' and 0 other parts would lie on the disk"),
    ],
)
def test_what_does_not_fit_onto_the_gpus_is_refused(
    monkeypatch: pytest.MonkeyPatch, plan: dict[str, Any], gpus: bool, part: str
) -> None:
    import accelerate

    monkeypatch.setattr(accelerate, "infer_auto_device_map", lambda *_a, **_k: plan)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpus)
    model = torch.nn.Linear(2, 2)
    model.dtype = torch.float32
    with pytest.raises(InputError, match=rf"\[model\] device_map: .*{part}"):
        devices.place_model(model, torch.device("cpu"), "sequential")


@pytest.mark.parametrize(
    ("plan", "device"),
    [({"a": 1, "b": 0}, "cuda:1"), ({"": "cpu"}, "cpu"), ({"a": "cuda:2"}, "cuda:2")],
)
def test_tokens_go_to_the_device_of_the_first_part(plan: dict[str, Any], device: str) -> None:
    model = torch.nn.Linear(2, 2)
    model.hf_device_map = plan
    assert devices.first_device(model) == torch.device(device)


@pytest.mark.slow
def test_the_repeated_layers_are_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = load_bundled()
    compiled: list[str] = []
    original = torch.nn.Module.compile

    def eager(module: torch.nn.Module) -> None:
        compiled.append(type(module).__name__)
        original(module, backend="eager")

    monkeypatch.setattr(torch.nn.Module, "compile", eager)
    denoiser = bundled(compile=True)
    layers = plain.model.config.num_hidden_layers
    assert len(compiled) == layers
    assert len(set(compiled)) == 1
    assert denoiser.fingerprint == plain.fingerprint
    assert samples(denoiser) == samples(plain)

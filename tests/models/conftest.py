"""Tiny checkpoints of every kind, each made when it is first asked for."""

from __future__ import annotations

import builtins
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from language_models import write_checkpoint, write_tokenizer
from native_models import MAKERS, write_native
from prompted_models import native, remote
from transformers import PreTrainedTokenizerFast

from mdm_opt.models.huggingface import HuggingFaceDenoiser


class Made(dict[str, Any]):
    """What is not there yet is made, and kept."""

    def __init__(self, make: Callable[[str], Any]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, name: str) -> Any:
        self[name] = self._make(name)
        return self[name]


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Threads only wait for each other on models this small."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One saved checkpoint per architecture, and per language model with its own code."""
    base = tmp_path_factory.mktemp("checkpoints")

    def make(name: str) -> Path:
        write = write_native if name in MAKERS else write_checkpoint
        return write(base / name, name)

    return Made(make)


@pytest.fixture
def bert(checkpoints: dict[str, Path], tmp_path: Path) -> Path:
    """A copy of the BERT checkpoint that the test may damage."""
    return Path(shutil.copytree(checkpoints["bert"], tmp_path / "bert"))


@pytest.fixture
def forbidden_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkpoint whose code must not run, and a terminal that must not be asked."""

    def asked(*_: object) -> str:
        raise AssertionError("a question")

    monkeypatch.setattr(builtins, "input", asked)
    folder = write_checkpoint(tmp_path / "locked", "llada")
    (folder / "modeling_llada.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    return folder


@pytest.fixture(scope="module")
def denoisers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, HuggingFaceDenoiser]:
    """By the names of `prompted_models.PADS`."""
    base = tmp_path_factory.mktemp("prompted")

    def make(name: str) -> HuggingFaceDenoiser:
        if name in MAKERS:
            return native(name)
        if name == "llada without mask":
            return remote(write_checkpoint(base / "deaf", "llada", reads_mask=False), "llada")
        return remote(write_checkpoint(base / name, name), name)

    return Made(make)


@pytest.fixture(scope="module")
def ending(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A LLaDA with its two end tokens, ids 11 and 12, which are special tokens."""
    folder = write_checkpoint(tmp_path_factory.mktemp("ending") / "llada", "llada")
    ends = ("<|endoftext|>", "<|eot_id|>")
    write_tokenizer(folder, "<|mdm_mask|>", *ends)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    tokenizer.add_special_tokens({"additional_special_tokens": list(ends)})
    tokenizer.save_pretrained(folder)
    return folder

"""Code of a checkpoint that does not run here: one line says what to install or to do."""

from __future__ import annotations

from pathlib import Path

import pytest
import transformers
from block_models import CODES, write_blocks
from loaded_models import refusal

from mdm_opt.models.own_code import explained

RELEASE = f"; it was written for transformers 4.52.4, this is {transformers.__version__}"
FRAME = {"length": 12, "prefix": [], "suffix": []}


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (
            "This modeling file requires the following packages that were not found in your "
            "environment: einops, flash_attn. Run `pip install einops flash_attn`",
            "its own code needs packages that are not installed: pip install einops flash-attn; "
            "it runs on a machine with an NVIDIA GPU only" + RELEASE,
        ),
        (
            "No module named 'veomni.ops'",
            "its own code needs packages that are not installed: pip install veomni" + RELEASE,
        ),
        (
            "cannot import name 'LossKwargs' from 'transformers.utils' (/x/y.py)",
            "its own code was written for another transformers 4.52.4 than this "
            f"{transformers.__version__} (cannot import name 'LossKwargs' from "
            "'transformers.utils' (/x/y.py)): pip install 'transformers<5'",
        ),
    ],
)
def test_what_is_missing_is_named(said: str, wanted: str) -> None:
    assert explained(ImportError(said), "4.52.4") == wanted


def test_what_nobody_knows_is_said_as_it_is() -> None:
    assert explained(KeyError("x")) == "KeyError: 'x'"
    assert explained(KeyError("x"), transformers.__version__) == "KeyError: 'x'"
    assert explained(KeyError("x"), "4.1").endswith(
        f"; it was written for transformers 4.1, this is {transformers.__version__}"
    )
    assert explained(ModuleNotFoundError("No module named 'transformers.x'")).startswith("Module")


def test_a_device_that_is_not_there_is_named() -> None:
    found = explained(AssertionError("Torch not compiled with CUDA enabled"))
    assert found.startswith("its own code asks for a CUDA device, and this machine ")
    assert "use a machine with an NVIDIA GPU" in found


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("import flash_attn_of_nobody\n", "pip install flash_attn_of_nobody"),
        ("from transformers.utils import LossKwargs\n", "pip install 'transformers<5'"),
        ("raise AssertionError('Torch not compiled with CUDA enabled')\n", "asks for a CUDA"),
    ],
)
def test_loading_says_what_to_do(tmp_path: Path, code: str, wanted: str) -> None:
    folder = write_blocks(tmp_path / "sdar", "sdar", code=code + CODES["sdar"])
    message = refusal(folder, **FRAME)
    assert message.startswith(f"[model] cannot load {str(folder)!r}: its own code ")
    assert wanted in message


def test_a_device_in_the_code_is_told_when_it_is_asked(tmp_path: Path) -> None:
    code = CODES["sdar"].replace(
        "        x = self.embedding(input_ids)\n",
        "        raise RuntimeError('FlashAttention only supports CUDA tensors')\n",
    )
    folder = write_blocks(tmp_path / "sdar", "sdar", code=code)
    message = refusal(folder, **FRAME)
    assert message.startswith("[model] attention = 'block_causal' is not accepted: ")
    assert "its own code asks for a CUDA device" in message

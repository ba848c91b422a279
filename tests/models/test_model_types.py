"""What is known of models by their type, and which are refused."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
import transformers
from loaded_models import refusal

from mdm_opt.errors import InputError
from mdm_opt.models.model_types import (
    ModelType,
    attends_to_everything,
    attention_block_of,
    max_length,
    model_type_of,
    refuse_process,
)


@pytest.mark.parametrize(
    ("model_type", "name"),
    [("diffusion_gemma", "DiffusionGemma"), ("udlm", "UDLM"), ("duo", "Duo"), ("gidd", "GIDD")],
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


def test_what_llada_dream_and_mdlm_do_not_say_of_themselves() -> None:
    llada, dream, mdlm = (model_type_of(name) for name in ("llada", "Dream", "mdlm"))
    assert (llada.mask_token, llada.logits_shift) == ("<|mdm_mask|>", 0)
    assert (dream.mask_token, dream.logits_shift) == ("<|mask|>", 1)
    assert (mdlm.mask_token, mdlm.mask_after_vocabulary) == (None, True)
    assert not llada.mask_after_vocabulary
    assert model_type_of("LLaDA") == llada


@pytest.mark.parametrize("name", ["bert", "", None, 3])
def test_of_other_types_nothing_is_known(name: object) -> None:
    assert model_type_of(name) == ModelType()
    assert ModelType() == ModelType(None, False, 0, (), False)
    refuse_process(name, "owner/name")
    refuse_process(name, "owner/name", "uniform")


def test_a_model_without_a_masked_state_is_named_with_its_source() -> None:
    with pytest.raises(InputError) as caught:
        refuse_process("SEDD", "owner/name")
    message = str(caught.value)
    assert message.startswith("[model] path: 'owner/name' is a SEDD model (type 'SEDD'), which")
    assert "LLaDA, Dream, MDLM, BERT and ESM" in message


@pytest.mark.parametrize(
    ("config", "length"),
    [
        ({"max_position_embeddings": 512}, 512),
        ({"max_sequence_length": 4096}, 4096),
        ({"model_length": 1024}, 1024),
        ({"max_position_embeddings": None, "model_length": 7}, 7),
        ({"max_position_embeddings": 5, "max_sequence_length": 6}, 5),
        ({"model_length": None}, None),
        ({}, None),
    ],
)
def test_positions_that_a_model_was_made_for(config: dict[str, Any], length: int | None) -> None:
    assert max_length(SimpleNamespace(**config)) == length


@pytest.mark.parametrize(
    ("changes", "length"),
    [
        ({}, 48),
        ({"axial_pos_shape": (4, 5)}, 16),
        ({"axial_pos_embds": False}, 64),
        ({"local_attn_chunk_length": 6}, 48),
        ({"local_attn_chunk_length": 10}, 40),
        ({"local_attn_chunk_length": 10, "attn_layers": ["lsh", "lsh"]}, 48),
        # No whole chunk fits, and a part of one is read as it is.
        ({"local_attn_chunk_length": 50, "lsh_attn_chunk_length": 50}, 48),
        ({"local_attn_chunk_length": 30, "lsh_attn_chunk_length": 50}, 30),
    ],
)
def test_a_reformer_reads_whole_chunks(changes: dict[str, Any], length: int) -> None:
    """And what `max_length` says is what its class can read, for every number of tokens."""
    sizes = {
        **{"vocab_size": 11, "hidden_size": 16, "num_attention_heads": 2, "hash_seed": 0},
        **{"axial_pos_embds_dim": (4, 12), "axial_pos_shape": (6, 8), "num_buckets": 2},
        **{"attention_head_size": 8, "feed_forward_size": 16, "attn_layers": ["local", "lsh"]},
        **{"local_attn_chunk_length": 8, "lsh_attn_chunk_length": 8},
        "max_position_embeddings": 64,
    }
    config = transformers.ReformerConfig(**{**sizes, **changes}, is_decoder=False, pad_token_id=0)
    assert max_length(config) == length
    model = transformers.ReformerForMaskedLM(config).eval()
    with torch.no_grad():
        for count in range(1, length + 1):
            assert model(torch.full((1, count), 5)).logits.shape == (1, count, 11)
        with pytest.raises((ValueError, RuntimeError)):
            model(torch.full((1, length + 1), 5))


@pytest.mark.parametrize("name", ["udlm", "Duo"])
def test_laws_at_any_time_are_loaded_in_their_process(name: str) -> None:
    refuse_process(name, "owner/name", "uniform")
    with pytest.raises(InputError, match=r"it needs \[model\] process = 'uniform'$"):
        refuse_process(name, "owner/name")


def test_other_processes_are_refused_as_uniform() -> None:
    with pytest.raises(InputError, match="'owner/name' is a SEDD model"):
        refuse_process("sedd", "owner/name", "uniform")
    with pytest.raises(InputError, match=r"process = 'uniform' is not accepted: 'owner/name'"):
        refuse_process("mdlm", "owner/name", "uniform")


def test_which_types_attend_to_everything() -> None:
    assert [attends_to_everything(name) for name in ("llada", "Dream", "bert", "esm")] == [
        True
    ] * 4
    assert [attends_to_everything(name) for name in ("llada2_moe", "sdar", "x", None)] == [
        False
    ] * 4


@pytest.mark.parametrize(
    ("config", "attention", "given", "block"),
    [
        ({"model_type": "llada2_moe"}, "auto", None, 32),
        ({"model_type": "LLaDA2_moe"}, "block_causal", 16, 16),
        ({"model_type": "sdar"}, "auto", None, 4),
        ({"model_type": "sdar_moe", "block_size": 16}, "auto", None, 16),
        ({"model_type": "x", "bd_size": 8}, "block_causal", None, 8),
        ({"model_type": "x", "block_length": 8}, "auto", None, None),
        ({"model_type": "bert"}, "full", None, None),
    ],
)
def test_blocks_of_attention(
    config: dict[str, Any], attention: Any, given: int | None, block: int | None
) -> None:
    assert attention_block_of(SimpleNamespace(**config), attention, given) == block


def test_blocks_without_a_length_are_refused() -> None:
    with pytest.raises(InputError, match=r"block_length: missing: .* has none of block_size"):
        attention_block_of(SimpleNamespace(model_type="x"), "block_causal", None)

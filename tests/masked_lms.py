"""Tiny random models of every masked LM that transformers has."""

from __future__ import annotations

from typing import Any

import torch
from transformers import AutoConfig, PreTrainedModel
from transformers.models.auto.modeling_auto import (
    MODEL_FOR_MASKED_LM_MAPPING,
    MODEL_FOR_MASKED_LM_MAPPING_NAMES,
)

# What the installed release has, without those that read images beside their text.
NAMES = sorted(set(MODEL_FOR_MASKED_LM_MAPPING_NAMES) - {"modernvbert", "ultravbert"})
POSITIONS = 16
# The vocabulary and special tokens of `native_models.make_tokenizer`.
_SIZES = {
    "vocab_size": 11,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": POSITIONS,
    "pad_token_id": 0,
    "bos_token_id": 2,
    "cls_token_id": 2,
    "eos_token_id": 3,
    "sep_token_id": 3,
    "mask_token_id": 4,
}
_SEQUENCES = {
    "d_model": 16,
    "encoder_layers": 1,
    "decoder_layers": 1,
    "encoder_ffn_dim": 16,
    "decoder_ffn_dim": 16,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "decoder_start_token_id": 3,
}
_LATENTS = {
    "num_latents": 4,
    "d_latents": 16,
    "d_model": 16,
    "num_blocks": 1,
    "num_self_attends_per_block": 1,
    "num_self_attention_heads": 2,
    "num_cross_attention_heads": 2,
    "qk_channels": 16,
    "v_channels": 16,
}
_CHUNKS = {
    "axial_pos_embds_dim": (4, 12),
    "axial_pos_shape": (4, 4),
    "attention_head_size": 8,
    "feed_forward_size": 16,
    "attn_layers": ["local", "lsh"],
    "local_attn_chunk_length": 4,
    "lsh_attn_chunk_length": 4,
    "num_buckets": 2,
    "hash_seed": 0,
    "is_decoder": False,
}
_GROUPS = {
    "embedding_size": 16,
    "q_groups": 2,
    "k_groups": 2,
    "v_groups": 2,
    "intermediate_groups": 2,
    "output_groups": 2,
}
_IDS = {"emb_dim": 16, "n_layers": 2, "n_heads": 2, "pad_index": 0, "mask_index": 4}
_IDS |= {"bos_index": 2, "eos_index": 3}
# What else the configurations of some need to be small, or to be valid.
_OWN: dict[str, dict[str, Any]] = {
    "bart": _SEQUENCES,
    "convbert": {"head_ratio": 1},
    "distilbert": {"dim": 16, "n_layers": 2, "n_heads": 2, "hidden_dim": 32},
    "flaubert": _IDS,
    "funnel": {
        **{"block_sizes": [1, 1], "d_model": 16, "n_head": 2, "d_head": 8, "d_inner": 32},
        **{"num_decoder_layers": 1, "num_hidden_layers": None},
    },
    "longformer": {"attention_window": 4},
    "luke": {"entity_vocab_size": 5, "entity_emb_size": 8},
    "mbart": _SEQUENCES,
    "mobilebert": {"embedding_size": 8, "intra_bottleneck_size": 8, "true_hidden_size": 8},
    "mvp": _SEQUENCES,
    "neomme": {"num_key_value_heads": 2, "head_dim": 16},
    "perceiver": _LATENTS,
    "reformer": _CHUNKS,
    "roc_bert": {
        **{"pronunciation_vocab_size": 11, "shape_vocab_size": 11},
        **{"pronunciation_embed_dim": 4, "shape_embed_dim": 4},
    },
    "squeezebert": _GROUPS,
    "xlm": _IDS,
    "xmod": {"languages": ["en_XX"], "default_language": "en_XX"},
}


def make_masked_lm(name: str, **changes: Any) -> PreTrainedModel:
    """A model of one of `NAMES`, its type in a configuration."""
    given = {**_SIZES, **_OWN.get(name, {}), **changes}
    config_class = type(AutoConfig.for_model(name))
    config = config_class(**{key: value for key, value in given.items() if value is not None})
    torch.manual_seed(0)
    model: PreTrainedModel = MODEL_FOR_MASKED_LM_MAPPING[config_class](config)
    return model

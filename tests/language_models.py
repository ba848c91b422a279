"""Stand-ins of language models that come with their own code, as it is found on the hub.

They have the interfaces of LLaDA, Dream and MDLM, with what makes these hard to load: no
``post_init``, ``tie_weights`` without arguments, tables that are no weights, settings that
newer releases of transformers took away, more embeddings than tokens.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast
from transformers.dynamic_module_utils import get_class_from_dynamic_module

LETTERS = "abcdef"
SPECIAL = ("<bos>", "<pad>", "<eos>", "<unk>")
CLEAN = list(range(4, 10))
MASK = 10

_ATTENTION = """
import math
import torch
from torch import nn
from transformers import PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import CausalLMOutputWithPast, MaskedLMOutput


def places(x):
    steps = torch.arange(x.shape[1], device=x.device, dtype=x.dtype)
    return torch.sin(steps[:, None] * torch.arange(1, x.shape[2] + 1, device=x.device) * 0.7)


def rotated(x):
    # Only the distance of two positions matters.
    angles = torch.arange(x.shape[-2], device=x.device, dtype=x.dtype)[:, None] * torch.tensor(
        [0.7 / 2**i for i in range(x.shape[-1] // 2)], device=x.device, dtype=x.dtype
    )
    a, b = x.chunk(2, dim=-1)
    cos, sin = angles.cos(), angles.sin()
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)


class Attention(nn.Module):
    def __init__(self, width, causal=False, rotary=False):
        super().__init__()
        self.causal, self.rotary = causal, rotary
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x, mask=None):
        # One head: (batch, 1, n, width), as masks of four dimensions need it.
        q, k, v = self.qkv(x)[:, None].chunk(3, dim=-1)
        if self.rotary:
            q, k = rotated(q), rotated(k)
        attended = nn.functional.scaled_dot_product_attention(
            q, k, v, attn_mask=mask, is_causal=self.causal
        )
        return x + self.out(attended[:, 0])
"""

_LLADA = (
    _ATTENTION
    + """

class LLaDAConfig(PretrainedConfig):
    model_type = "llada"

    def __init__(self, use_cache=False, **kwargs):
        super().__init__(use_cache=use_cache, **kwargs)

    @property
    def hidden_size(self):
        return self.d_model


class LLaDAModel(PreTrainedModel):
    config_class = LLaDAConfig

    def __init__(self, config):
        super().__init__(config)
        rows, width = config.embedding_size or config.vocab_size, config.d_model
        self.transformer = nn.ModuleDict(
            dict(
                wte=nn.Embedding(rows, width),
                blocks=nn.ModuleList(
                    [Attention(width, config.causal, rotary=True) for _ in range(2)]
                ),
                ln_f=nn.LayerNorm(width),
            )
        )
        if not config.weight_tying:
            self.transformer.update({"ff_out": nn.Linear(width, rows, bias=False)})

    def forward(self, input_ids, attention_mask=None):
        x = self.transformer.wte(input_ids)
        bias = None
        # Older releases gave their attention no mask.
        if self.config.reads_mask and attention_mask is not None and 0.0 in attention_mask:
            mask = attention_mask.to(dtype=torch.float).view(len(x), -1)[:, None, None, :]
            bias = (1.0 - mask) * torch.finfo(mask.dtype).min
        for block in self.transformer.blocks:
            x = block(x, bias)
        x = self.transformer.ln_f(x)
        if self.config.weight_tying:
            return nn.functional.linear(x, self.transformer.wte.weight)
        return self.transformer.ff_out(x)


class LLaDAModelLM(PreTrainedModel):
    config_class = LLaDAConfig
    base_model_prefix = "model"

    def __init__(self, config, model=None, init_params=False):
        super().__init__(config)
        self.model = LLaDAModel(config)

    def forward(self, input_ids=None, inputs_embeds=None, attention_mask=None, use_cache=None,
                output_hidden_states=None, return_dict=None):
        if use_cache is None:
            use_cache = self.config.use_cache
        return_dict = return_dict if return_dict is not None else self.config.use_return_dict
        logits = self.model.forward(input_ids, attention_mask)
        return CausalLMOutputWithPast(logits=logits) if return_dict else (logits,)

    def get_input_embeddings(self):
        return self.model.transformer.wte

    def get_output_embeddings(self):
        if self.config.weight_tying:
            return self.model.transformer.wte
        return self.model.transformer.ff_out

    def tie_weights(self):
        if self.config.weight_tying:
            self.model.transformer.ff_out = self.model.transformer.wte
"""
)

_DREAM = (
    _ATTENTION
    + """
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS


class DreamConfig(PretrainedConfig):
    model_type = "Dream"

    def __init__(self, vocab_size=20, hidden_size=16, num_attention_heads=1, rope_theta=100.0,
                 mask_token_id=None, max_position_embeddings=64, **kwargs):
        self.vocab_size, self.hidden_size = vocab_size, hidden_size
        self.num_attention_heads, self.rope_theta = num_attention_heads, rope_theta
        self.max_position_embeddings = max_position_embeddings
        super().__init__(**kwargs)
        self.mask_token_id = mask_token_id


class DreamPreTrainedModel(PreTrainedModel):
    config_class = DreamConfig
    base_model_prefix = "model"

    def _init_weights(self, module):
        if isinstance(module, nn.Linear):
            module.weight.data.normal_(std=0.02)


class DreamBaseModel(DreamPreTrainedModel):
    def __init__(self, config):
        super().__init__(config)
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList([Attention(config.hidden_size) for _ in range(2)])
        inverse, self.scaling = ROPE_INIT_FUNCTIONS["default"](config, None)
        self.register_buffer("inv_freq", inverse, persistent=False)
        self.post_init()

    def forward(self, input_ids, attention_mask=None, position_ids=None, return_dict=None):
        return_dict = return_dict if return_dict is not None else self.config.use_return_dict
        x = self.embed_tokens(input_ids)
        if position_ids is None:
            position_ids = torch.arange(x.shape[1], device=x.device)[None]
        angles = position_ids[..., None] * self.inv_freq
        x = x + torch.cat([angles.cos(), angles.sin()], -1).to(x.dtype)
        for layer in self.layers:
            x = layer(x, attention_mask)
        return (x,)


class DreamModel(DreamPreTrainedModel):
    _tied_weights_keys = ["lm_head.weight"]

    def __init__(self, config):
        super().__init__(config)
        self.model = DreamBaseModel(config)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        self.post_init()

    def get_input_embeddings(self):
        return self.model.embed_tokens

    def get_output_embeddings(self):
        return self.lm_head

    def forward(self, input_ids=None, attention_mask=None, position_ids=None, use_cache=None,
                return_dict=None, num_logits_to_keep=0, **loss_kwargs):
        hidden = self.model(input_ids, attention_mask, position_ids, return_dict=return_dict)[0]
        return MaskedLMOutput(logits=self.lm_head(hidden[:, -num_logits_to_keep:, :]))
"""
)

_MDLM = (
    _ATTENTION
    + """

class MDLMConfig(PretrainedConfig):
    model_type = "mdlm"

    def __init__(self, vocab_size=11, model_length=64, hidden_dim=16, time_conditioning=False,
                 **kwargs):
        super().__init__(**kwargs)
        self.vocab_size, self.model_length, self.hidden_dim = vocab_size, model_length, hidden_dim
        self.time_conditioning = time_conditioning


class EmbeddingLayer(nn.Module):
    def __init__(self, width, rows):
        super().__init__()
        self.embedding = nn.Parameter(torch.empty((rows, width)))

    def forward(self, x):
        return self.embedding[x]


class FinalLayer(nn.Module):
    def __init__(self, width, rows):
        super().__init__()
        self.linear, self.adaLN_modulation = nn.Linear(width, rows), nn.Linear(1, 2 * width)

    def forward(self, x, c):
        shift, scale = self.adaLN_modulation(c)[:, None].chunk(2, dim=2)
        return self.linear(x * (1 + scale) + shift)


class Backbone(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.vocab_embed = EmbeddingLayer(config.hidden_dim, config.vocab_size)
        self.blocks = nn.ModuleList([Attention(config.hidden_dim) for _ in range(2)])
        self.output_layer = FinalLayer(config.hidden_dim, config.vocab_size)

    def forward(self, indices, sigma):
        if not self.config.time_conditioning:
            sigma = torch.zeros_like(sigma)
        x = self.vocab_embed(indices)
        x = x + places(x)
        for block in self.blocks:
            x = block(x)
        return self.output_layer(x, sigma[:, None].to(x.dtype))


class MDLM(PreTrainedModel):
    config_class = MDLMConfig
    base_model_prefix = "mdlm"

    def __init__(self, config):
        super().__init__(config)
        self.backbone = Backbone(config)

    def forward(self, input_ids=None, timesteps=None, output_hidden_states=None,
                return_dict=None):
        return_dict = return_dict if return_dict is not None else self.config.use_return_dict
        logits = self.backbone(indices=input_ids, sigma=timesteps)
        return MaskedLMOutput(logits=logits) if return_dict else logits
"""
)

# Of the interface of UDLM and Duo: MDLM's, with tokens of noise and a time that matters.
_DUO = (
    _MDLM.replace("MDLM", "DUO")
    .replace('"mdlm"', '"duo"')
    .replace("time_conditioning=False", "time_conditioning=True")
)

# By name: code, classes of the automatic keys, configuration, mask token of the tokenizer.
KINDS: dict[str, tuple[str, dict[str, str], dict[str, Any], str | None]] = {
    "llada": (
        _LLADA,
        {"AutoConfig": "LLaDAConfig", "AutoModel": "LLaDAModelLM"}
        | {"AutoModelForCausalLM": "LLaDAModelLM"},
        {"model_type": "llada", "d_model": 16, "vocab_size": 60, "embedding_size": 64}
        | {"max_sequence_length": 64, "weight_tying": False, "causal": False, "reads_mask": True},
        "<|mdm_mask|>",
    ),
    "dream": (
        _DREAM,
        {"AutoConfig": "DreamConfig", "AutoModel": "DreamModel"},
        {"model_type": "Dream", "mask_token_id": MASK, "vocab_size": 20},
        "<|mask|>",
    ),
    "mdlm": (
        _MDLM,
        {"AutoConfig": "MDLMConfig", "AutoModelForMaskedLM": "MDLM"},
        {"model_type": "mdlm", "vocab_size": 11},
        None,
    ),
}
# Of uniform corruption.
TIMED: dict[str, tuple[str, dict[str, str], dict[str, Any], str | None]] = {
    "duo": (
        _DUO,
        {"AutoConfig": "DUOConfig", "AutoModelForMaskedLM": "DUO"},
        {"model_type": "duo", "vocab_size": 11},
        None,
    ),
}


def write_tokenizer(folder: Path, *added: str) -> None:
    """One token a letter, behind four special ones; ``added`` follow as ordinary tokens."""
    names = [*SPECIAL, *LETTERS, *added]
    tokenizer = Tokenizer(
        models.WordLevel({name: i for i, name in enumerate(names)}, unk_token="<unk>")
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        **{f"{name.strip('<>')}_token": name for name in SPECIAL},
    )
    fast.save_pretrained(folder)


def write_checkpoint(folder: Path, kind: str, **changes: Any) -> Path:
    """A checkpoint with code, configuration, tokenizer and random weights."""
    code, classes, config, mask = (KINDS | TIMED)[kind]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"modeling_{kind}.py").write_text(code)
    own = {key: f"modeling_{kind}.{name}" for key, name in classes.items()}
    content = {**config, "auto_map": own, "transformers_version": "4.46.2", **changes}
    (folder / "config.json").write_text(json.dumps(content))
    write_tokenizer(folder, *([] if mask is None else [mask]))
    save_file(weights(folder, kind, content), folder / "model.safetensors", {"format": "pt"})
    return folder


def weights(folder: Path, kind: str, content: dict[str, Any]) -> dict[str, torch.Tensor]:
    """Random weights of the shapes that the checkpoint's own class has."""
    _, classes, _, _ = (KINDS | TIMED)[kind]
    name = classes.get("AutoModel") or classes["AutoModelForMaskedLM"]
    model_class = get_class_from_dynamic_module(f"modeling_{kind}.{name}", str(folder))
    known = {key: value for key, value in content.items() if key != "auto_map"}
    rotary = sys.modules["transformers.modeling_rope_utils"].ROPE_INIT_FUNCTIONS
    added = "default" not in rotary
    if added:
        rotary["default"] = lambda config, _device: (torch.ones(config.hidden_size // 2), 1.0)
    try:
        shapes = model_class(model_class.config_class(**known)).state_dict()
    finally:
        if added:
            del rotary["default"]
    generator = torch.Generator().manual_seed(0)
    return {
        name: 0.5 * torch.randn(weight.shape, generator=generator)
        for name, weight in shapes.items()
    }

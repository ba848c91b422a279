"""Stand-ins of block-causal language models, each with a sampler of its own.

They have the interfaces of LLaDA2 and SDAR: what they take for a mask of blocks, positions and a
cache, and how their samplers fill one block after the other. The samplers know nothing of ours.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from language_models import MASK, write_tokenizer
from safetensors.torch import save_file
from transformers import PreTrainedTokenizerFast
from transformers.dynamic_module_utils import get_class_from_dynamic_module

from mdm_opt.models.block_denoiser import BlockCausalDenoiser
from mdm_opt.models.loading import load_huggingface

END = 11
# Special tokens, the mask, and ids that the tokenizer does not have.
NEVER = [0, 1, 2, 3, MASK, 12, 13]
ENDS = ("<|endoftext|>",)
MASKS = {"llada2_moe": "<|mask|>", "sdar": "<|MASK|>", "blocky": "<|mask|>"}

_BODY = """
import torch
from torch import nn
from transformers import PretrainedConfig, PreTrainedModel
from transformers.cache_utils import DynamicCache
from transformers.modeling_outputs import BaseModelOutputWithPast, CausalLMOutputWithPast


def rotated(x, positions):
    rates = torch.tensor([0.9 / 3**i for i in range(x.shape[-1] // 2)], device=x.device)
    angles = positions[:, None, :, None] * rates
    a, b = x.chunk(2, dim=-1)
    cos, sin = angles.cos(), angles.sin()
    return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)


class Layer(nn.Module):
    def __init__(self, config, index):
        super().__init__()
        self.index, self.heads, width = index, 2, config.hidden_size
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.wide, self.narrow = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)

    def forward(self, x, mask, positions, past, store):
        shape = (*x.shape[:2], self.heads, -1)
        parts = self.qkv(self.first(x)).chunk(3, -1)
        q, k, v = (part.view(shape).transpose(1, 2) for part in parts)
        q, k = rotated(q, positions), rotated(k, positions)
        if past is not None and store:
            k, v = past.update(k, v, self.index)
        elif past is not None and past.get_seq_length():
            kept = past.layers[self.index]
            k, v = torch.cat([kept.keys, k], -2), torch.cat([kept.values, v], -2)
        seen = nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        x = x + self.out(seen.transpose(1, 2).flatten(2))
        return x + self.narrow(nn.functional.silu(self.wide(self.second(x))))
"""

_LLADA2 = (
    _BODY
    + '''

class Config(PretrainedConfig):
    model_type = "llada2_moe"


class Body(PreTrainedModel):
    config_class = Config

    def __init__(self, config):
        super().__init__(config)
        self.embedding = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList([Layer(config, i) for i in range(2)])
        self.norm = nn.LayerNorm(config.hidden_size)
        self.post_init()

    def forward(self, input_ids=None, attention_mask=None, position_ids=None,
                past_key_values=None, use_cache=None, return_dict=None):
        x = self.embedding(input_ids)
        if position_ids is None:
            position_ids = torch.arange(x.shape[1], device=x.device)[None]
        if attention_mask is not None and attention_mask.dtype == torch.bool:
            raise ValueError("a mask of numbers that are added is expected")
        for layer in self.layers:
            x = layer(x, attention_mask, position_ids, past_key_values, True)
        return BaseModelOutputWithPast(last_hidden_state=self.norm(x))


class Model(PreTrainedModel):
    config_class = Config
    base_model_prefix = "model"

    def __init__(self, config):
        super().__init__(config)
        self.model = Body(config)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        self.post_init()

    def get_input_embeddings(self):
        return self.model.embedding

    def forward(self, input_ids=None, attention_mask=None, position_ids=None,
                past_key_values=None, use_cache=None, return_dict=None):
        x = self.model(input_ids, attention_mask, position_ids, past_key_values, use_cache)[0]
        return CausalLMOutputWithPast(logits=self.lm_head(x))

    @torch.no_grad()
    def own_sampler(self, prompt, block_length, counts, gen_length, threshold, mask_id, never):
        """Everything up to the end of a block is read again in every step."""
        blocks = -(-(len(prompt) + gen_length) // block_length)
        text = torch.full((blocks * block_length,), mask_id)
        text[: len(prompt)] = torch.tensor(prompt, dtype=torch.int64)
        calls = 0
        for block in range(len(prompt) // block_length, blocks):
            end = (block + 1) * block_length
            number = torch.arange(end) // block_length
            bias = torch.zeros(end, end).masked_fill(number[None] > number[:, None], -torch.inf)
            current = text[end - block_length : end]
            for count in counts:
                left = int((current == mask_id).sum())
                if not left:
                    break
                logits = self(text[None, :end], bias[None, None], torch.arange(end)[None]).logits
                calls += 1
                logits = logits[0, -block_length:].index_fill(1, torch.tensor(never), -torch.inf)
                sure, best = logits.softmax(-1).max(-1)
                sure[current != mask_id] = -1
                chosen = sure > threshold
                if int(chosen.sum()) < count:
                    chosen = torch.zeros_like(chosen)
                    chosen[sure.topk(min(count, left)).indices] = True
                current[chosen] = best[chosen]
        return text[len(prompt) : len(prompt) + gen_length], calls
'''
)

_SDAR = (
    _BODY
    + '''

class Config(PretrainedConfig):
    model_type = "sdar"


class Body(PreTrainedModel):
    config_class = Config

    def __init__(self, config):
        super().__init__(config)
        self.embedding = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList([Layer(config, i) for i in range(2)])
        self.norm = nn.LayerNorm(config.hidden_size)
        self.post_init()

    def forward(self, input_ids=None, attention_mask=None, position_ids=None,
                past_key_values=None, use_cache=None, store_kv=None, **unused):
        x = self.embedding(input_ids)
        if position_ids is None:
            before = 0 if past_key_values is None else past_key_values.get_seq_length()
            position_ids = torch.arange(before, before + x.shape[1], device=x.device)[None]
        # Its code cannot do without a mask.
        mask = attention_mask.bool()
        for layer in self.layers:
            x = layer(x, mask, position_ids, past_key_values, store_kv)
        return BaseModelOutputWithPast(last_hidden_state=self.norm(x))


class Model(PreTrainedModel):
    config_class = Config
    base_model_prefix = "model"

    def __init__(self, config):
        super().__init__(config)
        self.model = Body(config)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        self.post_init()

    def get_input_embeddings(self):
        return self.model.embedding

    def forward(self, input_ids=None, attention_mask=None, position_ids=None,
                past_key_values=None, use_cache=None, **more):
        x = self.model(input_ids, attention_mask, position_ids, past_key_values, use_cache, **more)
        return CausalLMOutputWithPast(logits=self.lm_head(x[0]))

    @torch.no_grad()
    def own_sampler(self, prompt, block_length, counts, gen_length, threshold, mask_id, never):
        """Whole blocks of the prompt come into a cache first, every block when it is done."""
        blocks = -(-(len(prompt) + gen_length) // block_length)
        total, cache, calls = blocks * block_length, DynamicCache(), 0
        number = torch.arange(total) // block_length
        seen = (number[None] <= number[:, None])[None]
        text = torch.full((1, total), mask_id)
        text[0, : len(prompt)] = torch.tensor(prompt, dtype=torch.int64)
        whole = len(prompt) // block_length * block_length
        places = torch.arange(total)[None]
        if whole:
            self(text[:, :whole], seen[:, None, :whole, :whole], places[:, :whole],
                 past_key_values=cache, use_cache=True, store_kv=True)
        for start in range(whole, total, block_length):
            end, steps = start + block_length, iter([*counts, 0])
            current, mask = text[:, start:end].clone(), seen[:, None, start:end, :end]
            for count in steps:
                masked = current == mask_id
                done = not bool(masked.any())
                logits = self(current, mask, places[:, start:end], past_key_values=cache,
                              use_cache=True, store_kv=done).logits
                if done:
                    break
                calls += 1
                logits = logits.index_fill(2, torch.tensor(never), -torch.inf)
                sure, best = logits.softmax(-1).max(-1)
                sure = torch.where(masked, sure, -torch.inf)
                high = sure > threshold
                if int(high.sum()) >= count:
                    current[high] = best[high]
                else:
                    first = sure[0].topk(min(count, int(masked.sum()))).indices
                    current[0, first] = best[0, first]
            text[:, start:end] = current
        return text[0, len(prompt) : len(prompt) + gen_length], calls
'''
)

# Of a type that nobody knows, whose own code holds later blocks back, whatever it is told.
_BLOCKY = (
    _BODY
    + """

class Config(PretrainedConfig):
    model_type = "blocky"


class Model(PreTrainedModel):
    config_class = Config

    def __init__(self, config):
        super().__init__(config)
        self.embedding = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList([Layer(config, i) for i in range(2)])
        self.norm = nn.LayerNorm(config.hidden_size)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        self.post_init()

    def get_input_embeddings(self):
        return self.embedding

    def forward(self, input_ids=None):
        places = torch.arange(input_ids.shape[1], device=input_ids.device)
        number = places // self.config.built_in
        mask = number[None] <= number[:, None]
        x = self.embedding(input_ids)
        for layer in self.layers:
            x = layer(x, mask, places[None], None, False)
        return CausalLMOutputWithPast(logits=self.lm_head(self.norm(x)))
"""
)

# Answers depend on everything that is seen, and are certain now and then.
_SCALES = {"embedding": 1.0, "lm_head": 0.35}
CODES = {"llada2_moe": _LLADA2, "sdar": _SDAR, "blocky": _BLOCKY}


def write_blocks(folder: Path, kind: str, *, code: str | None = None, **changes: Any) -> Path:
    """A checkpoint of a stand-in with random weights; one token ends a text.

    Args:
        folder: where it goes.
        kind: a key of `CODES`.
        code: in place of the stand-in's.
        changes: of its configuration.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "modeling_blocks.py").write_text(CODES[kind])
    content = {
        "model_type": kind,
        "hidden_size": 32,
        "vocab_size": 14,
        "max_position_embeddings": 96,
        "transformers_version": "4.52.3",
        "auto_map": {
            "AutoConfig": "modeling_blocks.Config",
            "AutoModelForCausalLM": "modeling_blocks.Model",
        },
        **changes,
    }
    (folder / "config.json").write_text(json.dumps(content))
    write_tokenizer(folder, MASKS[kind], *ENDS)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    tokenizer.add_special_tokens({"additional_special_tokens": [*ENDS]})
    tokenizer.save_pretrained(folder)
    model_class = get_class_from_dynamic_module("modeling_blocks.Model", str(folder))
    known = {key: value for key, value in content.items() if key != "auto_map"}
    shapes = model_class(model_class.config_class(**known)).state_dict()
    generator = torch.Generator().manual_seed(1)
    tensors = {}
    for name, weight in shapes.items():
        drawn = _SCALES.get(name.split(".")[-2], 0.3) * torch.randn(
            weight.shape, generator=generator
        )
        norm = name.split(".")[-2] in ("first", "second", "norm")
        tensors[name] = torch.full_like(weight, float("weight" in name)) if norm else drawn
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    if code is not None:
        (folder / "modeling_blocks.py").write_text(code)
    return folder


def load_blocks(folder: Path, *, cache: bool = True, **keys: Any) -> BlockCausalDenoiser:
    """A stand-in as it is loaded; without a cache where that is said."""
    given = {"device": "cpu", "prefix": [], "suffix": [], "trust_remote_code": True}
    found = load_huggingface(str(folder), **{**given, **keys})
    assert isinstance(found, BlockCausalDenoiser)
    if not cache:
        found.reading = "padded"
    return found


def own_answers(
    denoiser: BlockCausalDenoiser,
    prompts: list[list[int]],
    counts: list[int],
    *,
    threshold: float = 2.0,
) -> tuple[list[list[int]], list[int]]:
    """What the model's own sampler writes after each prompt, and its calls for each.

    It is asked for as many tokens as fill the blocks that an answer of the denoiser has.
    """
    block = denoiser.attention_block
    texts, calls = [], []
    for prompt in prompts:
        length = denoiser.length - len(prompt) % block
        text, asked = denoiser.model.own_sampler(  # type: ignore[operator]
            prompt, block, counts, length, threshold, MASK, NEVER
        )
        texts.append(text.tolist())
        calls.append(asked)
    return texts, calls

"""Ratio of one run: a block-causal model with the keys and values of finished blocks kept."""

from __future__ import annotations

import statistics
from pathlib import Path

import numpy as np
import pytest
import torch
from block_models import load_blocks, write_blocks
from sampling_cost import seconds

from mdm_opt.candidates import MaskedDecoding
from mdm_opt.models.block_denoiser import BlockCausalDenoiser
from mdm_opt.models.prompts import Prompts
from mdm_opt.processes import instance_noise
from mdm_opt.processes.base import Samples
from mdm_opt.processes.masked.loop import generate

pytestmark = pytest.mark.bench

BLOCK, LENGTH, BATCH, ROUNDS = 32, 128, 4, 5
# Tokens of prompts that differ, each of which begins a block.
PROMPTS = {"short": (5, 20, 9, 30), "long": (389, 404, 393, 414)}


def sampled(denoiser: BlockCausalDenoiser, rows: list[list[int]]) -> Samples:
    noise = instance_noise(range(BATCH), LENGTH, seed=0)
    settings = MaskedDecoding(order="confidence", temperature=0.0, block_length=BLOCK)
    counts = np.tile([4] * 8, LENGTH // BLOCK)
    return generate(denoiser, counts, noise, settings, Prompts.of(rows, denoiser.device))


@pytest.mark.parametrize("prompts", PROMPTS)
def test_finished_blocks_are_read_once(tmp_path: Path, prompts: str) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    sizes = {"hidden_size": 256, "max_position_embeddings": 1024}
    folder = write_blocks(tmp_path / "llada2", "llada2_moe", **sizes)
    keys = {"length": LENGTH, "block_length": BLOCK}
    cached = load_blocks(folder, **keys)
    uncached = load_blocks(folder, cache=False, **keys)
    assert (cached.reading, uncached.reading) == ("cached", "padded")
    rng = np.random.default_rng(0)
    rows = [rng.integers(4, 10, size).tolist() for size in PROMPTS[prompts]]
    assert torch.equal(sampled(cached, rows).tokens, sampled(uncached, rows).tokens)
    ratios = []
    for _ in range(ROUNDS):
        ours = seconds(lambda: sampled(cached, rows))
        ratios.append(ours / seconds(lambda: sampled(uncached, rows)))
    ratio = statistics.median(ratios)
    print(f"\n{prompts} prompts, cached / uncached: {ratio:.2f}")
    torch.set_num_threads(before)
    assert ratio < 0.9

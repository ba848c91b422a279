"""Block-causal models are sampled as their own samplers do, token by token and call by call."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from block_models import END, load_blocks, own_answers, write_blocks

from mdm_opt.candidates import MaskedDecoding, Rule, baseline
from mdm_opt.models.block_causal import mean_calls
from mdm_opt.models.block_denoiser import BlockCausalDenoiser
from mdm_opt.models.prompts import Prompts
from mdm_opt.processes import instance_noise
from mdm_opt.processes.base import Samples
from mdm_opt.processes.masked.loop import generate
from mdm_opt.processes.masked.profile_estimate import one_by_one
from mdm_opt.processes.masked.rule_loop import generate_by_rule

KINDS = ("llada2_moe", "sdar")
CASES = [(4, 16, [2, 1, 1]), (8, 24, [3, 0, 4, 1]), (2, 8, [1, 1]), (6, 12, [6])]
# Not none: of nothing but masks all positions of these models say the same.
SIZES = (3, 1, 5, 8, 13, 17)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    base = tmp_path_factory.mktemp("blocks")
    return {kind: write_blocks(base / kind, kind) for kind in KINDS}


def prompts_of(block: int) -> list[list[int]]:
    rng = np.random.default_rng(block)
    return [rng.integers(4, 10, size).tolist() for size in SIZES]


def decoding(block: int, temperature: float = 0.0) -> MaskedDecoding:
    return MaskedDecoding(order="confidence", temperature=temperature, block_length=block)


def by_counts(
    denoiser: BlockCausalDenoiser, counts: list[int], rows: list[list[int]], block: int
) -> Samples:
    length = denoiser.length
    steps = np.tile(counts, length // block)
    noise = instance_noise(range(len(rows)), length, seed=0)
    return generate(denoiser, steps, noise, decoding(block), Prompts.of(rows, denoiser.device))


def check(samples: Samples, own: tuple[list[list[int]], list[int]], length: int) -> None:
    for found, wanted in zip(samples.tokens.tolist(), own[0], strict=True):
        assert found == [*wanted, *[END] * (length - len(wanted))]
    assert samples.nfe.tolist() == own[1]
    assert samples.sequence_calls == sum(own[1])


@pytest.mark.cases(3)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("block", "length", "counts"), CASES)
def test_counts_give_the_tokens_of_the_models_own_sampler(
    folders: dict[str, Path], kind: str, block: int, length: int, counts: list[int]
) -> None:
    cached = load_blocks(folders[kind], length=length, block_length=block)
    rows = prompts_of(block)
    own = own_answers(cached, rows, [count for count in counts if count])
    # Not the same answer to everything.
    assert len({tuple(text) for text in own[0]}) > 3
    check(by_counts(cached, counts, rows, block), own, length)
    steps, begun = np.array(counts), np.array(SIZES) % block
    assert mean_calls(steps, begun, length // block) == np.mean(own[1])
    for size in (1, 4):
        for start in range(0, len(rows), size):
            part = slice(start, start + size)
            some = by_counts(cached, counts, rows[part], block)
            check(some, (own[0][part], own[1][part]), length)
    uncached = load_blocks(folders[kind], length=length, block_length=block, cache=False)
    check(by_counts(uncached, counts, rows, block), own, length)


@pytest.mark.cases(5)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("block", "length"), [(4, 16), (8, 24)])
@pytest.mark.parametrize("threshold", [0.3, 0.6, 0.9])
def test_a_threshold_gives_the_tokens_of_the_models_own_sampler(
    folders: dict[str, Path], kind: str, block: int, length: int, threshold: float
) -> None:
    rows, blocks = prompts_of(block), length // block
    noise = instance_noise(range(len(rows)), length, seed=0)
    plan = decoding(block).plan(
        baseline("linear", blocks).schedule, blocks, length, Rule("confidence", threshold)
    )
    for cache in (True, False):
        denoiser = load_blocks(folders[kind], length=length, block_length=block, cache=cache)
        own = own_answers(denoiser, rows, [1] * block, threshold=threshold)
        given = Prompts.of(rows, denoiser.device)
        check(generate_by_rule(denoiser, plan, noise, decoding(block), given), own, length)


def test_without_prompts_the_prefix_begins_the_first_block(folders: dict[str, Path]) -> None:
    denoiser = load_blocks(folders["sdar"], length=8, block_length=4, prefix=["<bos>"])
    noise = instance_noise(range(3), 8, seed=1)
    samples = generate(denoiser, np.array([2, 2, 2, 2]), noise, decoding(4))
    own = own_answers(denoiser, [[0]] * 3, [2, 2])
    check(samples, own, 8)


@pytest.mark.parametrize("order", ["random", "margin"])
def test_draws_are_of_the_law_of_the_block(folders: dict[str, Path], order: str) -> None:
    """The first token of an answer in one step a block, against the model's own probabilities."""
    denoiser = load_blocks(folders["llada2_moe"], length=4, block_length=4)
    count, prompt = 4000, [4, 6, 5, 8, 9]
    noise = instance_noise(range(count), 4, seed=2)
    settings = MaskedDecoding(order=order, temperature=1.0, block_length=4)  # type: ignore[arg-type]
    given = Prompts.of([prompt] * count, denoiser.device)
    tokens = generate(denoiser, np.array([4]), noise, settings, given).tokens
    whole = Prompts.of([prompt[:4]], denoiser.device)
    answer = torch.tensor([[9, 10, 10, 10]])
    law = denoiser.log_probs(answer, torch.tensor([[1, 2, 3]]), whole)[0].double().exp()
    for place in range(3):
        found = torch.bincount(tokens[:, place], minlength=14) / count
        error = (law[place] * (1 - law[place]) / count).sqrt()
        assert ((found - law[place]).abs() <= 4.5 * error + 1e-9).all()
    assert (tokens[:, 3] == END).all()


def test_own_sequences_are_written_in_the_blocks(folders: dict[str, Path]) -> None:
    denoiser = load_blocks(folders["sdar"], length=8, block_length=4)
    samples = one_by_one(denoiser, range(3), seed=0)
    assert samples.nfe.tolist() == [8, 8, 8]
    assert not (samples.tokens == denoiser.mask_token_id).any()


def test_other_blocks_and_guidance_are_refused(folders: dict[str, Path]) -> None:
    denoiser = load_blocks(folders["sdar"], length=8, block_length=4)
    noise = instance_noise([0], 8, seed=0)
    given = Prompts.of([[4]], denoiser.device)
    for settings in (
        MaskedDecoding(),
        MaskedDecoding(block_length=2),
        MaskedDecoding(block_length=4, guidance=1.0),
    ):
        with pytest.raises(ValueError, match="needs blocks of 4 and no guidance"):
            generate(denoiser, np.ones(8, dtype=np.int64), noise, settings, given)

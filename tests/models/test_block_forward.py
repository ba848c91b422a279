"""How a block-causal model is told of its blocks, and what its answers then depend on."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from block_models import CODES, load_blocks, write_blocks
from language_models import MASK

from mdm_opt.models.block_denoiser import BlockCausalDenoiser
from mdm_opt.models.prompts import Prompts

KINDS = ("llada2_moe", "sdar")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, BlockCausalDenoiser]:
    base = tmp_path_factory.mktemp("blocks")
    return {
        kind: load_blocks(write_blocks(base / kind, kind), length=12, block_length=4)
        for kind in KINDS
    }


def answers(denoiser: BlockCausalDenoiser, tokens: torch.Tensor, last: int) -> torch.Tensor:
    positions = torch.arange(last - 4, last)[None].expand(len(tokens), -1)
    return denoiser.log_probs(tokens, positions).exp()


@pytest.mark.parametrize("kind", KINDS)
def test_a_block_sees_itself_and_those_before_it(
    found: dict[str, BlockCausalDenoiser], kind: str
) -> None:
    denoiser = found[kind]
    tokens = torch.tensor([[4, 5, 6, 7, 8, MASK, MASK, 9, MASK, MASK, MASK, MASK]])
    seen = answers(denoiser, tokens, 8)
    for place, matters in ((0, True), (3, True), (4, True), (7, True), (8, False), (11, False)):
        other = tokens.clone()
        other[0, place] = 6 if tokens[0, place] != 6 else 7
        moved = float((answers(denoiser, other, 8) - seen)[:, 1:3].abs().max())
        assert (moved > 1e-3) if matters else (moved < 1e-6), (place, moved)


@pytest.mark.parametrize("kind", KINDS)
def test_the_model_answers_as_by_its_own_mask(
    found: dict[str, BlockCausalDenoiser], kind: str
) -> None:
    """The sequence is cut at the end of the block, and blocks are written as numbers here."""
    denoiser = found[kind]
    prompt = [4, 5, 6, 7, 8, 9]
    tokens = torch.tensor([[9, 8, 7, 6, MASK, 5, MASK, MASK, MASK, MASK, MASK, MASK]])
    text = torch.cat([torch.tensor([prompt]), tokens], dim=1)[:, :12]
    number = torch.arange(12) // 4
    seen = (number[None] <= number[:, None])[None, None]
    mask = torch.zeros(seen.shape).masked_fill(~seen, -torch.inf) if kind != "sdar" else seen
    with torch.no_grad():
        logits = denoiser.model(text, mask, torch.arange(12)[None]).logits[0, [10, 11]]
    logits[:, [0, 1, 2, 3, MASK, 12, 13]] = -torch.inf
    given = Prompts.of([prompt], denoiser.device)
    got = denoiser.log_probs(tokens, torch.tensor([[4, 5]]), given)[0]
    torch.testing.assert_close(got, logits.log_softmax(-1), rtol=1e-4, atol=1e-4)


def test_code_is_told_in_the_form_that_it_takes(
    tmp_path: Path, found: dict[str, BlockCausalDenoiser]
) -> None:
    """A mask of ones and zeros does as well as one that is added."""
    code = CODES["llada2_moe"]
    refused = '"a mask of numbers that are added is expected"'
    ones = code.replace(
        "        for layer in self.layers:\n",
        "        if attention_mask is not None:\n"
        "            if attention_mask.min() < 0:\n"
        "                raise ValueError('ones and zeros are expected')\n"
        "            attention_mask = (1 - attention_mask) * torch.finfo(x.dtype).min\n"
        "        for layer in self.layers:\n",
        1,
    )
    assert refused in ones
    folder = write_blocks(tmp_path / "ones", "llada2_moe", code=ones)
    denoiser = load_blocks(folder, length=12, block_length=4)
    tokens = torch.tensor([[4, 5, 6, 7, 8, MASK, MASK, 9, MASK, MASK, MASK, MASK]])
    torch.testing.assert_close(
        answers(denoiser, tokens, 8), answers(found["llada2_moe"], tokens, 8)
    )

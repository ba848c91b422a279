"""Block-causal checkpoints: which they are, how they are read, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from block_models import CODES, END, load_blocks, write_blocks
from language_models import MASK, write_checkpoint, write_tokenizer
from loaded_models import refusal

from mdm_opt.errors import InputError
from mdm_opt.models.block_denoiser import BlockCausalDenoiser
from mdm_opt.models.loading import load_huggingface
from mdm_opt.models.prompts import Prompts

KINDS = ("llada2_moe", "sdar")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    base = tmp_path_factory.mktemp("blocks")
    return {kind: write_blocks(base / kind, kind) for kind in CODES}


def refused(folder: Path, **keys: Any) -> str:
    mask = {"mask_token": "<|mask|>"} if "blocky" in folder.name else {}
    return refusal(folder, **{"length": 12, "prefix": [], "suffix": [], **mask, **keys})


def test_blocks_are_those_of_the_type_the_configuration_or_the_key(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    assert load_blocks(folders["llada2_moe"], length=32).attention_block == 32
    assert load_blocks(folders["sdar"], length=12).attention_block == 4
    configured = write_blocks(tmp_path / "sdar", "sdar", block_size=6)
    assert load_blocks(configured, length=12).attention_block == 6
    assert load_blocks(configured, length=12, block_length=3).attention_block == 3


@pytest.mark.parametrize("kind", KINDS)
def test_finished_blocks_are_cached_and_change_nothing(
    folders: dict[str, Path], kind: str
) -> None:
    """Rows of different prompts, at different blocks, asked in turn and not all of them."""
    cached = load_blocks(folders[kind], length=12, block_length=4)
    assert cached.reading == "cached"
    assert cached.attention_words == "attention in blocks of 4, finished blocks cached"
    rng = np.random.default_rng(0)
    rows = [rng.integers(4, 10, size).tolist() for size in (0, 9, 4, 14)]
    prompts = Prompts.of(rows, cached.device)
    for reading in ("padded", "grouped"):
        other = load_blocks(folders[kind], length=12, block_length=4)
        other.reading = reading  # type: ignore[assignment]
        ours, theirs = cached.open_blocks(4, prompts), other.open_blocks(4, prompts)
        tokens = torch.from_numpy(rng.integers(4, 10, (4, 12)))
        for asked, blocks in (
            ([0, 1, 2, 3], [0, 0, 0, 0]),
            ([1, 3], [1, 0]),
            ([0, 1, 3], [0, 2, 1]),
            ([3, 0], [2, 2]),
            ([0, 1, 2, 3], [2, 2, 1, 2]),
        ):
            index, starts = np.array(asked), 4 * np.array(blocks)
            positions = torch.from_numpy(starts)[:, None] + torch.tensor([3, 1])
            given = index, tokens[index].clone(), starts, positions
            found = cached.block_log_probs(ours, *given).log_probs(slice(None))
            wanted = other.block_log_probs(theirs, *given).log_probs(slice(None))
            torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-4)
        # What was finished when a sequence was last asked about, and no more.
        assert ours.kept.tolist() == [8, 16, 8, 20]
        assert theirs.kept.tolist() == [0, 0, 0, 0]


def test_code_without_a_cache_reads_all_again(tmp_path: Path, folders: dict[str, Path]) -> None:
    code = CODES["sdar"].replace("past.update(k, v, self.index)", "past.grow(k, v)")
    denoiser = load_blocks(
        write_blocks(tmp_path / "sdar", "sdar", code=code), length=12, block_length=4
    )
    assert denoiser.reading == "padded"
    assert denoiser.attention_words == "attention in blocks of 4, without a cache"


def test_a_mask_of_its_own_is_read_one_length_at_a_time(
    tmp_path: Path, folders: dict[str, Path]
) -> None:
    folder = write_blocks(tmp_path / "blocky", "blocky", built_in=4)
    keys: dict[str, Any] = {"attention": "block_causal", "length": 12}
    own = {"end_tokens": ["<|endoftext|>"], "mask_token": "<|mask|>"}
    denoiser = load_blocks(folder, block_length=4, **own, **keys)
    assert denoiser.reading == "grouped"
    rows = [[4, 5, 6], [], [5] * 7]
    tokens = torch.full((3, 12), MASK)
    positions = torch.tensor([[0, 1]]).expand(3, -1)
    together = denoiser.log_probs(tokens, positions, Prompts.of(rows, denoiser.device))
    for row, prompt in enumerate(rows):
        alone = denoiser.log_probs(
            tokens[:1], positions[:1], Prompts.of([prompt], denoiser.device)
        )
        torch.testing.assert_close(alone[0], together[row], rtol=1e-5, atol=1e-5)
    assert refused(folder, **keys).startswith("[model] block_length: missing: ")
    wrong = refused(folder, block_length=3, **keys)
    assert wrong.endswith(
        "cannot be told of blocks of 3 tokens: what comes after a block moves its answers"
    )


def test_attention_that_nobody_said_is_found_by_asking(tmp_path: Path) -> None:
    folder = write_blocks(tmp_path / "blocky", "blocky", built_in=4)
    for length in (12, 8):
        assert refused(folder, length=length) == (
            "[model] attention: the answers of Model (type 'blocky') do not depend on what comes "
            "after a block of 4 tokens: attention = 'block_causal' and block_length = 4 say so"
        )
    whole = write_blocks(tmp_path / "whole", "blocky", built_in=96)
    denoiser = load_huggingface(
        str(whole),
        length=12,
        device="cpu",
        prefix=[],
        suffix=[],
        mask_token="<|mask|>",
        trust_remote_code=True,
    )
    assert not isinstance(denoiser, BlockCausalDenoiser)
    assert denoiser.attention_words == "full attention (found by asking it)"


def test_what_does_not_go_with_blocks_is_refused_in_one_line(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    sdar = folders["sdar"]
    assert refused(sdar, attention="full") == (
        "[model] attention = 'full' is not accepted: models of type 'sdar' attend block by block, "
        "and are not served otherwise; accepted: 'auto', 'block_causal'"
    )
    assert "[model] length: 10 is not accepted: the model attends in blocks of 4" in refused(
        sdar, length=10
    )
    assert "[model] suffix: 1 tokens are not accepted" in refused(sdar, suffix=["<eos>"])
    assert "[model] logits_shift: 1 is not accepted" in refused(sdar, logits_shift=1)
    assert "[model] prefix of 1 tokens: it begins a block of 4" in refused(
        sdar, prefix=["<bos>"], end_tokens=[]
    )
    assert "two blocks and two tokens are needed" in refused(sdar, length=64, block_length=64)
    llada = write_checkpoint(tmp_path / "llada", "llada")
    assert refused(llada, attention="block_causal") == (
        "[model] attention = 'block_causal' is not accepted: models of type 'llada' attend to "
        "whole sequences; accepted: 'auto', 'full'"
    )
    assert (
        "[model] block_length = 4 is not accepted: nothing says that models of type 'llada'"
        in (refused(llada, block_length=4))
    )


def test_prompts_that_begin_a_block_need_a_token_that_ends_the_answer(
    folders: dict[str, Path],
) -> None:
    denoiser = load_blocks(folders["sdar"], length=12, end_tokens=[])
    assert denoiser.prompt_ids("abcd") == [4, 5, 6, 7]
    with pytest.raises(InputError, match=r"prompt of 3 tokens: it begins a block of 4, so that"):
        denoiser.prompt_ids("abc")
    with pytest.raises(InputError, match=r"prompt of 3 tokens: it begins a block of 4, so that"):
        denoiser.open_blocks(1, Prompts.of([[4, 5, 6]], denoiser.device))
    ending = load_blocks(folders["sdar"], length=12)
    assert ending.end_token_ids == (END,)
    assert ending.prompt_ids("abc") == [4, 5, 6]


def test_a_prompt_with_the_mask_is_refused(tmp_path: Path) -> None:
    folder = write_blocks(tmp_path / "sdar", "sdar")
    # Behind the letters, where a letter reads as the mask.
    write_tokenizer(folder, "z", "<|endoftext|>")
    denoiser = load_blocks(folder, length=12, mask_token="z")
    with pytest.raises(InputError, match="prompt with the mask token"):
        denoiser.prompt_ids("abz")


def test_the_fingerprint_knows_the_blocks(folders: dict[str, Path]) -> None:
    found = {load_blocks(folders["sdar"], length=12, block_length=n).fingerprint for n in (3, 4)}
    assert len(found) == 2

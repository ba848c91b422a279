"""Trains the bundled model: a BERT that writes 6x6 Sudoku grids as a masked diffusion model.

    python training/train_sudoku.py --out mdm_opt/models/bundled/sudoku6x6

About an hour on two CPU cores. The data are drawn exactly uniformly from all 28,200,960 grids, so
nothing is downloaded. The seed fixes data, masks and initial weights.

What makes it learn at once instead of after thousands of steps: the position table starts as the
sum of a row, a column and a box code in orthogonal subspaces, and the three heads of every layer
start by attending within the row, the column and the box. Both are ordinary BERT weights.
"""

from __future__ import annotations

import argparse
import math
import time
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from torch import nn
from transformers import BertConfig, BertForMaskedLM, PreTrainedTokenizerFast

from mdm_opt.sudoku import are_valid, sample_grids, unit_indices

SIDE, LENGTH, MASK = 6, 36, 6
WIDTH, HEADS, LAYERS = 96, 3, 6
LEARNING_RATE, WARMUP_STEPS, DECAY_FROM, EMA_DECAY = 2e-3, 100, 0.3, 0.998


def build_model() -> BertForMaskedLM:
    """A small BERT whose position table and heads know rows, columns and boxes."""
    model = BertForMaskedLM(
        BertConfig(
            vocab_size=SIDE + 1,
            hidden_size=WIDTH,
            num_hidden_layers=LAYERS,
            num_attention_heads=HEADS,
            intermediate_size=4 * WIDTH,
            max_position_embeddings=LENGTH,
            type_vocab_size=1,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            pad_token_id=None,
        )
    )
    basis = torch.linalg.qr(torch.randn(WIDTH, WIDTH))[0]
    codes = [basis[:, SIDE * unit : SIDE * (unit + 1)].T for unit in range(3)]
    units = torch.from_numpy(unit_indices(SIDE))
    head_width = WIDTH // HEADS
    with torch.no_grad():
        table = sum(code[unit] for code, unit in zip(codes, units, strict=True))
        model.bert.embeddings.position_embeddings.weight.copy_(0.04 * math.sqrt(WIDTH) * table)
        for layer in model.bert.encoder.layer:
            for head, code in enumerate(codes):
                first = head * head_width
                for linear in (layer.attention.self.query, layer.attention.self.key):
                    linear.weight[first : first + SIDE] += math.sqrt(2) * code
    return model


def build_tokenizer() -> PreTrainedTokenizerFast:
    """One token a digit and the mask token."""
    vocabulary = {str(digit + 1): digit for digit in range(SIDE)} | {"[MASK]": MASK}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[MASK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, mask_token="[MASK]")


def masked_batch(rng: np.random.Generator, size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Grids and masks, both ``(size, 36)``; the masked share follows Beta(2, 2).

    Nearly full and nearly empty grids are learned at once; the work is in between.
    """
    grids = torch.from_numpy(sample_grids(size, SIDE, rng=rng).astype(np.int64))
    masked_cells = torch.from_numpy(1 + np.floor(LENGTH * rng.beta(2, 2, size)).astype(np.int64))
    ranks = torch.from_numpy(rng.random((size, LENGTH)).argsort(1).argsort(1))
    return grids, ranks < masked_cells[:, None]


def masked_loss(model: nn.Module, grids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy over a grid's masked cells, in nats a cell."""
    logits = model(input_ids=torch.where(mask, MASK, grids)).logits[..., :SIDE]
    losses = nn.functional.cross_entropy(logits[mask], grids[mask], reduction="none")
    weights = (1 / mask.sum(1, keepdim=True)).expand(-1, LENGTH)[mask]
    return (losses * weights).sum() / len(grids)


@torch.no_grad()
def valid_share(model: nn.Module, samples: int) -> float:
    """Share of valid grids, one cell a step in random order at temperature 1."""
    tokens = torch.full((samples, LENGTH), MASK)
    order = torch.rand(samples, LENGTH).argsort(1)
    rows = torch.arange(samples)
    for cell in order.T:
        logits = model(input_ids=tokens).logits[rows, cell, :SIDE]
        tokens[rows, cell] = torch.multinomial(logits.softmax(-1), 1)[:, 0]
    return float(are_valid(tokens.numpy()).mean())


def learning_rate_factor(step: int, steps: int) -> float:
    """Linear warm-up, constant, linear decay to 1%."""
    decay = (step / steps - DECAY_FROM) / (1 - DECAY_FROM)
    return min(1.0, (step + 1) / WARMUP_STEPS) * min(1.0, max(0.01, 1 - decay))


def train(steps: int, batch_size: int, seed: int) -> BertForMaskedLM:
    """Trains with AdamW and returns the exponential moving average of the weights."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    model = build_model()
    averaged = torch.optim.swa_utils.AveragedModel(
        model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(EMA_DECAY)
    )
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.98), weight_decay=0.01
    )
    scheduler = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: learning_rate_factor(step, steps)
    )
    started, losses = time.monotonic(), []
    for step in range(1, steps + 1):
        loss = masked_loss(model, *masked_batch(rng, batch_size))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        scheduler.step()
        averaged.update_parameters(model)
        losses.append(loss.item())
        if step % 500 == 0:
            print(
                f"step {step}: loss {np.mean(losses[-500:]):.4f} nats a cell, "
                f"valid {valid_share(averaged.module, 256):.3f}, "
                f"{time.monotonic() - started:.0f} s",
                flush=True,
            )
    return averaged.module


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="folder for the checkpoint")
    parser.add_argument("--steps", type=int, default=9000)
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--samples", type=int, default=2000, help="grids of the final check")
    arguments = parser.parse_args()
    model = train(arguments.steps, arguments.batch_size, arguments.seed).eval()
    model.save_pretrained(arguments.out)
    build_tokenizer().save_pretrained(arguments.out)
    share = valid_share(model, arguments.samples)
    print(f"valid at one cell a step: {share:.4f} of {arguments.samples} grids")


if __name__ == "__main__":
    main()

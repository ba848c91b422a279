"""Samples judged by a second frozen model, with a guard on their entropy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from mdm_opt.errors import InputError, RunError
from mdm_opt.models.base import Denoiser
from mdm_opt.models.devices import pick_device, pick_dtype, quiet_transformers
from mdm_opt.models.weights import fingerprint
from mdm_opt.objectives.base import Array, Direction, Scores
from mdm_opt.objectives.entropy import entropy_guard
from mdm_opt.plugins import one_line
from mdm_opt.processes import Batch, pseudo_nll

# Texts in, (mean NLL per token in nats, model calls in sequences) out.
Judge = Callable[[Sequence[str]], tuple[Array, int]]


class JudgeNll:
    """Mean negative log-likelihood per token under a judge, in nats.

    Low values alone can be had by repeating one likely token, so the mean unigram entropy of the
    samples can be required to stay above a floor.

    Args:
        judge: see `causal_judge` and `masked_judge`.
        min_entropy_nats: floor of the samples' mean unigram entropy, or None for no guard.
        fingerprint: of the judge.
    """

    name = "judge_nll"
    direction: Direction = "minimize"
    unit = "nats/token"
    deterministic = False

    def __init__(
        self, judge: Judge, min_entropy_nats: float | None = None, *, fingerprint: str = ""
    ) -> None:
        self._judge = judge
        self.fingerprint = fingerprint
        self._min_entropy = min_entropy_nats

    def score(self, denoiser: Denoiser, batch: Batch) -> Scores:
        """See `Objective.score`; the guard is ``entropy``: floor minus entropy."""
        samples = batch.sample(denoiser)
        texts = batch.texts(denoiser, samples)
        values, calls = self._judge(texts)
        guards = entropy_guard(samples.tokens, self._min_entropy)
        return Scores(
            values, samples.nfe.astype(np.float64), samples.sequence_calls + calls, guards, texts
        )


def masked_judge(denoiser: Denoiser) -> Judge:
    """Pseudo-NLL under a masked model: each token given all others (Salazar et al. 2020).

    Costs ``length`` sequences through the judge for each text, which must have the judge's length.
    """

    def judge(texts: Sequence[str]) -> tuple[Array, int]:
        values = pseudo_nll(denoiser, denoiser.encode(texts))
        return values, len(texts) * denoiser.length

    return judge


def causal_judge(
    source: str,
    *,
    revision: str | None = None,
    dtype: str = "auto",
    device: str = "auto",
    batch_size: int = 64,
) -> tuple[Judge, str]:
    """NLL under a causal LM from a local folder or hub id; texts are read by its own tokenizer.

    The first token is predicted from the beginning-of-sequence token where there is one, and is
    not counted where there is none.

    Returns:
        The judge and its fingerprint.

    Raises:
        InputError: where the model cannot be loaded.
    """
    quiet_transformers()
    place = pick_device(device)
    try:
        tokenizer = AutoTokenizer.from_pretrained(source, revision=revision)
        loaded: Any = AutoModelForCausalLM.from_pretrained(
            source, revision=revision, dtype=pick_dtype(dtype, place), output_loading_info=True
        )
    except Exception as error:  # loaders of damaged or foreign checkpoints raise anything
        raise InputError(
            f"[objective] judge: cannot load {source!r}: {type(error).__name__}: {one_line(error)}"
        ) from error
    model, report = loaded
    if report["missing_keys"]:
        raise InputError(
            f"[objective] judge: {source!r} lacks {len(report['missing_keys'])} weights of "
            f"{type(model).__name__}; it is no complete causal LM"
        )
    frozen = model.to(place).eval().requires_grad_(False)
    longest = getattr(frozen.config, "max_position_embeddings", None)

    def judge(texts: Sequence[str]) -> tuple[Array, int]:
        rows = [_judge_ids(tokenizer, text) for text in texts]
        width = max(len(row) for row in rows)
        if longest is not None and width > longest:
            raise RunError(
                f"objective 'judge_nll': a sample has {width} tokens for the judge, which reads "
                f"at most {longest}"
            )
        values = np.full(len(rows), np.nan)
        for start in range(0, len(rows), batch_size):
            batch = rows[start : start + batch_size]
            values[start : start + len(batch)] = _causal_nll(frozen, batch)
        return values, len(texts)

    return judge, fingerprint(frozen, tokenizer)


def _judge_ids(tokenizer: Any, text: str) -> list[int]:
    ids = list(tokenizer(text, add_special_tokens=False).input_ids)
    return ids if tokenizer.bos_token_id is None else [tokenizer.bos_token_id, *ids]


@torch.inference_mode()
def _causal_nll(model: Any, rows: list[list[int]]) -> Array:
    """Mean NLL per predicted token, NaN for rows that predict none."""
    width = max(2, *(len(row) for row in rows))
    tokens = torch.zeros((len(rows), width), dtype=torch.int64)
    real = torch.zeros((len(rows), width), dtype=torch.int64)
    for index, row in enumerate(rows):
        tokens[index, : len(row)] = torch.tensor(row, dtype=torch.int64)
        real[index, : len(row)] = 1
    tokens, real = tokens.to(model.device), real.to(model.device)
    logits = model(input_ids=tokens, attention_mask=real).logits[:, :-1].float()
    losses = torch.nn.functional.cross_entropy(
        logits.transpose(1, 2), tokens[:, 1:], reduction="none"
    )
    predicted = real[:, 1:]
    mean = (losses * predicted).double().sum(1) / predicted.sum(1)
    return mean.cpu().numpy()

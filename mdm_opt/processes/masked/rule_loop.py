"""The sampler that reveals what the model is certain of, and of the rest a share."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from mdm_opt.candidates import MaskedDecoding, Plan, Rule
from mdm_opt.models.base import Denoiser
from mdm_opt.models.prompts import Prompts
from mdm_opt.processes.base import Samples
from mdm_opt.processes.masked.certainty import certain, doubts, share
from mdm_opt.processes.masked.loop import check_arguments
from mdm_opt.processes.masked.noise import Noise
from mdm_opt.processes.masked.state import Indices, Looked, State, by_certainty
from mdm_opt.schedules import Counts

_DEFAULT = MaskedDecoding()


@torch.inference_mode()
def generate_by_rule(
    denoiser: Denoiser,
    plan: Plan,
    noise: Noise,
    decoding: MaskedDecoding = _DEFAULT,
    prompts: Prompts | None = None,
) -> Samples:
    """Samples sequences by a rule (docs/mathematics.md 4).

    A sequence that has been revealed wholly makes no further call. A block that the prompt of a
    block-causal model begins starts with the first step, as every block.

    The host waits for the device once a step: how many tokens each sequence reveals decides which
    ones are finished, how far the block is and how many positions the next call asks for.

    Args:
        denoiser: frozen model.
        plan: with a rule.
        noise: randomness of the batch; fixes the random order and every token's uniform.
        decoding: how positions and tokens are chosen; with end tokens last, those positions are
            not certain as long as others of the block are masked.
        prompts: one a sequence; needs a `PromptedDenoiser`.

    Raises:
        ValueError: as `generate`, and for a plan without a rule.
        RunError: where the model answers with NaN.
    """
    if plan.rule is None or plan.shares is None:
        raise ValueError("a plan with a rule is expected")
    batch, length = noise.permutation.shape
    counts = np.broadcast_to(plan.shares, (batch, plan.steps))
    check_arguments(denoiser, counts, length, decoding, prompts)
    shares = plan.shares[: plan.steps // decoding.blocks(length)]
    state = _RuleState(plan.rule, shares, denoiser, decoding, noise, prompts)
    while len(rows := state.unfinished):
        state.step(rows)
    return state.samples()


class _RuleState(State):
    """Sequences whose steps reveal what the answers say.

    Args:
        rule: that decides.
        shares: int64 ``(steps,)``, what the schedule alone would reveal of a block in each step.
        denoiser, decoding, noise, prompts: see `State`.
    """

    def __init__(
        self,
        rule: Rule,
        shares: Counts,
        denoiser: Denoiser,
        decoding: MaskedDecoding,
        noise: Noise,
        prompts: Prompts | None,
    ) -> None:
        super().__init__(denoiser, decoding, noise, prompts)
        self._rule = rule
        # Tokens that the schedule alone would reveal in a step, out of those masked before it.
        self._shares, self._masked = shares, shares[::-1].cumsum()[::-1]
        # Steps that each sequence has taken in its block.
        self._taken = np.zeros(len(noise), dtype=np.int64)

    def step(self, rows: Indices) -> None:
        """Reveals what is certain of some sequences, and a share of the rest."""
        first = self._remembered is not None and not self._revealed[rows].any()
        positions, real = self._open(rows)
        answers = self._ask(rows, positions, first=first)
        looked = self._look(answers, positions, first=first)
        doubt = self._doubts(looked, real)
        sure = certain(doubt, self._rule)
        known = sure.sum(dim=1)
        revealed = known + self._of_rest(rows, known, real.sum(dim=1) - known)
        columns = self._columns(looked, doubt, sure, real)
        # The one wait of a step.
        counts = revealed.cpu().numpy()
        self._reveal(rows, counts, *self._drawn(answers, looked, rows, counts, columns, positions))
        done = self._revealed[rows] % self._block_length == 0
        self._taken[rows] = np.where(done, 0, self._taken[rows] + 1)

    def _looked(self, log_probs: torch.Tensor) -> Looked:
        """As `State`, with the doubt that the rule looks at."""
        return replace(super()._looked(log_probs), doubt=doubts(log_probs, self._rule))

    def _doubts(self, looked: Looked, real: torch.Tensor) -> torch.Tensor:
        """Doubt ``(rows, width)``, infinite for padding and for ends that come last."""
        doubt: torch.Tensor = looked.doubt  # type: ignore[assignment]
        doubt = doubt.masked_fill(~real, torch.inf)
        if not self._ends_last or looked.tokens is None:
            return doubt
        ends = self._is_end(looked.tokens)
        others = (real & ~ends).any(dim=1, keepdim=True)
        return doubt.masked_fill(ends & others, torch.inf)

    def _of_rest(self, rows: Indices, known: torch.Tensor, rest: torch.Tensor) -> torch.Tensor:
        """Tokens of the rest that are revealed; all arguments and the result int64 ``(rows,)``."""
        if not self._rule.scheduled:
            return (known == 0).long()
        taken = self._taken[rows]
        return share(rest, self._upload(self._shares[taken]), self._upload(self._masked[taken]))

    def _columns(
        self, looked: Looked, doubt: torch.Tensor, sure: torch.Tensor, real: torch.Tensor
    ) -> torch.Tensor:
        """Columns ``(rows, width)``: the certain ones, then the rest as it is revealed."""
        if not self._rule.scheduled:
            # What is certain has less doubt than the rest.
            return doubt.argsort(dim=1, stable=True)
        best = by_certainty(looked.certainty, real)
        sure_first = sure.gather(1, best).int().argsort(dim=1, descending=True, stable=True)
        return best.gather(1, sure_first)

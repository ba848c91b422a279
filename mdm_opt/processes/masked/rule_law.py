"""The exact law of the samples of a small problem under a rule, enumerated."""

from __future__ import annotations

import itertools
import math

import numpy as np
import numpy.typing as npt
import torch

from mdm_opt.candidates import Plan, Rule
from mdm_opt.errors import InputError
from mdm_opt.processes.masked.certainty import certain, doubts, share
from mdm_opt.schedules import Counts

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# Every random order is followed: 720 of six tokens.
MAX_LENGTH = 6


def check_orders(length: int) -> None:
    """Raises InputError where there are too many random orders to enumerate."""
    if length > MAX_LENGTH:
        raise InputError(
            f"the law of {length} tokens under a rule has {math.factorial(length)} random orders; "
            f"at most {MAX_LENGTH} tokens can be enumerated"
        )


class RuleLaw:
    """Law of samples in random order at temperature 1 under a rule, and their mean calls.

    What is certain depends on what is known, and which of the rest are revealed on the random
    order, so that every order is followed through all states that it can be in.

    Args:
        log_probs: ``(states, length, V)``, the model's in every state.
        masked: bool ``(states, length)``; states in row-major order of what each position holds,
            ``V`` for a mask.

    Raises:
        InputError: for more than `MAX_LENGTH` tokens.
    """

    def __init__(self, log_probs: torch.Tensor, masked: Flags) -> None:
        self._length, self._vocab_size = log_probs.shape[1:]
        check_orders(self._length)
        self._log_probs, self._masked = log_probs.cpu(), masked
        self._probabilities = self._log_probs.double().exp().numpy()
        self._strides = (self._vocab_size + 1) ** np.arange(self._length)[::-1]
        self._bits = 2 ** np.arange(self._length)

    def under(self, plan: Plan) -> tuple[Array, float]:
        """Probabilities of all sequences, float64 ``(V,) * length``, and the mean calls.

        Args:
            plan: with a rule, for whole sequences.

        Raises:
            ValueError: for a plan without a rule.
        """
        if plan.rule is None or plan.shares is None:
            raise ValueError("a plan with a rule is expected")
        orders = list(itertools.permutations(range(self._length)))
        law, calls = np.zeros(len(self._masked)), 0.0
        for order in orders:
            own, steps = self._in_order(plan.rule, plan.shares, np.array(order))
            law += own / len(orders)
            calls += steps / len(orders)
        shaped = law.reshape((self._vocab_size + 1,) * self._length)
        return shaped[(slice(0, self._vocab_size),) * self._length], calls

    def _in_order(self, rule: Rule, shares: Counts, order: Counts) -> tuple[Array, float]:
        """Law of the states at the end in one random order, and the mean calls."""
        sure, sorted_rest = self._sure(rule, order)
        law, calls = np.zeros(len(self._masked)), 0.0
        law[-1] = 1.0
        for count, masked in zip(shares, shares[::-1].cumsum()[::-1], strict=True):
            open_states = self._masked.any(axis=1)
            calls += float(law[open_states].sum())
            chosen = sure | (sorted_rest < self._of_rest(rule, sure, count, masked)[:, None])
            law = self._revealed(law, chosen & self._masked)
        return law, calls

    def _sure(self, rule: Rule, order: Counts) -> tuple[Flags, Counts]:
        """What is certain, and the place of every other masked position among the rest.

        Both ``(states, length)``; places are large where a position is none of the rest.
        """
        doubt = doubts(self._log_probs, rule).masked_fill(
            torch.from_numpy(~self._masked), torch.inf
        )
        in_order = doubt[:, torch.from_numpy(order)]
        sure = certain(in_order, rule).numpy()
        rest = self._masked[:, order] & ~sure
        if rule.scheduled:
            places = np.where(rest, rest.cumsum(axis=1) - 1, self._length)
        else:
            rising = in_order.argsort(dim=1, stable=True).numpy()
            places = np.where(rest, rising.argsort(axis=1), self._length)
        back = np.argsort(order)
        return sure[:, back], places[:, back]

    def _of_rest(self, rule: Rule, sure: Flags, count: int, masked: int) -> Counts:
        """How many of the rest a step reveals in every state, int64 ``(states,)``."""
        known = torch.from_numpy(sure.sum(axis=1))
        if not rule.scheduled:
            return (known == 0).long().numpy()
        rest = torch.from_numpy(self._masked.sum(axis=1)) - known
        return share(rest, torch.tensor(int(count)), torch.tensor(int(masked))).numpy()

    def _revealed(self, law: Array, chosen: Flags) -> Array:
        """The law after the chosen positions of every state have been revealed."""
        after = np.zeros_like(law)
        codes = np.where(law > 0, chosen @ self._bits, -1)
        for code in np.unique(codes[codes >= 0]):
            rows = np.flatnonzero(codes == code)
            targets, weights = rows[:, None], law[rows, None]
            for position in np.flatnonzero(self._bits & code):
                # A mask is the last of what a position may hold.
                moves = (np.arange(self._vocab_size) - self._vocab_size) * self._strides[position]
                targets = (targets[:, :, None] + moves).reshape(len(rows), -1)
                own = self._probabilities[rows, position][:, None]
                weights = (weights[:, :, None] * own).reshape(len(rows), -1)
            np.add.at(after, targets, weights)
        return after

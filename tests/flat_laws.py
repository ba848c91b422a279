"""Laws and a model under which nothing, or little, depends on the schedule."""

from __future__ import annotations

import itertools

import numpy as np
import torch

from mdm_opt.models.laws import EnumeratedLaw

LENGTH = 10


def pairs(flip):
    """Five pairs of bits, the second of each the first one, flipped with a probability.

    At 1/2 all ten are independent. Revealed in one step a pair costs its mutual information.
    """
    words = np.array(list(itertools.product((0, 1), repeat=LENGTH)))
    flipped = words[:, ::2] != words[:, 1::2]
    probabilities = np.where(flipped, flip, 1 - flip).prod(axis=1) * 0.5 ** (LENGTH // 2)
    return EnumeratedLaw(words, probabilities, "ab")


class ConstantEntropy:
    """A model that is equally unsure whatever it knows, and each time of something else.

    What is known decides which of two tokens has the probability 0.52.
    """

    length, vocab_size, mask_token_id, fingerprint = 12, 2, 2, "constant entropy"
    device = torch.device("cpu")

    def log_probs(self, tokens, positions):
        known = tokens != self.mask_token_id
        likely = ((tokens * known).sum(dim=1) + known.sum(dim=1) // 2)[:, None] + positions
        first = torch.where(likely % 2 == 0, 0.52, 0.48).double()
        return torch.stack([first, 1 - first], dim=-1).log()

    def decode(self, tokens):
        return ["".join("ab"[i] for i in row) for row in tokens.tolist()]

    def encode(self, texts):
        return torch.tensor([["ab".index(letter) for letter in text] for text in texts])

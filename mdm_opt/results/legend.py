"""What the words of results mean, for those who meet them first."""

from __future__ import annotations

import re

# By what a page has to say for the word to be explained: the word, and what it means.
_WORDS: tuple[tuple[str, str, str], ...] = (
    (
        r"\bNFE\b|model calls",
        "NFE",
        "model calls of one sequence (number of function evaluations), mean over the instances",
    ),
    (
        r"\bpath (KL|kl)\b|\bpath_kl\b",
        "path KL",
        "Kullback-Leibler divergence over whole paths, in nats of a sequence, of writing in few "
        "steps and in the finest ones; that of the samples is at most so much. 0 is best",
    ),
    (
        r"\binstances?\b",
        "instances",
        "samples on which schedules are compared: instance 7 has the same random numbers, and the "
        "same prompt, under each of them. Search, choice and verification have their own",
    ),
    (
        r"\bfresh instances|verified",
        "verified",
        "measured on instances that had no part in finding or choosing the schedule",
    ),
    (
        r"\brace\b",
        "race",
        "a trial is measured piece by piece and ends once it is clearly worse than the best one "
        "on the same instances; it has lost its race",
    ),
    (
        r"% interval|\binterval of the gain",
        "interval",
        "where the mean over all possible instances lies, with that confidence",
    ),
    (
        r"\bgain over\b",
        "adjusted interval",
        "that of a gain is wider than it would be by itself: those of all step counts hold "
        "together, and looking twice at a verification is paid for",
    ),
)


def legend(page: str) -> list[tuple[str, str]]:
    """Words that a page uses and what they mean.

    Args:
        page: everything that it says.
    """
    return [(word, meaning) for sign, word, meaning in _WORDS if re.search(sign, page)]

"""The sequences of the profile as instances that trials were measured on, too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mdm_opt.search.observations import Observation
from mdm_opt.search.space import SearchSpace


def with_profile(
    space: SearchSpace, observations: Sequence[Observation]
) -> tuple[Sequence[Observation], int]:
    """Trials on the sequences of the profile and their own instances together.

    Where path KL is searched both estimate the same means. What a few instances do not show, such
    as text that is rare, they cannot say the error of either: trials alone would then outweigh a
    profile that has seen it.

    Args:
        space: of the study.
        observations: trials of any step budgets.

    Returns:
        The same trials, each with the scores of the profile's sequences before its own, and the
        mean over all for its value; and how many sequences these are. They are as they are, and
        there are none, where the profile does not estimate their means, and where these are exact
        or known without scores.
    """
    candidates = [one.candidate for one in observations]
    instances = max((len(one.scores) for one in observations if one.scores is not None), default=0)
    told = all(one.scores is not None for one in observations)
    # One that has the counts of its rival differs from it by exactly nothing.
    exact = all(one.error == 0 for one in observations)
    if not told or exact or instances < 2 or not space.foretells(candidates):
        return observations, 0
    found, sequences = [], 0
    for one in observations:
        foretold = space.sequence_costs(one.candidate)
        sequences = len(foretold)
        # Of a race that was lost the value is that of all instances.
        both = foretold.sum() + instances * one.value
        found.append(
            replace(
                one,
                value=float(both / (sequences + instances)),
                scores=np.concatenate([foretold, np.asarray(one.scores)]),
            )
        )
    return found, sequences

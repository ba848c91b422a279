"""Tokens and the order of their positions, as targets are given them."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from handoff.formats.standins import MASK, VOCAB

from mdm_opt.candidates import ORDERS
from mdm_opt.handoff.formats.ranked import ranked_source
from mdm_opt.processes.masked.order import CERTAINTIES


def ranked(order: str) -> Any:
    """The function."""
    names: dict[str, Any] = {"torch": torch}
    exec(ranked_source(order), names)  # noqa: S102
    return names["ranked"]


@pytest.mark.parametrize("order", ORDERS)
def test_the_largest_numbers_are_the_first_positions_of_mdm_opt(order: str) -> None:
    logits = torch.randn(2, 50, VOCAB, generator=torch.Generator().manual_seed(0))
    logits[..., MASK] = 9.0
    tokens, ranks = ranked(order)(logits, 0.0, MASK)
    law = logits.double()
    law[..., MASK] = -torch.inf
    assert tokens.equal(law.argmax(-1))
    if order == "random":
        assert ranks.unique().numel() == 100
        return
    expected = CERTAINTIES[order](law.log_softmax(-1))
    assert ranks.argsort(1).equal(expected.argsort(1))


def test_tokens_are_drawn_at_the_temperature() -> None:
    """Shares of 20,000 draws, to 4.5 standard errors; the mask token never."""
    logits = torch.tensor([0.0, 1.0, 2.0, 5.0]).expand(20_000, 4)
    generator = torch.Generator().manual_seed(1)
    tokens, _ = ranked("random")(logits, 0.5, 3, generator)
    law = (logits[0, :3].double() / 0.5).softmax(-1)
    found = torch.bincount(tokens, minlength=4) / 20_000
    assert found[3] == 0
    assert ((found[:3] - law).abs() < 4.5 * (law * (1 - law) / 20_000).sqrt()).all()
    everywhere, _ = ranked("random")(logits, 0.0)
    assert (everywhere == 3).all()

"""Rules of certainty: token for token against plain loops, and against the static schedule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pytest
import rule_references as references
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from language_models import write_checkpoint
from prompted_laws import PromptedLaw
from sampling_cost import Shape, random_model

from mdm_opt.candidates import MEASURES, ORDERS, MaskedDecoding, Plan, Rule
from mdm_opt.errors import RunError
from mdm_opt.models.base import Denoiser
from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import sudoku4, toy_balanced
from mdm_opt.models.loading import load_huggingface
from mdm_opt.models.packaged import load_bundled
from mdm_opt.models.prompts import Prompts
from mdm_opt.processes import Samples, generate, generate_by_rule, instance_noise
from mdm_opt.schedules import BetaSchedule, reveal_counts

LENGTH, ROWS = 12, 6
SCHEDULE = BetaSchedule(0.6, 0.3)
# Nothing is certain by these.
NEVER = {"confidence": 1.5, "entropy": -1.0, "bound": -1.0}


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Threads only wait for each other on models this small."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Denoiser]:
    folder = write_checkpoint(tmp_path_factory.mktemp("llada"), "llada")
    llada = load_huggingface(
        str(folder), length=LENGTH, device="cpu", prefix=[], trust_remote_code=True
    )
    return {
        "bundled": load_bundled(device="cpu", dtype="float32"),
        "llada": llada,
        "enumerated": EnumeratedDenoiser(sudoku4()),
    }


def plan_of(decoding: MaskedDecoding, length: int, rule: Rule) -> Plan:
    return decoding.plan(SCHEDULE, 1, length, rule)


def in_batches(
    denoiser: Denoiser, rule: Rule, decoding: MaskedDecoding, batch_size: int, rows: int = ROWS
) -> tuple[list[list[int]], list[int]]:
    """Tokens and calls of all instances."""
    plan, tokens, nfe = plan_of(decoding, denoiser.length, rule), [], []
    for start in range(0, rows, batch_size):
        ids = range(start, min(start + batch_size, rows))
        noise = instance_noise(ids, denoiser.length, seed=4)
        found = generate_by_rule(denoiser, plan, noise, decoding)
        tokens += found.tokens.tolist()
        nfe += found.nfe.tolist()
    return tokens, nfe


def one_by_one(
    denoiser: Denoiser,
    choice: Callable[[], references.Choice],
    decoding: MaskedDecoding,
    rows: int = ROWS,
) -> tuple[list[list[int]], list[int]]:
    noise = instance_noise(range(rows), denoiser.length, seed=4)
    settings = {"temperature": decoding.temperature, "block_length": decoding.block_length}
    found = [references.sampled(denoiser, noise, row, choice(), **settings) for row in range(rows)]
    return [tokens for tokens, _ in found], [calls for _, calls in found]


RULES = [
    *((Rule("confidence", tau), partial(references.threshold, tau)) for tau in (0.3, 0.6, 0.9)),
    *((Rule("bound", gamma), partial(references.entropy_bound, gamma)) for gamma in (0.1, 1.5)),
]


@pytest.mark.cases(4)
@pytest.mark.parametrize("temperature", [0.0, 1.0])
@pytest.mark.parametrize("blocks", [1, 3])
@pytest.mark.parametrize(("rule", "choice"), RULES, ids=lambda one: getattr(one, "label", ""))
@pytest.mark.parametrize("name", ["bundled", "llada"])
def test_published_rules_are_their_own_loops(
    models: dict[str, Denoiser],
    name: str,
    rule: Rule,
    choice: Callable[[], references.Choice],
    blocks: int,
    temperature: float,
) -> None:
    denoiser = models[name]
    block_length = None if blocks == 1 else denoiser.length // blocks
    decoding = MaskedDecoding(temperature=temperature, block_length=block_length)
    expected = one_by_one(denoiser, choice, decoding)
    for batch_size in (1, 4, ROWS):
        assert in_batches(denoiser, rule, decoding, batch_size) == expected


def test_published_rules_differ(models: dict[str, Denoiser]) -> None:
    """Otherwise the agreement above would say nothing."""
    decoding = MaskedDecoding()
    found = [in_batches(models["bundled"], rule, decoding, ROWS) for rule, _ in RULES]
    assert len({str(tokens) for tokens, _ in found}) == len(RULES)
    assert len({sum(nfe) for _, nfe in found}) == len(RULES)
    blocks = in_batches(models["bundled"], RULES[0][0], MaskedDecoding(block_length=12), ROWS)
    assert blocks != found[0]


@pytest.mark.cases(3)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("blocks", [1, 4])
@pytest.mark.parametrize(
    ("measure", "cutoff"), [("confidence", 0.7), ("entropy", 0.5), ("bound", 0.6)]
)
def test_the_rest_gets_its_share(
    models: dict[str, Denoiser], measure: str, cutoff: float, blocks: int, order: str
) -> None:
    denoiser = models["bundled"]
    block_length = None if blocks == 1 else denoiser.length // blocks
    decoding = MaskedDecoding(order=order, block_length=block_length)
    rule = Rule(measure, cutoff, 8 * blocks)
    counts = reveal_counts(SCHEDULE, 8, denoiser.length // blocks).tolist()
    choice = partial(references.adaptive, measure, cutoff, counts, order)
    expected = one_by_one(denoiser, choice, decoding)
    # Something is certain, or this would say nothing.
    assert expected != in_batches(denoiser, Rule(measure, NEVER[measure], 8 * blocks), decoding, 6)
    for batch_size in (4, ROWS):
        assert in_batches(denoiser, rule, decoding, batch_size) == expected


@pytest.mark.cases(8)
@pytest.mark.parametrize("name", ["bundled", "llada", "enumerated"])
@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("blocks", [1, 2])
@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_nothing_certain_is_the_static_schedule(
    models: dict[str, Denoiser],
    name: str,
    measure: str,
    order: str,
    blocks: int,
    temperature: float,
) -> None:
    denoiser = models[name]
    decoding = MaskedDecoding(
        order=order,
        temperature=temperature,
        block_length=None if blocks == 1 else denoiser.length // blocks,
    )
    counts = decoding.plan(SCHEDULE, 6, denoiser.length).counts
    noise = instance_noise(range(ROWS), denoiser.length, seed=4)
    static = generate(denoiser, counts, noise, decoding)
    rule = Rule(measure, NEVER[measure], 6)
    for batch_size in (1, 4, ROWS):
        tokens, nfe = in_batches(denoiser, rule, decoding, batch_size)
        assert tokens == static.tokens.tolist()
        assert nfe == static.nfe.tolist()


@pytest.mark.parametrize("measure", MEASURES)
def test_all_certain_is_one_call(models: dict[str, Denoiser], measure: str) -> None:
    rule = Rule(measure, 0.0 if measure == "confidence" else 1e9, 6)
    assert in_batches(models["bundled"], rule, MaskedDecoding(), ROWS)[1] == [1] * ROWS


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(MEASURES),
    st.floats(0, 2),
    st.none() | st.integers(1, 16),
    st.sampled_from(ORDERS),
    st.sampled_from([None, 4, 8, 16]),
    st.integers(1, 9),
)
def test_every_sequence_is_whole_within_its_cap(
    measure: str,
    cutoff: float,
    cap: int | None,
    order: str,
    block_length: int | None,
    batch_size: int,
) -> None:
    denoiser = EnumeratedDenoiser(sudoku4())
    decoding = MaskedDecoding(order=order, block_length=block_length)
    rule = Rule(measure, cutoff, cap)
    tokens, nfe = in_batches(denoiser, rule, decoding, 9, rows=9)
    assert np.max(tokens) < denoiser.vocab_size
    assert max(nfe) <= plan_of(decoding, 16, rule).steps <= 16
    assert min(nfe) >= decoding.blocks(16)
    assert in_batches(denoiser, rule, decoding, batch_size, rows=9) == (tokens, nfe)


class Counting(EnumeratedDenoiser):
    """Keeps the rows of each call, and that none asks in vain."""

    def __init__(self) -> None:
        super().__init__(sudoku4())
        self.rows: list[int] = []

    def log_probs(self, tokens: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        self.rows.append(len(tokens))
        assert (tokens.gather(1, positions) == self.mask_token_id).all()
        return super().log_probs(tokens, positions)


def test_finished_sequences_leave_the_batch() -> None:
    denoiser = Counting()
    noise = instance_noise(range(64), 16, seed=3)
    rule = Rule("entropy", 0.4, 9)
    found = generate_by_rule(denoiser, plan_of(MaskedDecoding(), 16, rule), noise)
    steps = range(1, int(found.nfe.max()) + 1)
    assert denoiser.rows == [int((found.nfe >= step).sum()) for step in steps]
    assert len(set(denoiser.rows)) > 1
    assert found.sequence_calls == found.nfe.sum()


def sampled(decoding: MaskedDecoding, rule: Rule, denoiser: PromptedLaw) -> Samples:
    prompts = Prompts.of([(row % 3, row // 3) for row in range(9)], denoiser.device)
    noise = instance_noise(range(9), denoiser.length, seed=2)
    return generate_by_rule(
        denoiser, plan_of(decoding, denoiser.length, rule), noise, decoding, prompts
    )


@pytest.mark.parametrize("guidance", [0.0, 1.3])
def test_the_guided_law_is_looked_at(guidance: float) -> None:
    decoding = MaskedDecoding(guidance=guidance)
    found = sampled(decoding, Rule("confidence", 0.55), PromptedLaw())
    noise = instance_noise(range(9), 4, seed=2)
    for row in range(9):
        denoiser = PromptedLaw()
        prompts = Prompts.of([(row % 3, row // 3)], denoiser.device)
        expected = references.sampled(
            denoiser, noise, row, references.threshold(0.55), prompts=prompts, guidance=guidance
        )
        assert (found.tokens[row].tolist(), found.nfe[row]) == expected
    assert found.sequence_calls == found.nfe.sum() * (2 if guidance else 1)


@pytest.mark.parametrize("rule", [Rule("confidence", 0.4), Rule("entropy", 1.0, 4)])
def test_ends_that_come_last_are_not_certain_before(rule: Rule) -> None:
    """While a position that would not end the text is masked, no end is revealed."""
    decoding, kept_back = MaskedDecoding(order="confidence", temperature=0, end_last=True), 0
    for row in range(20):
        denoiser = PromptedLaw()
        prompts = Prompts.of([(row % 3, row // 3)], denoiser.device)
        plan, noise = plan_of(decoding, 4, rule), instance_noise([row], 4, seed=2)
        found = generate_by_rule(denoiser, plan, noise, decoding, prompts)
        states = [*(tokens for tokens, *_ in denoiser.calls), found.tokens]
        for before, after, (_, asked, *_) in zip(states, states[1:], denoiser.calls, strict=False):
            would_end = PromptedLaw().log_probs(before, asked, prompts).argmax(-1) == 2
            revealed = after.gather(1, asked) != denoiser.mask_token_id
            if rule.cap is None:
                assert would_end.all() or not (revealed & would_end).any()
            else:
                assert revealed[~would_end].all() or not (revealed & would_end).any()
            kept_back += int((would_end & ~revealed).sum())
    assert kept_back


def test_damage_is_reported() -> None:
    class Damaged(EnumeratedDenoiser):
        def log_probs(self, tokens: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
            return super().log_probs(tokens, positions) * torch.nan

    denoiser, noise = Damaged(toy_balanced()), instance_noise(range(3), 5, seed=0)
    for rule in (Rule("bound", 0.1), Rule("entropy", 0.1, 3)):
        with pytest.raises(RunError, match="NaN"):
            generate_by_rule(denoiser, plan_of(MaskedDecoding(), 5, rule), noise)


def test_a_plan_without_a_rule_is_refused() -> None:
    plan = MaskedDecoding().plan(SCHEDULE, 3, 5)
    with pytest.raises(ValueError, match="a plan with a rule"):
        generate_by_rule(EnumeratedDenoiser(toy_balanced()), plan, instance_noise([0], 5, seed=0))


def test_what_is_remembered_of_nothing_but_masks_is_used() -> None:
    shape = Shape(vocabulary=40, hidden=32, layers=2, heads=2, mlp=48, length=LENGTH)
    denoiser = random_model(shape, spread=0.4)
    for order in ORDERS:
        decoding = MaskedDecoding(order=order)
        plan = plan_of(decoding, LENGTH, Rule("entropy", 2.0, 5))
        noise = instance_noise(range(6), LENGTH, seed=1)
        found = generate_by_rule(denoiser, plan, noise, decoding)
        assert found.sequence_calls == found.nfe.sum() - 6
        counts = reveal_counts(SCHEDULE, 5, LENGTH).tolist()
        choice = partial(references.adaptive, "entropy", 2.0, counts, order)
        expected = [references.sampled(denoiser, noise, row, choice())[0] for row in range(6)]
        assert found.tokens.tolist() == expected

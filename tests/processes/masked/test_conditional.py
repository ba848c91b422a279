"""Answers to prompts: their law, guidance, what is remembered, and any batch composition."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from prompted_laws import (
    CPU,
    LENGTH,
    MASK,
    VOCABULARY,
    Prompt,
    PromptedLaw,
    Remembering,
    State,
    Table,
    answers,
    read,
)
from scipy import stats

from mdm_opt.candidates import ORDERS, MaskedDecoding
from mdm_opt.errors import RunError
from mdm_opt.models.prompts import Prompts, takes_prompts
from mdm_opt.processes import ancestral_counts, generate, instance_noise
from mdm_opt.schedules import BetaSchedule, Counts, reveal_grid

Law = dict[State, float]


def orders_of(block_length: int | None) -> Iterator[tuple[int, ...]]:
    """All permutations of the positions that finish each block before the next one."""
    block = block_length or LENGTH
    inside = [itertools.permutations(range(s, s + block)) for s in range(0, LENGTH, block)]
    for parts in itertools.product(*map(list, inside)):
        yield tuple(itertools.chain.from_iterable(parts))


def revealed(denoiser: PromptedLaw, prompt: Prompt, law: Law, choose: Any, guidance: float) -> Law:
    """The law one step later; ``choose`` names the positions that a state reveals."""
    after: Law = defaultdict(float)
    for state, probability in law.items():
        table, places = np.exp(denoiser.answer(prompt, state, guidance)), choose(state)
        for tokens in itertools.product(range(VOCABULARY), repeat=len(places)):
            new, chance = list(state), probability
            for place, token in zip(places, tokens, strict=True):
                new[place] = token
                chance *= table[place, token]
            after[tuple(new)] += chance
    return after


def law_by_enumeration(
    denoiser: PromptedLaw,
    prompt: Prompt,
    counts: Sequence[int],
    order: str,
    block_length: int | None,
    guidance: float,
) -> np.ndarray:
    """The exact law of the samples, ``(V ** length,)``, without the sampler's code."""

    def most_certain(state: State, count: int) -> list[int]:
        table = denoiser.answer(prompt, state, guidance)
        masked = [place for place, token in enumerate(state) if token == MASK]
        block = block_length or LENGTH
        current = [place for place in masked if place // block == masked[0] // block]
        return sorted(current, key=lambda place: -table[place].max())[:count]

    start: State = (MASK,) * LENGTH
    total: Law = defaultdict(float)
    plans = list(orders_of(block_length)) if order == "random" else [()]
    for plan in plans:
        law, known = {start: 1 / len(plans)}, 0
        for count in counts:
            if order == "random":
                places = plan[known : known + count]
                law = revealed(denoiser, prompt, law, lambda _, p=places: p, guidance)
            else:
                law = revealed(
                    denoiser, prompt, law, lambda s, n=count: most_certain(s, n), guidance
                )
            known += count
        for state, probability in law.items():
            total[state] += probability
    array = np.zeros((VOCABULARY,) * LENGTH)
    for state, probability in total.items():
        array[state] = probability
    return array.ravel()


def merged(seen: np.ndarray, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cells in the order of their expectation, the smallest merged until they expect ten."""
    rank = np.argsort(expected)
    first = int(np.searchsorted(np.cumsum(expected[rank]), 10)) + 1
    parts = [
        np.append(cells[rank][first:], cells[rank][:first].sum()) for cells in (seen, expected)
    ]
    return parts[0], parts[1]


@pytest.mark.cases(2)
@pytest.mark.parametrize(
    ("order", "block_length", "guidance"),
    [
        ("random", None, 0.0),
        ("random", 2, 0.0),
        ("random", None, 0.7),
        ("confidence", None, 0.0),
        ("confidence", 2, 0.7),
    ],
)
def test_answers_follow_the_exact_law_given_their_prompt(
    order: str, block_length: int | None, guidance: float
) -> None:
    denoiser = PromptedLaw()
    prompts: list[Prompt] = [(1, 0, 2), (2,)]
    each = 5_000
    rows = [prompt for _ in range(each) for prompt in prompts]
    counts = [1, 1, 2] if block_length else [1, 3]
    tokens = answers(
        denoiser,
        rows,
        range(2 * each),
        np.array(counts),
        order=order,
        block_length=block_length,
        guidance=guidance,
    ).tokens.numpy()
    cells = np.ravel_multi_index(tuple(tokens.T), (VOCABULARY,) * LENGTH)
    laws = [
        law_by_enumeration(denoiser, prompt, counts, order, block_length, guidance)
        for prompt in prompts
    ]
    for row, law in enumerate(laws):
        assert law.sum() == pytest.approx(1, abs=1e-12)
        seen = np.bincount(cells[row::2], minlength=law.size)
        assert seen[law == 0].sum() == 0
        assert stats.chisquare(*merged(seen, law * each)).pvalue > 1e-3
        # The test has power: the law of the other prompt is refused.
        assert stats.chisquare(*merged(seen, laws[1 - row] * each)).pvalue < 1e-6


@pytest.mark.parametrize("changed", ["guidance", "blocks"])
def test_guidance_and_blocks_change_the_law(changed: str) -> None:
    """What the test above compares with differs by more than it would forgive."""
    denoiser, prompt = PromptedLaw(), (1, 0, 2)
    plain = law_by_enumeration(denoiser, prompt, [1, 1, 2], "random", None, 0.0)
    blocks, guidance = (2, 0.0) if changed == "blocks" else (None, 0.7)
    other = law_by_enumeration(denoiser, prompt, [1, 1, 2], "random", blocks, guidance)
    assert stats.chisquare(*merged(other * 5_000, plain * 5_000)).pvalue < 1e-6


PROMPTS = st.lists(st.integers(0, 2), max_size=4).map(tuple)


@st.composite
def requests(draw: st.DrawFn) -> tuple[list[Prompt], list[int], Counts, dict[str, Any]]:
    """Prompts, instances, counts and rules that fit together."""
    prompts = draw(st.lists(PROMPTS, min_size=1, max_size=6))
    instances = draw(
        st.lists(st.integers(0, 2**40), min_size=len(prompts), max_size=len(prompts), unique=True)
    )
    order = draw(st.sampled_from(ORDERS))
    block_length = draw(st.sampled_from([None, 1, 2, 4]))
    rules = {
        "order": order,
        "block_length": block_length,
        "temperature": draw(st.sampled_from([0.0, 0.6, 1.0])),
        "guidance": draw(st.sampled_from([0.0, 0.5, 2.0])),
        "end_last": order != "random" and draw(st.booleans()),
    }
    block = block_length or LENGTH
    cuts = st.lists(st.integers(0, block), min_size=2, max_size=2).map(sorted)
    rows = 1 if draw(st.booleans()) else len(prompts)
    counts = []
    for _ in range(rows):
        ends = [draw(cuts) for _ in range(LENGTH // block)]
        counts.append(list(itertools.chain.from_iterable((a, b - a, block - b) for a, b in ends)))
    return prompts, instances, np.array(counts * (len(prompts) // rows)), rules


@settings(max_examples=250, deadline=None)
@given(requests(), st.randoms(use_true_random=False))
def test_answers_are_the_same_in_any_batch(
    request: tuple[list[Prompt], list[int], Counts, dict[str, Any]], random: Any
) -> None:
    prompts, instances, counts, rules = request
    whole = answers(PromptedLaw(), prompts, instances, counts, **rules)
    assert not (whole.tokens == MASK).any()
    places = list(range(len(prompts)))
    random.shuffle(places)
    cut = random.randint(0, len(places))
    calls = 0
    for part in (places[:cut], places[cut:]):
        if not part:
            continue
        found = answers(
            PromptedLaw(),
            [prompts[place] for place in part],
            [instances[place] for place in part],
            counts[part],
            **rules,
        )
        assert found.tokens.tolist() == whole.tokens[part].tolist()
        assert found.nfe.tolist() == whole.nfe[part].tolist()
        calls += found.sequence_calls
    assert calls == whole.sequence_calls == whole.nfe.sum() * (2 if rules["guidance"] else 1)
    assert whole.nfe.tolist() == (counts > 0).sum(axis=1).tolist()


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("values", [1, 7, 16])
def test_answers_do_not_depend_on_the_parts_they_are_looked_at_in(
    order: str, values: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[Prompt] = [(0,), (1, 2), (), (2, 2, 1)] * 3
    options = {"order": order, "end_last": order != "random", "guidance": 0.5}
    whole = answers(PromptedLaw(), rows, range(12), np.array([1, 3]), **options)
    for name in ("PART_VALUES", "PART_VALUES_CPU"):
        monkeypatch.setattr(f"mdm_opt.models.lazy_log_probs.{name}", values, raising=False)
    parts = answers(PromptedLaw(), rows, range(12), np.array([1, 3]), **options)
    assert parts.tokens.tolist() == whole.tokens.tolist()


@pytest.mark.parametrize("order", ORDERS)
def test_prompts_and_noise_change_answers(order: str) -> None:
    """Otherwise equal results would say nothing."""
    rows: list[Prompt] = [(0,), (1, 2), (), (2, 2, 1)]
    counts = np.array([1, 3])
    denoiser = PromptedLaw()
    found = [
        answers(denoiser, [rows[i % (1 if same else 4)] for i in range(64)], ids, counts,
                order=order).tokens
        for same, ids in ((True, range(64)), (False, range(64)), (True, range(64, 128)))
    ]  # fmt: skip
    assert not torch.equal(found[0], found[1])
    assert not torch.equal(found[0], found[2])


def test_guidance_is_the_formula_by_hand() -> None:
    """(c - u)(s + 1) + u, normalised; at temperature 0 it decides the tokens."""
    denoiser, prompt, scale = PromptedLaw(), (1, 0), 3.0
    state = (MASK,) * LENGTH
    given_prompt, free = (denoiser.conditional(p, state) for p in (prompt, (MASK, MASK)))
    logits = free + (scale + 1) * (given_prompt - free)
    options = {"temperature": 0.0, "guidance": scale}
    found = answers(denoiser, [prompt], [0], np.array([LENGTH]), **options)
    assert found.tokens[0].tolist() == logits.argmax(axis=1).tolist()
    assert logits.argmax(axis=1).tolist() != given_prompt.argmax(axis=1).tolist()
    assert [guidance for *_, guidance in denoiser.calls] == [scale]
    assert found.sequence_calls == 2
    assert found.nfe.tolist() == [1]


def test_no_guidance_is_no_second_call() -> None:
    denoiser = PromptedLaw()
    found = answers(denoiser, [(1,), (2, 0)], [0, 1], np.array([1, 0, 3]), guidance=0.0)
    assert [guidance for *_, guidance in denoiser.calls] == [0.0, 0.0]
    assert found.sequence_calls == 4
    guided = answers(denoiser, [(1,), (2, 0)], [0, 1], np.array([1, 0, 3]), guidance=1.0)
    assert guided.sequence_calls == 8
    assert guided.nfe.tolist() == found.nfe.tolist() == [2, 2]


@pytest.mark.parametrize("order", ORDERS)
def test_steps_without_tokens_cost_nothing(order: str) -> None:
    denoiser = PromptedLaw()
    counts = np.array([[0, 2, 0, 2], [1, 0, 0, 3], [0, 0, 4, 0]])
    found = answers(denoiser, [(1,), (), (2, 0)], [0, 1, 2], counts, order=order)
    assert [len(tokens) for tokens, *_ in denoiser.calls] == [1, 1, 1, 2]
    assert [read(prompts) for _, _, prompts, _ in denoiser.calls if prompts is not None] == [
        [()],
        [(1,)],
        [(2, 0)],
        [(1,), ()],
    ]
    assert found.nfe.tolist() == [2, 2, 1]
    assert found.sequence_calls == 5


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("kind", ["fixed", "ragged"])
def test_a_remembered_first_step_costs_nothing_and_changes_nothing(order: str, kind: str) -> None:
    instances = range(40)
    counts: Counts = np.array([0, 1, 0, 2, 1])
    if kind == "ragged":
        grid = reveal_grid(BetaSchedule(0.9, 0.3), 4)
        counts = ancestral_counts(grid, instance_noise(instances, LENGTH, seed=11))
    plain, remembering = PromptedLaw(), Remembering()
    expected = answers(plain, None, instances, counts, order=order)
    found = answers(remembering, None, instances, counts, order=order)
    assert found.tokens.tolist() == expected.tokens.tolist()
    assert found.nfe.tolist() == expected.nfe.tolist()
    assert expected.sequence_calls == expected.nfe.sum()
    assert found.sequence_calls == expected.sequence_calls - len(instances)
    # Whoever looks for certainty looks at each position once, and not once for each sequence.
    at_once = [asked for asked in remembering.first_asked if asked.tolist() == [[0, 1, 2, 3]]]
    assert bool(at_once) == (order != "random")
    assert sum(map(len, remembering.first_asked)) == len(instances) + len(at_once)
    assert all((tokens != MASK).any(dim=1).all() for tokens, *_ in remembering.calls)


def test_the_first_step_is_not_remembered_under_prompts() -> None:
    remembering = Remembering()
    rows: list[Prompt] = [(1,), ()]
    found = answers(remembering, rows, [0, 1], np.array([1, 3]))
    expected = answers(PromptedLaw(), rows, [0, 1], np.array([1, 3]))
    assert remembering.first_asked == []
    assert found.sequence_calls == expected.sequence_calls == 4
    assert found.tokens.tolist() == expected.tokens.tolist()


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            {"order": "leftmost"},
            r"order\n  Input should be 'random', 'confidence', 'margin' or 'entropy' "
            r".*input_value='leftmost'",
        ),
        (
            {"temperature": math.inf},
            r"temperature\n  Input should be a finite number .*input_value=inf",
        ),
        (
            {"guidance": -0.5},
            r"guidance\n  Input should be greater than or equal to 0 .*input_value=-0\.5",
        ),
        ({"guidance": math.nan}, r"guidance\n  Input should be a finite number .*input_value=nan"),
        ({"guidance": math.inf}, r"guidance\n  Input should be a finite number .*input_value=inf"),
        (
            {"end_last": True},
            "end_last needs order = 'confidence', 'margin' or 'entropy', got order = 'random'",
        ),
    ],
)
def test_rules_that_cannot_be_are_refused(keys: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        MaskedDecoding(**keys)
    with pytest.raises(ValueError, match=message):
        answers(PromptedLaw(), [(1,)], [0], np.array([4]), **keys)


def test_guidance_without_prompts_is_refused() -> None:
    with pytest.raises(ValueError, match="guidance needs prompts"):
        answers(PromptedLaw(), None, [0], np.array([4]), guidance=1.0)


@pytest.mark.parametrize("order", ORDERS)
def test_nan_is_an_error(order: str) -> None:
    broken = Table([[0.2, math.nan, 0.1]] * 3)
    with pytest.raises(RunError, match="log-probabilities were NaN"):
        answers(broken, [(1,)], [0], np.array([1, 2]), order=order)


def test_the_denoisers_here_take_prompts() -> None:
    assert takes_prompts(PromptedLaw())
    assert not takes_prompts(object())


def test_as_many_prompts_as_sequences_are_needed() -> None:
    noise = instance_noise([0, 1], LENGTH, seed=0)
    made = Prompts.of([(1,), (2,), (0,)], CPU)
    with pytest.raises(ValueError, match="2 sequences need as many prompts, got 3"):
        generate(PromptedLaw(), np.array([4]), noise, prompts=made)

"""Answers to prompts: their law, blocks, guidance, end tokens, and any batch composition."""

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
from scipy import stats

from mdm_opt.candidates import ORDERS, Decoding
from mdm_opt.errors import RunError
from mdm_opt.models.lazy_log_probs import LogProbs, WholeLogProbs
from mdm_opt.models.prompts import Prompts, takes_prompts
from mdm_opt.processes import Samples, ancestral_counts, generate, instance_noise
from mdm_opt.processes.masked.order import block_by_block
from mdm_opt.schedules import BetaSchedule, Counts, reveal_counts, reveal_grid

LENGTH, VOCABULARY, MASK, END = 4, 3, 3, 2
CPU = torch.device("cpu")
Prompt = tuple[int, ...]
State = tuple[int, ...]
Law = dict[State, float]


class PromptedLaw:
    """A law of answers for every prompt; its conditionals are exact, in float64.

    Keeps what it is asked: tokens, positions, prompts and guidance of every call.
    """

    length, vocab_size, mask_token_id, device = LENGTH, VOCABULARY, MASK, CPU
    fingerprint = "prompted law"
    end_token_ids: Sequence[int] = (END,)

    def __init__(self) -> None:
        self.calls: list[tuple[torch.Tensor, torch.Tensor, Prompts | None, float]] = []
        self._laws: dict[Prompt | None, np.ndarray] = {}
        self._tables: dict[tuple[Prompt | None, State], np.ndarray] = {}

    def law(self, prompt: Prompt | None) -> np.ndarray:
        """Probability of every answer, ``(V,) * length``."""
        if prompt not in self._laws:
            key = 0 if prompt is None else 1 + sum(7**i * (1 + t) for i, t in enumerate(prompt))
            weights = np.random.default_rng(key).exponential(size=VOCABULARY**LENGTH) ** 2
            self._laws[prompt] = (weights / weights.sum()).reshape((VOCABULARY,) * LENGTH)
        return self._laws[prompt]

    def conditional(self, prompt: Prompt | None, state: State) -> np.ndarray:
        """log p(token | known tokens) at masked positions, float64 ``(length, V)``."""
        if (prompt, state) not in self._tables:
            law = self.law(prompt)
            for place, token in enumerate(state):
                if token != MASK:
                    law = law.take([token], axis=place)
            table = np.zeros((LENGTH, VOCABULARY))
            for place in [place for place, token in enumerate(state) if token == MASK]:
                others = tuple(other for other in range(LENGTH) if other != place)
                table[place] = np.log(law.sum(axis=others) / law.sum())
            self._tables[prompt, state] = table
        return self._tables[prompt, state]

    def answer(self, prompt: Prompt | None, state: State, guidance: float = 0.0) -> np.ndarray:
        """Guided log-probabilities, ``(length, V)``."""
        given_prompt = self.conditional(prompt, state)
        if prompt is None or not guidance:
            return given_prompt
        free = self.conditional((MASK,) * len(prompt), state)
        logits = free + (guidance + 1) * (given_prompt - free)
        return logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)

    def prompt_ids(self, text: str, *, chat: bool = False) -> list[int]:
        return [int(letter) for letter in text]

    def log_probs(
        self,
        tokens: torch.Tensor,
        positions: torch.Tensor,
        prompts: Prompts | None = None,
        guidance: float = 0.0,
    ) -> torch.Tensor:
        self.calls.append((tokens.clone(), positions.clone(), prompts, guidance))
        assert (tokens.gather(1, positions) == MASK).all()
        given_prompts = [None] * len(tokens) if prompts is None else read(prompts)
        answers = [
            self.answer(prompt, tuple(state), guidance)[places]
            for prompt, state, places in zip(
                given_prompts, tokens.tolist(), positions.tolist(), strict=True
            )
        ]
        return torch.from_numpy(np.stack(answers))

    def decode(self, tokens: torch.Tensor) -> list[str]:
        raise NotImplementedError

    def encode(self, texts: Sequence[str]) -> torch.Tensor:
        raise NotImplementedError


class Table(PromptedLaw):
    """The same log-probabilities ``(length, V)`` for every prompt and state; may be NaN."""

    def __init__(self, probabilities: Sequence[Sequence[float]]) -> None:
        super().__init__()
        self._table = np.log(np.array(probabilities))
        self.length, self.vocab_size = self._table.shape
        self.mask_token_id = MASK

    def answer(self, prompt: Prompt | None, state: State, guidance: float = 0.0) -> np.ndarray:
        return self._table


class Remembering(PromptedLaw):
    """Answers to nothing but masks without a call."""

    def __init__(self) -> None:
        super().__init__()
        self.first_asked: list[torch.Tensor] = []

    def first_log_probs(self, positions: torch.Tensor) -> LogProbs:
        self.first_asked.append(positions.clone())
        table = torch.from_numpy(self.conditional(None, (MASK,) * LENGTH))
        return WholeLogProbs(table[positions])


def read(prompts: Prompts) -> list[Prompt]:
    """The prompts of a batch without their padding, which holds zeros."""
    rows = []
    for row, length in zip(prompts.tokens.tolist(), prompts.lengths.tolist(), strict=True):
        start = len(row) - length
        assert row[:start] == [0] * start
        rows.append(tuple(row[start:]))
    return rows


def answers(
    denoiser: PromptedLaw,
    prompts: Sequence[Prompt] | None,
    instances: Sequence[int],
    counts: Counts,
    **options: Any,
) -> Samples:
    """Samples of instances, each with its own prompt and noise."""
    noise = instance_noise(instances, denoiser.length, seed=11)
    made = None if prompts is None else Prompts.of(prompts, CPU)
    return generate(denoiser, counts, noise, Decoding(**options), made)


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


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("block_length", [1, 2, 3, 6])
def test_a_block_is_finished_before_the_next(order: str, block_length: int) -> None:
    table = np.random.default_rng(3).dirichlet(np.ones(3), size=6)
    denoiser = Table(table)
    counts = reveal_counts(BetaSchedule(0.9, 0.3), 6, 6, "cumulative", block_length)
    counts = np.concatenate(
        [counts.reshape(6 // block_length, -1), [[0]] * (6 // block_length)], 1
    )
    answers(denoiser, None, range(20), counts.ravel(), order=order, block_length=block_length)
    for tokens, positions, _, _ in denoiser.calls:
        masked = (tokens == MASK).numpy()
        # Where a row stands is where its first mask is.
        current = masked.argmax(axis=1) // block_length
        assert (positions.numpy() // block_length == current[:, None]).all()
        for row, block in enumerate(current):
            assert not masked[row, : block * block_length].any()
            assert masked[row, (block + 1) * block_length :].all()


@pytest.mark.parametrize("order", ORDERS)
def test_rows_may_stand_in_different_blocks(order: str) -> None:
    """One row begins its second block while the other still fills its first."""
    counts = np.array([[2, 1, 1], [1, 1, 2]])
    together = answers(PromptedLaw(), [(0,), (1,)], [5, 6], counts, order=order, block_length=2)
    for row in (0, 1):
        alone = answers(
            PromptedLaw(), [(row,)], [5 + row], counts[row], order=order, block_length=2
        )
        assert alone.tokens[0].tolist() == together.tokens[row].tolist()


@given(st.sampled_from([(6, 1), (6, 2), (6, 3), (6, 6), (12, 4)]), st.integers(0, 2**32))
def test_block_by_block_keeps_the_order_inside_a_block(shape: tuple[int, int], seed: int) -> None:
    length, block = shape
    permutation = instance_noise(range(5), length, seed=seed).permutation
    found = block_by_block(permutation, block)
    for before, after in zip(permutation, found, strict=True):
        expected = [[p for p in before if p // block == b] for b in range(length // block)]
        assert after.reshape(-1, block).tolist() == expected


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


# Certainty falls with the position; positions 0, 1 and 4 would end the text.
ENDING = [
    [0.05, 0.05, 0.90],
    [0.10, 0.05, 0.85],
    [0.75, 0.15, 0.10],
    [0.20, 0.60, 0.20],
    [0.24, 0.25, 0.51],
    [0.50, 0.26, 0.24],
]


def reveal_order(denoiser: PromptedLaw, **options: Any) -> tuple[list[int], list[int]]:
    """Positions of one sequence in the order in which they are revealed, and the tokens."""
    found = answers(denoiser, [()], [3], np.ones(denoiser.length, dtype=np.int64), **options)
    masks = [tokens[0] == MASK for tokens, *_ in denoiser.calls]
    masks.append(torch.zeros(denoiser.length, dtype=torch.bool))
    places = [int((a & ~b).nonzero().item()) for a, b in itertools.pairwise(masks)]
    return places, found.tokens[0].tolist()


@pytest.mark.parametrize("order", ["confidence", "margin", "entropy"])
def test_what_would_end_the_text_comes_last(order: str) -> None:
    plain, tokens = reveal_order(Table(ENDING), order=order, temperature=0.0)
    last, same = reveal_order(Table(ENDING), order=order, temperature=0.0, end_last=True)
    assert tokens == same == [END, END, 0, 1, END, 0]
    assert plain[:2] == [0, 1]
    assert set(last[:3]) == {2, 3, 5}
    # Among themselves the most certain positions come first.
    assert last[:3] == [place for place in plain if place in (2, 3, 5)]
    if order == "confidence":
        assert last == [2, 3, 5, *last[3:]]


def test_only_inside_a_block_do_they_come_last() -> None:
    places, _ = reveal_order(
        Table(ENDING), order="confidence", temperature=0.0, end_last=True, block_length=3
    )
    assert places[0] == 2
    assert set(places[:3]) == {0, 1, 2}
    assert places[3:] == [3, 5, 4]


@pytest.mark.parametrize("order", ["confidence", "margin", "entropy"])
@pytest.mark.parametrize("temperature", [0.3, 1.0, 4.0])
def test_the_order_does_not_look_at_what_is_drawn(order: str, temperature: float) -> None:
    """Else a position that was put off would come again with the same uniform number."""
    options = {"order": order, "end_last": True}
    cold, _ = reveal_order(Table(ENDING), temperature=0.0, **options)
    warm, _ = reveal_order(Table(ENDING), temperature=temperature, **options)
    assert warm == cold


def test_what_does_not_end_the_text_is_compared_without_the_ends() -> None:
    """0.45 out of 0.55 is more than 0.50 out of 0.75, as LLaDA's own code has it."""
    table = [[0.45, 0.10, 0.45 - 1e-6], [0.50, 0.25, 0.25], [0.2, 0.2, 0.6]]
    table = [[p / sum(row) for p in row] for row in table]
    options = {"order": "confidence", "temperature": 0.0}
    plain, _ = reveal_order(Table(table), **options)
    assert plain == [2, 1, 0]
    places, _ = reveal_order(Table(table), end_last=True, **options)
    assert places == [0, 1, 2]


def test_end_last_without_end_tokens_changes_nothing() -> None:
    denoiser = Table(ENDING)
    denoiser.end_token_ids = ()
    plain, _ = reveal_order(Table(ENDING), order="confidence")
    assert reveal_order(denoiser, order="confidence", end_last=True)[0] == plain


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
        Decoding(**keys)
    with pytest.raises(ValueError, match=message):
        answers(PromptedLaw(), [(1,)], [0], np.array([4]), **keys)


@pytest.mark.parametrize(
    ("counts", "block_length"),
    [([4], 2), ([1, 2, 1], 2), ([2, 2], 3), ([1, 3], 1), ([4], 8), ([0, 3, 1], 2)],
)
def test_counts_that_cross_a_block_are_refused(counts: list[int], block_length: int) -> None:
    with pytest.raises(ValueError, match=f"must fill blocks of {block_length} tokens one by one"):
        answers(PromptedLaw(), None, [0], np.array(counts), block_length=block_length)


def test_one_row_that_crosses_a_block_is_refused() -> None:
    counts = np.array([[2, 2, 0], [1, 2, 1]])
    with pytest.raises(ValueError, match="blocks of 2 tokens"):
        answers(PromptedLaw(), None, [0, 1], counts, block_length=2)


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


@pytest.mark.parametrize("block_length", [0, -2])
def test_blocks_without_tokens_are_refused(block_length: int) -> None:
    message = (
        f"block_length\n  Input should be greater than or equal to 1 .*input_value={block_length},"
    )
    with pytest.raises(ValueError, match=message):
        Decoding(block_length=block_length)


def test_as_many_prompts_as_sequences_are_needed() -> None:
    noise = instance_noise([0, 1], LENGTH, seed=0)
    made = Prompts.of([(1,), (2,), (0,)], CPU)
    with pytest.raises(ValueError, match="2 sequences need as many prompts, got 3"):
        generate(PromptedLaw(), np.array([4]), noise, prompts=made)

"""What the settings of every sampler have, and what one refuses that says nothing of it."""

from __future__ import annotations

import re

import pytest
from pydantic import ValidationError

from mdm_opt.candidates import (
    BASELINES,
    DECODINGS,
    SEARCHABLE,
    BirthsDecoding,
    Decoding,
    MaskedDecoding,
    OwnDecoding,
    UniformDecoding,
)
from mdm_opt.candidates.decoding import normal_values


@pytest.fixture
def plain() -> Decoding:
    """Settings of births: it leaves what a sampler may say of itself as it is."""
    return BirthsDecoding()


def test_every_process_has_its_settings() -> None:
    assert {
        "masked": MaskedDecoding,
        "births": BirthsDecoding,
        "uniform": UniformDecoding,
        "own": OwnDecoding,
    } == DECODINGS


def test_results_are_compared_with_schedules_that_there_are() -> None:
    for one in DECODINGS.values():
        # Of samplers that are not ours with the present setting alone.
        assert one.baselines[:1] == (() if one is OwnDecoding else ("linear",))
        assert set(one.baselines) <= set(BASELINES)


def test_tokens_of_a_block_are_a_whole_number() -> None:
    assert repr(normal_values({"block_length": 8.0, "temperature": 1.0})) == (
        "{'block_length': 8, 'temperature': 1.0}"
    )
    assert normal_values({"block_length": 8.5}) == {"block_length": 8.5}


def test_only_what_can_be_searched_is_brought(plain: Decoding) -> None:
    assert MaskedDecoding.searchable == SEARCHABLE
    assert plain.with_values({}) is plain
    said = "births cannot be searched; nothing of this sampler can"
    with pytest.raises(ValueError, match=f"^{said}$"):
        plain.with_values({"births": "binomial"})
    with pytest.raises(ValueError, match=r"^temperature cannot be searched; nothing of this"):
        UniformDecoding().with_values({"temperature": 0.5})


def test_brought_values_are_kept_for_all_candidates_that_bring_them() -> None:
    first, again = (MaskedDecoding().with_values({"temperature": 0.5}) for _ in range(2))
    assert first is again
    assert first == MaskedDecoding(temperature=0.5)


def test_a_sampler_has_no_prompts_unless_it_says_so(plain: Decoding) -> None:
    plain.check_prompts("validity", prompted=False)
    said = (
        "objective 'task' asks for answers to prompts, which models of process 'births' do not "
        "take"
    )
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        plain.check_prompts("task", prompted=True)


def test_a_sampler_has_no_counts_and_no_rules_unless_it_says_so(plain: Decoding) -> None:
    with pytest.raises(ValueError, match=r"^steps of the process 'births' do not have$"):
        plain.check_counts()
    with pytest.raises(ValueError, match=r"^models of process 'births' are not sampled by rules$"):
        plain.check_rule()


def test_a_sampler_has_one_block_and_one_model_call_unless_it_says_so(plain: Decoding) -> None:
    assert (plain.in_blocks, plain.guided, plain.predicted) == (False, False, True)
    assert plain.blocks(16) == 1
    assert plain.without_one_block(16) is plain
    # More steps than numbers of a sequence are accepted.
    plain.check_steps([1, 200], 16)
    plain.check_exact("divergence")


def test_settings_are_said_by_their_names() -> None:
    assert UniformDecoding(first_alpha=0.01, step="flow").words == {
        "step": "step flow",
        "first_alpha": "first_alpha 0.01",
        "last_alpha": "last_alpha 1.0",
    }


@pytest.mark.parametrize("kind", DECODINGS.values(), ids=DECODINGS)
def test_settings_never_change_and_have_no_other_keys(kind: type[Decoding]) -> None:
    needed = {"kind": "own"} if kind is OwnDecoding else {}
    decoding = kind(**needed)  # type: ignore[arg-type]
    assert hash(decoding) == hash(kind(**needed))  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="frozen"):
        decoding.order = "random"  # type: ignore[attr-defined]
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        kind(junk=1, **needed)  # type: ignore[call-arg, arg-type]

"""check_family: every family of ours passes it, and everything that it looks at can fail."""

from __future__ import annotations

import pytest

from mdm_opt.candidates import BETA, FAMILIES, Candidate, Family, register
from mdm_opt.candidates.beta import Beta
from mdm_opt.testing import check_family


@pytest.mark.parametrize("name", [name for name, one in FAMILIES.items() if one.searchable])
def test_our_own_pass(name):
    check_family(FAMILIES[name])


def test_bounds_can_be_narrow():
    check_family(BETA, bounds={"beta_a": (0.5, 0.6), "beta_b": (1.0, 1.1)})


class Backwards:
    """A schedule that forgets."""

    def __init__(self, inner):
        self._inner = inner

    def revealed(self, progress):
        return self._inner.revealed(progress)[::-1]

    def __getattr__(self, name):
        return getattr(self._inner, name)


class Changed(Beta):
    name = "changed"

    def candidate(self, steps, values, counts=None):
        return Candidate(self.name, steps, dict(values))

    def profile_seeds(self, steps, bounds, costs):
        return Family.profile_seeds(self, steps, bounds, costs)

    def optimum(self, steps, bounds, costs):
        found = BETA.optimum(steps, bounds, costs)
        return Candidate(self.name, steps, found.parameters)


@pytest.fixture
def family(request):
    made = type("Made", (Changed,), request.param)()
    register(made)
    yield made
    del FAMILIES["changed"]


def forgets(self, candidate):
    return Backwards(Beta.schedule(self, candidate))


def moves(self, steps, values, counts=None):
    return Candidate(self.name, steps, {key: 2 * value for key, value in values.items()})


class NoCandidates:
    """A pool of nothing but one."""

    def __init__(self, one):
        self.one = one

    def anything(self, rng):
        return self.one

    def candidates(self, rng, parents, *, wide):
        return iter(())


def no_candidates(self, steps, bounds, costs=None, *, length):
    return NoCandidates(Candidate(self.name, steps, {"beta_a": 1.0, "beta_b": 1.0}))


def only_with_costs(self, steps, bounds, costs=None, *, length):
    if costs is None:
        raise ValueError("costs are needed")
    return Beta.pool(self, steps, bounds, costs, length=length)


@pytest.mark.parametrize("family", [{}], indirect=True)
def test_an_honest_one_passes(family):
    check_family(family)


@pytest.mark.cases(2)
@pytest.mark.parametrize(
    ("family", "said"),
    [
        ({"optimum": lambda self, steps, bounds, costs: BETA.optimum(steps, bounds, costs)},
         "of 'beta'"),
        ({"inside": lambda self, values, bounds: False}, "outside its bounds"),
        ({"candidate": moves}, "another after it was kept"),
        ({"schedule": forgets}, "alpha does not rise from 0 to 1"),
        ({"label": lambda self, candidate: ""}, "has no label"),
        ({"position": lambda self, candidate: {"beta_a": 99.0, "beta_b": 1.0}},
         "beta_a = 99.0 is none of (0.1, 8.0)"),
        ({"pool": lambda self, *_, **__: 1 / 0}, "raised ZeroDivisionError"),
        ({"pool": no_candidates}, "the pool is empty"),
        ({"pool": only_with_costs}, "raised ValueError: costs are needed"),
        ({"coordinates": lambda self, candidate, plan: [float("nan")] * 7},
         "are not 7 finite numbers"),
        ({"named_seeds": {"energy": (("odd", {"beta_c": 1.0}),)}}, "seeds of 1 steps"),
        ({"given_seed": lambda self, *_: 1 / 0}, "seeds of 1 steps of 7 tokens: raised Zero"),
        ({"adopted": lambda self, *_: None}, "adopted: None in place of"),
        ({"optimum": lambda self, steps, bounds, costs: Candidate(
            self.name, steps + 1, {"beta_a": 1.0, "beta_b": 1.0})}, "5 were asked for"),
        ({"searchable": False}, "it is not searchable"),
    ],
    indirect=["family"],
)  # fmt: skip
def test_what_is_wrong_is_named(family, said):
    with pytest.raises(AssertionError) as caught:
        check_family(family)
    assert said in str(caught.value)

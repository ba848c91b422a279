"""check_family: every family of ours passes it, and everything that it looks at can fail."""

from __future__ import annotations

import pytest

from mdm_opt.candidates import BETA, FAMILIES, Candidate, register
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


@pytest.mark.parametrize("family", [{}], indirect=True)
def test_an_honest_one_passes(family):
    check_family(family)


@pytest.mark.parametrize(
    ("family", "said"),
    [
        ({"optimum": lambda self, steps, bounds, costs: BETA.optimum(steps, bounds, costs)},
         "of family 'beta'"),
        ({"inside": lambda self, values, bounds: False}, "outside its bounds"),
        ({"candidate": moves}, "another after it was kept"),
        ({"schedule": forgets}, "alpha does not rise from 0 to 1"),
        ({"label": lambda self, candidate: ""}, "has no label"),
        ({"position": lambda self, candidate: {"beta_a": 99.0, "beta_b": 1.0}},
         "beta_a = 99.0 is none of (0.1, 8.0)"),
        ({"pool": lambda self, *_, **__: 1 / 0}, "raised ZeroDivisionError"),
    ],
    indirect=["family"],
)  # fmt: skip
def test_what_is_wrong_is_named(family, said):
    with pytest.raises(AssertionError) as caught:
        check_family(family)
    assert said in str(caught.value)

"""mdm-opt energy: the three energies of a schedule."""

from __future__ import annotations

import json

import pytest
from commands import invoke, succeed


def test_energy_of_a_matching_pair_is_minimal():
    found = json.loads(
        succeed("energy", "--schedule", "0.9,0.3", "--weight", "0.9,0.3", "--json").stdout
    )
    assert found["energies"]["token"]["value"] == pytest.approx(9.8696044, abs=1e-6)
    plain = succeed("energy", "--schedule", "sine", "--length", "3", "--vocab-size", "4").stdout
    for word in ("kinetic", "conditional kinetic", "geodesic", "discrete", "minimum"):
        assert word in plain


def test_diverging_energy_is_inf_and_null():
    asked = ("energy", "--schedule", "0.1,0.1", "--weight", "1,1")
    assert json.loads(succeed(*asked, "--json").stdout)["energies"]["token"]["value"] is None
    assert "inf" in succeed(*asked).stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        # alpha of Beta(0.1, 2) goes like t^0.2 and (1 - t)^4.
        (
            "--schedule 0.1,2 --weight 1,1",
            ["t = 0, where alpha goes like t^0.2; it is finite for powers above 1, the A of"],
        ),
        (
            "--schedule 2,0.1 --weight 1,0.7",
            ["t = 1, where 1 - alpha goes like (1 - t)^0.2; it is finite for powers above 0.7"],
        ),
        ("--schedule 0.1,0.1 --weight 1,1", ["t = 0", "t = 1"]),
        ("--process births --schedule 0.1,2 --weight 1,1", ["t = 0"]),
        # Half is enough of uniform corruption: t^1.2 of Beta(0.6, ...) under a weight of 2.
        ("--process uniform --schedule 0.6,2 --weight 2,1", []),
        (
            "--process uniform --schedule 0.5,2 --weight 2,1",
            ["t = 0, where alpha goes like t^1; it is finite for powers above 1, half of the A"],
        ),
        (
            "--weight 0.9,0.9 --length 2000 --vocab-size 50",
            ["inf: kinetic exceeds the largest number", "inf: conditional kinetic exceeds"],
        ),
        ("--weight 0.9,0.9", []),
    ],
)
def test_why_an_energy_is_infinite_is_said(options, said):
    lines = succeed("energy", *options.split()).stdout.splitlines()
    reasons = [line for line in lines if line.startswith("inf: ")]
    assert len(reasons) == len(said)
    for line, words in zip(reasons, said, strict=True):
        assert words in line
    infinite = [line for line in lines[1:] if " inf " in line.partition("minimum")[0]]
    assert bool(infinite) == bool(said)


def test_one_token_is_a_token():
    assert "8 steps, 1 token out of 2" in succeed("energy").stdout
    assert "1 step, 3 tokens" in succeed("energy", "--steps", "1", "--length", "3").stdout
    shown = succeed("energy", "--process", "uniform", "--total-count", "1").stdout
    assert "corruption of 1 token out of 2" in shown
    births = ("energy", "--process", "births")
    assert "of 1 expected unit\n" in succeed(*births).stdout
    assert "of 2.5 expected units\n" in succeed(*births, "--total-count", "2.5").stdout


@pytest.mark.parametrize("value", ["0.9", "a,b", "0,1", "1,99", "nan,1", "cosinus"])
def test_bad_energy_parameters_are_refused(value):
    result = invoke("energy", "--schedule", value)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: --schedule: '{value}' is not accepted")
    assert len(result.stderr.splitlines()) == 1


def test_energies_stand_beside_their_least_values():
    """Of sin2 under Beta(1, 1), its own weight, everything is the least there is."""
    asked = ("--schedule", "sin2", "--weight", "1,1", "--steps", "4", "--length", "3")
    found = json.loads(succeed("energy", *asked, "--vocab-size", "5", "--json").stdout)
    assert {key: found[key] for key in ("steps", "length", "vocab_size")} == {
        "steps": 4,
        "length": 3,
        "vocab_size": 5,
    }
    for energy in found["energies"].values():
        assert energy["value"] == pytest.approx(energy["minimum"])
    linear = json.loads(succeed("energy", "--weight", "1,1", "--json").stdout)
    for energy in linear["energies"].values():
        assert energy["value"] is None or energy["value"] > energy["minimum"]


def test_a_bad_weight_names_its_own_option():
    result = invoke("energy", "--weight", "sine")
    assert result.exit_code == 2
    assert result.stderr == (
        "error: --weight: 'sine' is not accepted: two numbers A,B in [0.05, 20]\n"
    )

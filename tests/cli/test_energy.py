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

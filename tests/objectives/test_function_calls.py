"""How functions of the user's are called, and what they may return."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import torch

from mdm_opt.objectives.function_calls import (
    NoNumber,
    as_number,
    as_numbers,
    as_vectors,
)

TWO = "for 2 samples; one number a sample is expected"


@pytest.mark.parametrize(
    "values",
    [
        [0.5, 1],
        (Fraction(1, 2), Decimal(1)),
        np.array([0.5, 1.0]),
        np.array([0.5, 1.0], dtype=np.float16),
        np.array([Fraction(1, 2), 1], dtype=object),
        torch.tensor([0.5, 1.0]),
        [np.float32(0.5), np.True_],
        [np.array(0.5), torch.tensor(1)],
    ],
    ids=repr,
)
def test_numbers_of_all_kinds(values):
    assert as_numbers(values, 2) == [0.5, 1.0]


def test_what_is_not_finite_is_for_others_to_refuse():
    found = as_numbers([float("nan"), float("inf")], 2)
    assert np.isnan(found[0])
    assert found[1] == float("inf")
    assert np.isnan(as_numbers(np.array([np.nan, 1.0]), 2)[0])


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.ma.masked_array([1.0, -999.0], [False, True]), f"returned a masked array {TWO}"),
        ([1 + 2j, 1.0], f"returned (1+2j) {TWO}"),
        (np.array([1 + 2j, 1]), f"returned np.complex128(1+2j) {TWO}"),
        (np.array([1 + 2j, 1], dtype=np.complex64), f"returned np.complex64(1+2j) {TWO}"),
        (np.array(["2020-01-01"] * 2, dtype="datetime64[D]"), "returned np.datetime64('2020"),
        (np.array([1, 2], dtype="timedelta64[s]"), "returned np.timedelta64(1,'s')"),
        (["1", 2], f"returned '1' {TWO}"),
        ([None, 2], f"returned None {TWO}"),
        ([10**400, 2], "returned 1000000000"),
        ([1.0], f"returned shape (1,) {TWO}"),
        ([[1.0], [2.0]], f"returned shape (2, 1) {TWO}"),
        (np.zeros((2, 1)), f"returned shape (2, 1) {TWO}"),
        (np.array(3.0), f"returned shape () {TWO}"),
        (3.0, f"returned shape () {TWO}"),
        (None, f"returned shape () {TWO}"),
        ("ab", f"returned shape () {TWO}"),
        ({0: 1.0, 1: 2.0}, f"returned shape () {TWO}"),
        (frozenset({1.0, 2.0}), f"returned shape () {TWO}"),
    ],
    ids=repr,
)
def test_anything_else_is_named(values, words):
    with pytest.raises(NoNumber) as caught:
        as_numbers(values, 2)
    assert str(caught.value).startswith(words)
    assert str(caught.value).endswith("one number a sample is expected")


@pytest.mark.parametrize("value", [1j, np.complex64(1), "3", b"3", None, [1], float("nan")])
def test_a_single_number_is_finite_and_real(value):
    assert as_number(Fraction(1, 4)) == 0.25
    with pytest.raises(NoNumber, match="one finite number is expected"):
        as_number(value)


VECTORS = "for 2 samples; a vector of finite numbers is expected for each"


@pytest.mark.parametrize(
    "values",
    [
        [[0.5, 1], [2, 3]],
        ((Fraction(1, 2), Decimal(1)), (np.float32(2), np.True_ + 2)),
        np.array([[0.5, 1], [2, 3]], dtype=np.float16),
        torch.tensor([[0.5, 1.0], [2.0, 3.0]]),
        [np.array([0.5, 1.0]), torch.tensor([2.0, 3.0])],
    ],
    ids=repr,
)
def test_vectors_of_all_kinds(values):
    assert as_vectors(values, 2) == [[0.5, 1.0], [2.0, 3.0]]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (
            np.ma.masked_array([[1.0], [-9.0]], [[False], [True]]),
            f"returned a masked array {VECTORS}",
        ),
        ([np.ma.masked_array([1.0, -9.0], [0, 1])] * 2, f"returned a masked array {VECTORS}"),
        ([[1 + 2j], [1.0]], f"returned (1+2j) {VECTORS}"),
        ([[float("nan")], [1.0]], f"returned nan {VECTORS}"),
        ([[1.0], [float("-inf")]], f"returned -inf {VECTORS}"),
        ([["1"], [2]], f"returned '1' {VECTORS}"),
        ([[None], [2]], f"returned None {VECTORS}"),
        (np.array([["2020-01-01"]] * 2, dtype="datetime64[D]"), "returned np.datetime64('2020"),
        ([[1.0]], f"returned shape (1, 1) {VECTORS}"),
        ([[1.0], [2.0, 3.0]], f"returned shape (2,) {VECTORS}"),
        ([[], []], f"returned shape (2, 0) {VECTORS}"),
        ([1.0, 2.0], f"returned shape (2,) {VECTORS}"),
        (np.zeros((2, 1, 1)), f"returned shape (2, 1, 1) {VECTORS}"),
        (None, f"returned shape () {VECTORS}"),
        (["ab", "cd"], f"returned shape (2,) {VECTORS}"),
    ],
    ids=repr,
)  # fmt: skip
def test_anything_else_is_no_vector(values, words):
    with pytest.raises(NoNumber) as caught:
        as_vectors(values, 2)
    assert str(caught.value).startswith(words)
    assert str(caught.value).endswith("a vector of finite numbers is expected for each")

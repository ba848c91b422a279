"""The bundled model of births: what it answers, and its texts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch

from mdm_opt.errors import InputError
from mdm_opt.models.base import RateModel
from mdm_opt.models.digits import (
    BUNDLED_DIGITS,
    LENGTH,
    MAX_COUNT,
    DigitsNet,
    DigitsRates,
    load_digits_rates,
)
from mdm_opt.sample_texts import picture

REFERENCES = Path(__file__).parents[2] / "studies" / "digits_references.txt"
Counts = npt.NDArray[np.int64]


@pytest.fixture(scope="module")
def model() -> DigitsRates:
    return load_digits_rates(device="cpu")


@pytest.fixture(scope="module")
def held_out(model: DigitsRates) -> Counts:
    """Digits that the model never saw."""
    found: Counts = model.encode(REFERENCES.read_text().splitlines()).numpy()
    return found


def thinned(digits: Counts, alpha: float, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).binomial(digits, alpha))


def test_it_is_a_model_of_births(model: DigitsRates) -> None:
    assert isinstance(model, RateModel)
    assert (model.length, model.max_count) == (64, 16) == (LENGTH, MAX_COUNT)
    assert model.device == torch.device("cpu")
    assert len(model.fingerprint) == 64
    assert not any(weight.requires_grad for weight in model.net.parameters())


@pytest.mark.parametrize("alpha", [0.0, 1e-9, 1e-3, 0.3, 0.9, 1 - 1e-6])
def test_rates_are_finite_and_not_negative(
    model: DigitsRates, held_out: Counts, alpha: float
) -> None:
    given = thinned(held_out[:50], alpha)
    kept = given.clone()
    rates = model.rates(given, alpha)
    assert rates.shape == (50, 64)
    assert rates.dtype == torch.float32
    assert torch.isfinite(rates).all()
    assert (rates >= 0).all()
    assert torch.equal(given, kept)
    assert torch.equal(rates, model.rates(given, alpha))
    alone = torch.cat([model.rates(row[None], alpha) for row in given])
    # Rounding of float32 sums of 384 numbers.
    torch.testing.assert_close(alone, rates, rtol=1e-4, atol=1e-4)


def test_rates_before_anything_is_born_are_the_mean_digit(
    model: DigitsRates, held_out: Counts
) -> None:
    rates = model.rates(torch.zeros(1, 64, dtype=torch.int64), 0.0)[0].double().numpy()
    error = held_out.std(axis=0, ddof=1) / np.sqrt(len(held_out))
    # 64 means at once; what the others of the 1,797 digits have lies within their own errors.
    assert (np.abs(rates - held_out.mean(axis=0)) <= 4.5 * error + 0.1).all()


@pytest.mark.parametrize("alpha", [0.01, 0.1, 0.5, 0.9])
def test_rates_are_the_expected_rest_of_unseen_digits(
    model: DigitsRates, held_out: Counts, alpha: float
) -> None:
    """Of all pixels together, and of each digit far better than the mean digit."""
    given = thinned(held_out, alpha)
    rest = (torch.from_numpy(held_out) - given).double() / (1 - alpha)
    rates = model.rates(given, alpha).double()
    off = (rates - rest).sum(1)
    assert abs(off.mean()) <= 4 * off.std() / np.sqrt(len(off)) + 2
    mean = rest.mean(0).clamp(min=1e-3).expand_as(rest)
    gained = (rest * (rates.log() - mean.log()) - rates + mean).sum(1)
    # What the model knows beyond the mean digit, in nats for each unit of alpha.
    assert gained.mean() > {0.01: 8, 0.1: 60, 0.5: 75, 0.9: 75}[alpha]


def test_half_precision_is_the_same_up_to_its_rounding(
    model: DigitsRates, held_out: Counts
) -> None:
    half = load_digits_rates(device="cpu", dtype="bfloat16")
    assert half.net.first.weight.dtype == torch.bfloat16
    assert half.fingerprint != model.fingerprint
    for alpha in (0.0, 0.1, 0.99999):
        given = thinned(held_out[:20], alpha)
        rates = half.rates(given, alpha)
        assert rates.dtype == torch.float32
        # 8 bits of mantissa through eight layers.
        torch.testing.assert_close(rates, model.rates(given, alpha), rtol=0.2, atol=0.3)


def test_fingerprint_follows_the_weights(model: DigitsRates) -> None:
    torch.manual_seed(0)
    first, second = DigitsNet(), DigitsNet()
    second.load_state_dict(first.state_dict())
    place = torch.device("cpu")
    prints = {DigitsRates(net, place).fingerprint for net in (first, second)}
    assert len(prints | {model.fingerprint}) == 2
    assert load_digits_rates(device="cpu").fingerprint == model.fingerprint


def test_files_are_small() -> None:
    assert sum(file.stat().st_size for file in BUNDLED_DIGITS.iterdir()) < 4e6


def test_texts_are_pictures_that_are_read_back(model: DigitsRates, held_out: Counts) -> None:
    texts = model.decode(torch.from_numpy(held_out[:30]))
    found = picture(texts[0])
    assert found is not None
    assert found[0] == "image/png"
    # Width and height.
    assert found[1][16:24] == bytes((0, 0, 0, 64)) * 2
    assert model.encode(texts).tolist() == held_out[:30].tolist()


def test_numbers_are_read_too(model: DigitsRates) -> None:
    row = [number % 17 for number in range(64)]
    found = model.encode([" ".join(map(str, row)), "  ".join(map(str, row[::-1])) + "\n"])
    assert found.dtype == torch.int64
    assert found.tolist() == [row, row[::-1]]
    assert model.encode([]).shape == (0, 64)
    assert model.decode(torch.zeros(0, 64, dtype=torch.int64)) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 2 3", "'1 2 3' is neither a picture nor 64 numbers of 0 to 16"),
        (" ".join(["1"] * 65), "is neither a picture nor 64 numbers of 0 to 16"),
        (" ".join(["1"] * 63 + ["17"]), "is neither a picture nor 64 numbers of 0 to 16"),
        (" ".join(["1"] * 63 + ["-1"]), "is neither a picture nor 64 numbers of 0 to 16"),
        (" ".join(["1"] * 63 + ["1.5"]), "is neither a picture nor 64 numbers of 0 to 16"),
        (" ".join(["1"] * 63 + ["²"]), "is neither a picture nor 64 numbers of 0 to 16"),
        ("", "'' is neither a picture nor 64 numbers of 0 to 16"),
        ("data:image/png;base64,AAAA", "is no PNG picture of 64 x 64 pixels, 8 bits of grey"),
        ("data:,1", "is no PNG picture of 64 x 64 pixels"),
    ],
)
def test_texts_that_do_not_fit_are_refused_in_one_line(
    model: DigitsRates, text: str, said: str
) -> None:
    with pytest.raises(InputError) as caught:
        model.encode([text])
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"dtype": "int8"}, "dtype: 'int8' is not accepted: must be one of auto, float32, "),
        ({"device": "nowhere"}, r"\[model\] device: 'nowhere' is not usable"),
    ],
)
def test_what_it_cannot_run_on_is_refused(keys: dict[str, str], said: str) -> None:
    with pytest.raises(InputError, match=f"^{said}"):
        load_digits_rates(**keys)

"""Chemical validity of SMILES, by RDKit (extra ``chemistry``): verifiers of samples.

Whether a text is a molecule is a fact. A reaction is ``reactants>>products``, and dots stand
between the molecules of a side.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from mdm_opt.errors import InputError

_ARROW = ">>"


def are_molecules(samples: Sequence[str]) -> list[bool]:
    """Verifier for the `validity` objective: is each text valid molecules, or a reaction of them?

    Args:
        samples: texts.

    Returns:
        One bool a text.

    Raises:
        InputError: where RDKit is not installed.
    """
    is_valid = _parser()
    return [all(is_valid(side) for side in sample.split(_ARROW, 1)) for sample in samples]


def are_reactions(samples: Sequence[str]) -> list[bool]:
    """Verifier for the `validity` objective: is each text valid molecules, an arrow, and others?

    Args:
        samples: texts.

    Returns:
        One bool a text.

    Raises:
        InputError: where RDKit is not installed.
    """
    valid = are_molecules(samples)
    return [one and _ARROW in sample for one, sample in zip(valid, samples, strict=True)]


@cache
def _parser() -> Callable[[str], bool]:
    """Whether RDKit takes a text for molecules with dots between them."""
    try:
        from rdkit import Chem, rdBase
    except ImportError as error:
        raise InputError(
            f"chemical validity needs RDKit: pip install 'mdm-opt[chemistry]' ({error})"
        ) from error
    # It has a line to say about every text that is none.
    rdBase.DisableLog("rdApp.*")
    parse: Any = Chem.MolFromSmiles

    def is_valid(text: str) -> bool:
        return bool(text) and parse(text) is not None

    return is_valid

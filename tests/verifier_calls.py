"""Functions for verifiers, and answers that they are asked about."""

from __future__ import annotations

import itertools

import pytest

from mdm_opt.errors import RunError
from mdm_opt.objectives.verifiers import Verifier

NAMES = (f"verifier_plugin_{index}" for index in itertools.count())
FUNCTIONS = """
import os, sys, time

print("imported")
calls = 0


def equal(prompt, answer, reference, weight=1.0):
    return weight * (answer == reference)


def number(prompt, answer, reference):
    return eval(answer)


def process(prompt, answer, reference):
    return os.getpid()


def count(prompt, answer, reference):
    global calls
    calls += 1
    return calls


def talk(prompt, answer, reference):
    print('{"value": 7}' * 10_000)
    os.system("echo '{\\"value\\": 8}'")
    sys.stdout.flush()
    try:
        input()
    except EOFError:
        return 1
    return 2


def act(prompt, answer, reference):
    exec(answer)
    return 1
"""


def ask(verifier: Verifier, answer: str = "", reference: str = "", prompt: str = "") -> float:
    return verifier(prompt=prompt, answer=answer, reference=reference, place="data line 3")


def failure(verifier: Verifier, answer: str = "") -> str:
    with pytest.raises(RunError) as caught:
        ask(verifier, answer)
    message = str(caught.value)
    assert message.splitlines() == [message]
    assert len(message) < 450
    return message

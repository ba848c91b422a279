"""Studies to look at: real ones, in one database."""

from __future__ import annotations

import optuna
from study_files import database

from mdm_opt.persistence import Repository
from mdm_opt.results.verification import verify
from mdm_opt.run.trials import run_trials
from mdm_opt.show.snapshot import read_snapshot
from mdm_opt.study.opening import create_study

HOSTILE_NAME = "<img src=x onerror=alert(1)>/..\\x"
# What a model writes that wants to be more than text.
HOSTILE_TEXT = """<script>alert(1)</script><img src=x onerror=alert(1)></pre></details>
```
~~~
# heading [link](javascript:alert(1)) ![picture](http://example.com/x.png)
| a | b |
| --- | --- |
````text
<svg onload=alert(1)> &lt;b&gt; {{ 7*7 }}"""

GRIDS = """
[study]
name = "grids"
[model]
kind = "bundled"
[space]
steps = [6, 9]
[objective]
kind = "validity"
verifier = "sudoku"
instances = 16
[search]
trials = 10
samples = 4
[profile]
sequences = 8
boundaries = 6
orders = 1
[verify]
instances = 16
top = 1
"""

# The more alike its letters the likelier a text is, and the less entropy it has.
GUARDED = """
[study]
name = "guarded"
[model]
kind = "enumerated"
law = "shown_plugins:alike"
[space]
steps = [2, 4]
[objective]
kind = "judge_nll"
judge = { kind = "enumerated", law = "shown_plugins:alike" }
min_entropy_nats = 0.565
instances = 32
[search]
trials = 12
sampler = "random"
seeds = ["energy", "baselines"]
racing = false
"""

HOSTILE = """
[study]
name = "hostile"
[model]
kind = "shown_plugins:hostile"
[space]
steps = [4]
[objective]
kind = "shown_plugins:score"
direction = "maximize"
unit = "<b>points</b> | `x`"
instances = 8
[search]
trials = 5
seeds = ["energy"]
samples = 6
[verify]
instances = 8
"""

PICTURES = HOSTILE.replace('name = "hostile"', 'name = "pictures"').replace(":hostile", ":painter")
GROWING = HOSTILE.replace('name = "hostile"', 'name = "growing"')

PLUGINS = f'''
import base64
import itertools
import struct
import zlib

import numpy as np

from mdm_opt.models.enumerated import EnumeratedDenoiser
from mdm_opt.models.laws import LAWS, EnumeratedLaw

TEXT = {HOSTILE_TEXT!r}


def alike():
    outcomes = np.array(list(itertools.product((0, 1), repeat=8)))
    weights = np.exp(0.8 * abs(outcomes.sum(axis=1) - 4))
    return EnumeratedLaw(outcomes, weights / weights.sum(), "ab")


class Hostile(EnumeratedDenoiser):
    """Some of its texts are short, some long, and some too long for a note."""

    def decode(self, tokens):
        texts = super().decode(tokens)
        return [text + TEXT + "z" * (0, 900, 0, 2000)["1234".index(text[0])] for text in texts]


class Painter(EnumeratedDenoiser):
    def decode(self, tokens):
        pictures = [png(row) for row in tokens.reshape(-1, 4, 4).numpy().astype(np.uint8)]
        return ["data:image/png;base64," + base64.b64encode(p).decode() for p in pictures]


def png(levels):
    """A grey picture with a square for each of four levels."""
    levels = np.kron(levels * 80, np.ones((16, 16), np.uint8))
    rows = b"".join(b"\\0" + row.tobytes() for row in levels)
    header = struct.pack(">IIBBBBB", *levels.shape[::-1], 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\\x89PNG\\r\\n\\x1a\\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content
        + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in parts
    )


def hostile():
    return Hostile(LAWS["sudoku4"]())


def painter():
    return Painter(LAWS["sudoku4"]())


def score(texts):
    return [text.count("1") + len(text) % 3 for text in texts]
'''


def make_shown(folder, study_file, *, verified=True):
    """Runs a study to its end; the same file with more trials goes on."""
    (folder / "shown_plugins.py").write_text(PLUGINS)
    path = folder / "study.toml"
    path.write_text(study_file)
    opened = create_study(path, database(folder))
    try:
        list(run_trials(opened))
        if verified:
            verify(opened)
    finally:
        opened.repository.close()


def make_foreign(folder):
    """A study of another program in the same database."""
    storage = optuna.storages.RDBStorage(database(folder))
    try:
        study = optuna.create_study(study_name=HOSTILE_NAME, storage=storage)
        study.optimize(lambda trial: trial.suggest_float(HOSTILE_NAME, 0, 1), n_trials=3)
    finally:
        storage.scoped_session.remove()
        storage.engine.dispose()


def known(folder, name):
    """What is known about a study."""
    repository = Repository(database(folder), create=False)
    try:
        return read_snapshot(name, repository)
    finally:
        repository.close()

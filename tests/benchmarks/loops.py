"""Many loops in one process that do trivial trials, ours or plain Optuna's; prints JSON.

    python loops.py ours|optuna URL STUDY TRIALS LOOPS BARRIER_FILE

Waits for the barrier file once its loops are ready, so that several processes start together.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sys
import threading
import time
from pathlib import Path

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution

from mdm_opt.measurement import Measurement
from mdm_opt.run import trials as run_module
from mdm_opt.run.signals import StopSignal

SPACE = {
    "steps": CategoricalDistribution([4, 6]),
    "beta_a": FloatDistribution(0.1, 8.0, log=True),
    "beta_b": FloatDistribution(0.1, 8.0, log=True),
}


def trivial(problem, _candidate, instances):
    """A measurement that takes no time, so that what is left is the loop itself."""
    ones = np.ones(len(instances))
    return Measurement(tuple(instances), ones, 4.0 * ones, 1, 0.0, "cpu", {}, problem.batch_size)


def ours(url, name, ready):
    run_module.measure = trivial
    opened = run_module.join_study(name, url, StopSignal(), lambda _: None)
    ready()
    seconds = []
    trials = run_module.run_trials(opened)
    while True:
        started = time.perf_counter()
        if next(trials, None) is None:
            return seconds
        seconds.append(time.perf_counter() - started)


def plain(url, name, ready, trials):
    study = optuna.load_study(
        study_name=name, storage=url, sampler=optuna.samplers.RandomSampler()
    )
    ready()
    seconds = []
    while True:
        started = time.perf_counter()
        trial = study.ask(SPACE)
        if trial.number >= trials:
            with contextlib.suppress(Exception):
                study.tell(trial, state=optuna.trial.TrialState.FAIL)
            return seconds
        study.tell(trial, 1.0)
        seconds.append(time.perf_counter() - started)


def main(kind, url, name, trials, loops, barrier):
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    logging.getLogger("optuna").setLevel(logging.ERROR)
    waiting = threading.Barrier(loops + 1)
    go = threading.Event()
    results, errors = [], []

    def ready():
        waiting.wait()
        go.wait()

    def loop():
        try:
            results.append(work())
        except BaseException as error:
            errors.append(repr(error))
            waiting.abort()

    def work():
        return ours(url, name, ready) if kind == "ours" else plain(url, name, ready, trials)

    threads = [threading.Thread(target=loop) for _ in range(loops)]
    for thread in threads:
        thread.start()
    with contextlib.suppress(threading.BrokenBarrierError):
        waiting.wait()
    print("ready", flush=True)
    while not Path(barrier).exists():
        time.sleep(0.01)
    go.set()
    for thread in threads:
        thread.join()
    print(json.dumps({"seconds": [s for one in results for s in one], "errors": errors}))


if __name__ == "__main__":
    main(*sys.argv[1:4], int(sys.argv[4]), int(sys.argv[5]), sys.argv[6])

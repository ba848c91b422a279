"""Signals: let in where they can do no harm, kept back elsewhere, and lost nowhere."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from mdm_opt.run.signals import Stopped, StopSignal

CAUGHT = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]


def send(number):
    """To this process, which handles it before the next line."""
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", CAUGHT, ids=lambda number: number.name)
def test_inside_allowed_a_signal_interrupts_at_once(number):
    went_on = []

    def work():
        send(number)
        went_on.append(1)

    with StopSignal() as stop:
        with pytest.raises(Stopped, match=number.name) as stopped, stop.allowed():
            work()
        assert stopped.value.exit_code == 128 + number
    assert went_on == []


@pytest.mark.parametrize("number", CAUGHT, ids=lambda number: number.name)
def test_elsewhere_it_is_kept_back_until_it_is_allowed(number):
    with StopSignal() as stop:
        send(number)
        with pytest.raises(Stopped, match=number.name), stop.allowed():
            pytest.fail("allowed, though somebody had asked to stop")
        # Whoever asks again is told again.
        with pytest.raises(Stopped, match=number.name), stop.allowed():
            pytest.fail("allowed, though somebody had asked to stop")


def test_nothing_is_raised_where_nobody_asks():
    went_on = []
    with StopSignal() as stop:
        for step in range(2):
            with stop.allowed():
                went_on.append(step)
    assert went_on == [0, 1]


def test_who_presses_ctrl_c_again_does_not_want_to_wait():
    with StopSignal():
        send(signal.SIGTERM)
        # A cluster manager says it twice.
        send(signal.SIGTERM)
        send(signal.SIGHUP)
        with pytest.raises(Stopped, match="SIGINT"):
            send(signal.SIGINT)


def test_after_an_error_inside_allowed_signals_are_kept_back_again():
    with StopSignal() as stop:
        with pytest.raises(ZeroDivisionError), stop.allowed():
            raise ZeroDivisionError
        send(signal.SIGINT)
        with pytest.raises(Stopped), stop.allowed():
            pytest.fail("allowed, though somebody had asked to stop")


def test_handlers_are_given_back():
    before = [signal.getsignal(number) for number in CAUGHT]
    with StopSignal():
        assert [signal.getsignal(number) for number in CAUGHT] != before
    assert [signal.getsignal(number) for number in CAUGHT] == before
    with pytest.raises(ZeroDivisionError), StopSignal():
        raise ZeroDivisionError
    assert [signal.getsignal(number) for number in CAUGHT] == before


def test_under_nohup_a_closed_terminal_is_survived():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with StopSignal() as stop, stop.allowed():
            send(signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_sleep_takes_its_time_and_lets_signals_in():
    with StopSignal() as stop:
        began = time.monotonic()
        stop.sleep(0.05)
        assert time.monotonic() - began >= 0.05
        timer = threading.Timer(0.05, send, [signal.SIGTERM])
        timer.start()
        with pytest.raises(Stopped, match="SIGTERM"):
            stop.sleep(60.0)
        timer.join()
        assert time.monotonic() - began < 30


def test_another_thread_is_stopped_by_its_own_word():
    """Which cannot catch signals, and is asked by the thread that is told."""
    stop, ended = StopSignal(), []

    def work():
        try:
            with stop:
                stop.sleep(60.0)
        except Stopped as stopped:
            ended.append(stopped.exit_code)

    thread = threading.Thread(target=work)
    thread.start()
    stop.stop()
    thread.join(30)
    assert ended == [128 + signal.SIGTERM]
    with pytest.raises(Stopped), stop.allowed():
        pytest.fail("allowed, though somebody had asked to stop")


def test_stopping_counts_as_ctrl_c_for_who_knows_nothing_of_it():
    assert issubclass(Stopped, KeyboardInterrupt)

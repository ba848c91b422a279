"""Chromium, tabs that notice what goes wrong in them, and studies to look at."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Error, sync_playwright
from served import served
from shown_studies import GRIDS, GUARDED, HOSTILE, PICTURES, make_foreign, make_shown
from study_files import database
from tabs import OPTIONS, PROGRAMS, Tabs, chromium


@pytest.fixture(scope="session")
def program():
    """Path of Chromium; skips where there is none, and fails there when CI=true."""
    found = chromium()
    if found is None:
        unavailable(f"none of {', '.join(PROGRAMS)} is installed")
    return found


# Not of the session: while it is open, asyncio takes the thread for one that runs a loop.
@pytest.fixture(scope="module")
def browser(program):
    """Chromium without a window."""
    with sync_playwright() as playwright:
        try:
            found = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        except Error as error:
            unavailable(str(error).partition("\n")[0])
        yield found
        found.close()


@pytest.fixture(scope="module")
def all_tabs(browser):
    """Pages that tests share: those of the dashboard take seconds to open."""
    opened = Tabs(browser)
    yield opened
    opened.close()


@pytest.fixture
def tabs(all_tabs):
    """Opens pages; the test fails for whatever goes wrong in one of them."""
    yield all_tabs
    troubles = list(all_tabs.troubles)
    all_tabs.troubles.clear()
    assert troubles == []


@pytest.fixture(scope="session")
def shown(program, tmp_path_factory):
    """A folder with the database of all studies, which without a browser nobody looks at."""
    folder = tmp_path_factory.mktemp("shown")
    for study_file in (GRIDS, GUARDED, HOSTILE, PICTURES):
        make_shown(folder, study_file, verified=study_file != GUARDED)
    make_foreign(folder)
    return folder


@pytest.fixture(scope="module")
def board(shown):
    """The dashboard as it is by default."""
    with served(database(shown)) as found:
        yield found


def unavailable(reason: str) -> NoReturn:
    """Skips the test on a laptop, fails it when CI=true."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"no browser: {reason}")
    pytest.skip(f"no browser: {reason}")


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)

"""Makes the images of the pages: ``python make_images.py`` in this folder, in a few minutes."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from playwright.sync_api import sync_playwright
from served import served
from shown_studies import known, make_shown
from study_files import database
from tabs import OPTIONS, Tabs, chromium

from mdm_opt.show.report import REPORT_FORMATS, read_report

IMAGES = Path(__file__).parents[2] / "images"
STUDY = """
[study]
name = "grids"
[model]
kind = "bundled"
[space]
steps = [6, 9, 12]
[objective]
kind = "validity"
verifier = "sudoku"
instances = 64
[search]
trials = 36
[verify]
instances = 256
"""


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        where = Path(folder)
        make_shown(where, STUDY)
        page = where / "grids.html"
        page.write_text(REPORT_FORMATS["html"](read_report("grids", database(where))))
        browser = playwright.chromium.launch(executable_path=chromium(), args=OPTIONS)
        tabs = Tabs(browser)
        with served(database(where)) as board:
            shoot_dashboard(tabs, f"{board.trials}/studies/1", known(where, "grids"))
            tabs.close()
        shoot_report(tabs, page.as_uri())
        browser.close()
        if tabs.troubles:
            raise SystemExit("\n".join(tabs.troubles))


def shoot_dashboard(tabs, address, found):
    study = tabs.open(address, width=1120, height=1020)
    last = "user-defined-plot:mdm-opt-landscape-9"
    study.wait_for_function("id => document.getElementById(id)?._fullData", arg=last)
    study.locator("[id='user-defined-plot:mdm-opt-quality']").evaluate(
        "one => window.scrollBy(0, one.getBoundingClientRect().top - 80)"
    )
    study.screenshot(path=IMAGES / "dashboard.png")
    study.evaluate("window.scrollTo(0, 0)")
    study.screenshot(path=IMAGES / "pareto.png", clip=box(1120, 660))
    number = found.best_trials()[12]
    trial = tabs.open(f"{address}/trials?numbers={number}", width=1120, height=660, name="trial")
    trial.locator("pre").last.wait_for()
    trial.screenshot(path=IMAGES / "trial.png")


def shoot_report(tabs, address):
    report = tabs.open(address, width=1120, height=1000, offline=True)
    report.wait_for_function("() => !document.querySelector('.figure:not([data-drawn])')")
    report.screenshot(path=IMAGES / "report.png", clip=box(1120, 972))


def box(width, height):
    return {"x": 0, "y": 0, "width": width, "height": height}


if __name__ == "__main__":
    main()

"""Tabs of a browser, and what is asked of a page in them."""

from __future__ import annotations

import shutil
from pathlib import Path

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
# The browser is to ask nobody for anything but what a page asks for.
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SCREENSHOTS = Path(__file__).resolve().parents[1] / "build" / "screenshots"

# Text and the colour behind it, of everything that is seen, as WCAG measures their contrast.
_CONTRASTS = """() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const linear = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const mixed = (over, under) => {
    const a = over[3] ?? 1;
    return [0, 1, 2].map((i) => a * over[i] + (1 - a) * under[i]);
  };
  const behind = (element) => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) {
      const colour = numbers(getComputedStyle(e).backgroundColor);
      layers.push(colour);
      if ((colour[3] ?? 1) === 1) break;
    }
    return layers.reverse().reduce((under, over) => mixed(over, under), [255, 255, 255]);
  };
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode.data.trim(), element = texts.currentNode.parentElement;
    const box = element.getBoundingClientRect();
    if (!text || !box.width || !element.checkVisibility({visibilityProperty: true})) continue;
    const style = getComputedStyle(element), under = behind(element);
    const ink = mixed(numbers(element.closest("svg") ? style.fill : style.color), under);
    const pair = [light(ink), light(under)].sort((a, b) => b - a);
    found.push([(pair[0] + 0.05) / (pair[1] + 0.05), text.slice(0, 60)]);
  }
  return found;
}"""


def chromium():
    """Path of the browser that is installed; None where there is none."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


class Tabs:
    """Pages of one browser, one for each size and scheme, and what goes wrong in them.

    Attributes:
        troubles: errors in the console or of scripts, dialogs, requests that failed or went
            elsewhere, and windows that nobody opened.
        requests: addresses that were asked for since the last page was opened.
    """

    def __init__(self, browser):
        self._browser, self._pages = browser, {}
        # Beginnings of the addresses that a page may ask for.
        self._own, self.troubles, self.requests = {}, [], []

    def open(self, address, *, width=1280, height=1000, scheme="light", offline=False, name=""):
        """A page; nothing but what begins as its address does up to the path may be asked for.

        A page that shows the address already is returned as it is; ``name`` tells apart pages
        that are to be open beside each other.
        """
        options = (width, height, scheme, offline, name)
        if options not in self._pages:
            context = self._browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=scheme, offline=offline
            )
            self._pages[options] = context.new_page()
            self._watch(self._pages[options])
        page = self._pages[options]
        if page.url != address:
            own = "/".join(address.split("/")[:3]) + "/"
            self._own[page] = address if address.startswith("file:") else own
            self.requests.clear()
            page.goto(address)
        return page

    def close(self):
        """Closes all pages; those of the dashboard would go on asking."""
        for page in self._pages.values():
            page.context.close()
        self._pages.clear()

    def _watch(self, page):
        def noted(kind, text):
            self.troubles.append(f"{kind}: {text[:300]}")

        def asked(request):
            self.requests.append(request.url)
            if not request.url.startswith((self._own[page], "data:", "blob:")):
                noted("request", request.url)

        def failed(request):
            # A page that is left asks for nothing more.
            if request.failure != "net::ERR_ABORTED":
                noted("failed", f"{request.url} {request.failure}")

        def dialog(one):
            noted("dialog", one.message)
            one.dismiss()

        page.set_default_timeout(60_000)
        page.on("popup", lambda one: noted("window", one.url))
        page.on("console", lambda m: m.type == "error" and noted("console", m.text))
        page.on("pageerror", lambda error: noted("error", str(error)))
        page.on("request", asked)
        page.on("websocket", lambda socket: noted("request", socket.url))
        page.on("requestfailed", failed)
        page.on("response", lambda r: r.status >= 400 and noted("refused", f"{r.status} {r.url}"))
        page.on("dialog", dialog)


def shoot(page, name, **options):
    """Keeps a picture of a page for people to look at."""
    page.screenshot(path=SCREENSHOTS / f"{name}.png", **options)


def contrasts(page):
    """Contrast of every text that is seen with what is behind it, worst first."""
    return sorted(page.evaluate(_CONTRASTS))


def traces(page, element):
    """Names, types and points of the traces that plotly has drawn, and how many SVG groups."""
    return page.evaluate(
        """(id) => {
          const box = document.getElementById(id);
          const list = (values) => Array.from(values ?? []);
          return {
            names: box._fullData.map((t) => t.name), types: box._fullData.map((t) => t.type),
            x: box._fullData.map((t) => list(t.x)), y: box._fullData.map((t) => list(t.y)),
            title: box.querySelector(".gtitle")?.textContent ?? "",
            scatters: box.querySelectorAll(".scatterlayer > .trace").length,
            bars: box.querySelectorAll(".barlayer > .trace").length,
            contours: box.querySelectorAll(".contourlayer > .contour").length,
          };
        }""",
        element,
    )


def width_of(page):
    """Pixels that a page would need to be seen without scrolling sideways."""
    return page.evaluate("document.documentElement.scrollWidth")

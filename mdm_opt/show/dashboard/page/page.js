// Puts what was found at the top of a study's page, names buttons, and says whether it is dark.
"use strict";
(function () {
  const STUDY = /^\/dashboard\/studies\/(\d+)\/?$/;
  const AGAIN = 20000;
  // By what is on them: links and buttons of the dashboard that have no name.
  const NAMES = {
    HomeIcon: "all studies", MenuIcon: "open the menu", ChevronLeftIcon: "close the menu",
    ChevronRightIcon: "open the menu", FilterListIcon: "filter trials",
  };
  let wanted = "", node = null, waiting = false, timer = 0;

  function element(tag, words, attributes) {
    const made = document.createElement(tag);
    if (words) made.textContent = words;
    for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
    return made;
  }

  function table(found) {
    const label = "results of " + found.name;
    const box = element("div", "", { class: "wide", tabindex: "0", role: "region", "aria-label": label });
    const made = box.appendChild(element("table"));
    const head = made.createTHead().insertRow();
    for (const name of found.headings) head.append(element("th", name, { scope: "col" }));
    const body = made.createTBody();
    for (const row of found.rows) {
      const line = body.insertRow();
      if (row.best) line.className = "best";
      row.cells.forEach(function (cell, at) {
        const name = found.headings[at];
        line.append(element("td", cell, { class: name === "schedule" ? name : "", "data-name": name }));
      });
    }
    return box;
  }

  function box(found) {
    const made = element("section", "", { id: "mdm-opt-result", "aria-labelledby": "mdm-opt-found" });
    made.append(element("h2", "What was found", { id: "mdm-opt-found" }));
    made.append(element("p", found.metric + ". " + found.state + "."));
    const said = made.appendChild(element("ul"));
    for (const line of found.said) said.append(element("li", line));
    if (found.rows.length) made.append(table(found));
    const more = made.appendChild(element("p"));
    more.append(element("a", "report: samples, each instance, how to repeat it", { href: found.address }));
    return made;
  }

  async function load(id) {
    clearTimeout(timer);
    const answer = await fetch("/results?study=" + id);
    // A study of another program has nothing to show.
    const found = answer.ok ? await answer.json() : null;
    if (wanted !== id) return;
    if (node) node.remove();
    node = found && found.name ? box(found) : null;
    place();
    if (found && found.live) timer = setTimeout(function () { load(id).catch(nothing); }, AGAIN);
  }

  function nothing() {}

  function place() {
    waiting = false;
    const match = STUDY.exec(location.pathname);
    const id = match ? match[1] : "";
    if (id !== wanted) {
      wanted = id;
      if (node) node.remove();
      node = null;
      if (id) load(id).catch(nothing);
    }
    const main = document.querySelector("main");
    // Under the place that the bar covers.
    if (node && main && node.parentElement !== main) main.insertBefore(node, main.children[1] || null);
    for (const [icon, name] of Object.entries(NAMES)) {
      for (const drawn of document.querySelectorAll('[data-testid="' + icon + '"]')) {
        const button = drawn.closest("a, button");
        if (button && !button.textContent && !button.hasAttribute("aria-label")) {
          button.setAttribute("aria-label", name);
        }
      }
    }
    const [red, green, blue] = getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g).map(Number);
    const scheme = red + green + blue < 384 ? "dark" : "light";
    if (document.documentElement.dataset.mdmOptScheme !== scheme) {
      document.documentElement.dataset.mdmOptScheme = scheme;
    }
  }

  function soon() {
    if (!waiting) { waiting = true; requestAnimationFrame(place); }
  }

  new MutationObserver(soon).observe(document, { childList: true, subtree: true });
  window.addEventListener("popstate", soon);
  soon();
})();

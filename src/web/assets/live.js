/* SPDX-License-Identifier: Apache-2.0 */
"use strict";
// What others commit shows without a reload. A part of a page with data-live names the types of facts that it shows
// ("*": all); when one of them was touched the part is fetched again and put in place of the old one, and neither what
// is typed, ticked and opened in it nor the focus is lost. One stream a browser: its tabs share a worker.
(() => {
  const body = document.body, parts = () => [...document.querySelectorAll("[data-live]")];
  if (!parts().length || !window.EventSource) return;
  let mine = Number(body.dataset.number), waiting = new Set(), timer;
  const says = document.createElement("p");
  says.className = "hidden";
  says.setAttribute("role", "status");
  body.append(says);

  // What a person did in the part, to do it again in the new one.
  function memory(part) {
    const name = (e) => e.id ? `#${CSS.escape(e.id)}` : e.name ? `${e.localName}[name="${CSS.escape(e.name)}"]${["checkbox", "radio"].includes(e.type) ? `[value="${CSS.escape(e.value)}"]` : ""}`
      : e.href ? `${e.localName}[href="${CSS.escape(e.getAttribute("href"))}"]` : null;
    const typed = [], ticked = [], opened = [];
    for (const e of part.querySelectorAll("input, textarea, select")) {
      if (e.type === "checkbox" || e.type === "radio") e.checked !== e.defaultChecked && ticked.push([name(e), e.checked]);
      else if (e.localName === "select" ? [...e.options].some((o) => o.selected !== o.defaultSelected) : e.value !== e.defaultValue) typed.push([name(e), e.value]);
    }
    part.querySelectorAll("details").forEach((e, i) => e.open && opened.push(i));
    const active = part.contains(document.activeElement) ? document.activeElement : null;
    let range = null;
    try { range = active && [active.selectionStart, active.selectionEnd]; } catch { /* not a text */ }
    return { typed, ticked, opened, active: active && name(active), range, top: part.scrollTop };
  }
  function remember(part, { typed, ticked, opened, active, range }) {
    for (const [name, value] of typed) { const e = name && part.querySelector(name); if (e) e.value = value; }
    for (const [name, value] of ticked) { const e = name && part.querySelector(name); if (e) e.checked = value; }
    const details = part.querySelectorAll("details");
    for (const i of opened) if (details[i]) details[i].open = true;
    const e = active && part.querySelector(active);
    if (!e) return;
    e.focus({ preventScroll: true });
    if (range && range[0] !== null) try { e.setSelectionRange(...range); } catch { /* not a text */ }
  }

  async function fetchPart(address, ids) {
    const answer = await fetch(address, { credentials: "same-origin", headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ids) {
      const old = document.getElementById(id), fresh = page.getElementById(id);
      if (!old || !fresh || old.outerHTML === fresh.outerHTML) continue;
      const kept = memory(old);
      old.replaceWith(fresh);
      remember(fresh, kept);
      window.htmx?.process(fresh);
      document.dispatchEvent(new CustomEvent("page:part", { detail: { id } }));
      fresh.dispatchEvent(new CustomEvent("page:part", { bubbles: true }));
      says.textContent = "This page has been brought up to date.";
    }
    const number = Number(page.body.dataset.number);
    if (number > mine) mine = number;
  }
  async function refresh() {
    const types = waiting, groups = new Map();
    waiting = new Set();
    for (const part of parts()) {
      const wants = part.dataset.live.split(" ");
      if (!types.has("*") && !wants.includes("*") && !wants.some((type) => types.has(type))) continue;
      const address = part.dataset.liveFrom || location.href;
      groups.set(address, [...groups.get(address) ?? [], part.id]);
    }
    for (const [address, ids] of groups) {
      try { await fetchPart(address, ids); } catch { /* the next event tries again */ }
    }
  }
  function hear({ number, types }) {
    const found = types.includes("finding"); // what the checks say comes after the commit that they look at
    if (number <= mine && !found) return;
    for (const type of types) waiting.add(type);
    clearTimeout(timer);
    timer = setTimeout(refresh, 150);
  }

  if (window.SharedWorker) {
    const worker = new SharedWorker(document.querySelector("script[data-events]").dataset.events);
    const tell = () => worker.port.postMessage(document.hidden ? "hidden" : "shown");
    worker.port.onmessage = ({ data }) => hear(data);
    document.addEventListener("visibilitychange", tell);
    addEventListener("pageshow", tell);
    addEventListener("pagehide", () => worker.port.postMessage("gone"));
    tell();
  } else {
    // Without shared workers (some phones) each page that is looked at has its own.
    let source;
    const adjust = () => {
      if (document.hidden) return source = void source?.close();
      source ??= new EventSource("/events");
      source.onmessage = ({ data }) => hear(JSON.parse(data));
    };
    document.addEventListener("visibilitychange", adjust);
    adjust();
  }
})();

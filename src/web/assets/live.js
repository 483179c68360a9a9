/* SPDX-License-Identifier: Apache-2.0 */
"use strict";
// What others commit shows without a reload. A part of a page with data-live names the types of facts that it shows
// ("*": all, "finding" and "ruling" beside them); when one of them was touched the part is fetched again and put in place of the old one, and neither what
// is typed, ticked and opened in it nor the focus is lost. One stream a browser: its tabs share a worker.
(() => {
  const body = document.body, parts = () => [...document.querySelectorAll("[data-live]")];
  if (!parts().length || !window.EventSource) return;
  let mine = Number(body.dataset.number), waiting = new Set(), timer;
  const says = document.createElement("p");
  says.className = "hidden";
  says.setAttribute("role", "status");
  body.append(says);

  // A form is the same as one of before by what it sends along, apart from what others may have changed meanwhile: that it
  // keeps as it was where somebody typed beside it, so that a conflict is told.
  const meanwhile = ["version", "theirs"];
  const sent = (form, names, wanted) => [...form.querySelectorAll("input[type=hidden]")].filter((e) => e.name !== "csrf" && names.includes(e.name) === wanted);
  const key = (form) => [form.getAttribute("action"), ...sent(form, meanwhile, false).map((e) => `${e.name}=${e.value}`)].join("\n");
  const place = (e) => ({ of: !e.id && e.form?.contains(e) ? key(e.form) : null,
    name: e.id ? `#${CSS.escape(e.id)}` : e.name ? `${e.localName}[name="${CSS.escape(e.name)}"]${["checkbox", "radio"].includes(e.type) ? `[value="${CSS.escape(e.value)}"]` : ""}`
      : e.href ? `${e.localName}[href="${CSS.escape(e.getAttribute("href"))}"]` : ":not(*)" });
  const find = (part, { of, name }) => (of === null ? part : [...part.querySelectorAll("form")].find((f) => key(f) === of))?.querySelector(name);

  // What a person did in the part, to do it again in the new one.
  function memory(part) {
    const typed = [], ticked = [], files = [], opened = [], touched = new Set();
    for (const e of part.querySelectorAll("input, textarea, select")) {
      const box = e.type === "checkbox" || e.type === "radio";
      if (box ? e.checked === e.defaultChecked : e.localName === "select" ? [...e.options].every((o) => o.selected === o.defaultSelected) : e.value === e.defaultValue) continue;
      if (e.type === "file") files.push([place(e), e]); // no script may write one
      else if (box) ticked.push([place(e), e.checked]);
      else typed.push([place(e), e.value]);
      if (e.form?.contains(e)) touched.add(e.form);
    }
    for (const form of touched) for (const e of sent(form, meanwhile, true)) typed.push([{ ...place(e), of: key(form) }, e.value]);
    part.querySelectorAll("details").forEach((e, i) => e.open && opened.push(i));
    const active = part.contains(document.activeElement) ? document.activeElement : null;
    let range = null;
    try { range = active && [active.selectionStart, active.selectionEnd]; } catch { /* not a text */ }
    return { typed, ticked, files, opened, active: active && place(active), range };
  }
  function remember(part, { typed, ticked, files, opened, active, range }) {
    for (const [at, value] of typed) { const e = find(part, at); if (e) e.value = value; }
    for (const [at, value] of ticked) { const e = find(part, at); if (e) e.checked = value; }
    for (const [at, e] of files) find(part, at)?.replaceWith(e);
    const details = part.querySelectorAll("details");
    for (const i of opened) if (details[i]) details[i].open = true;
    const e = active && find(part, active);
    if (!e) return;
    e.focus({ preventScroll: true });
    if (range && range[0] !== null) try { e.setSelectionRange(...range); } catch { /* not a text */ }
  }

  // A part may say after how many seconds there will be a newer one (data-live-again); a page that is still being made, too.
  const timers = new Map(); // by address
  function later(address, ids, seconds) {
    clearTimeout(timers.get(address));
    if (seconds > 0) timers.set(address, setTimeout(() => fetchPart(address, ids).catch(() => { /* the next event tries again */ }), seconds * 1000));
  }
  async function fetchPart(address, ids) {
    const answer = await fetch(address, { credentials: "same-origin", headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    later(address, ids, Number(answer.headers.get("Refresh") ?? page.querySelector("[data-live-again]")?.dataset.liveAgain));
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
  for (const part of parts()) if (part.dataset.liveAgain) later(location.href, [part.id], Number(part.dataset.liveAgain));
  function hear({ number, types }) {
    // What the checks say comes after the commit that they look at, and a ruling is none.
    const beside = types.includes("finding") || types.includes("ruling");
    if (number <= mine && !beside) return;
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

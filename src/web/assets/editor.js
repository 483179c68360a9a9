/* SPDX-License-Identifier: Apache-2.0 */
"use strict";
// The editor of a rulebook: dmn-js on the server's copy of the model. What dmn-js writes before anything was changed goes
// back with what it writes later, so that the server sees what was changed, and changes that alone.
(async () => {
  const place = document.getElementById("editor");
  if (!place) return;
  const { href, base, csrf, tables } = place.dataset;
  const canvas = document.getElementById("canvas"), views = document.getElementById("views");
  const found = document.getElementById("found"), told = document.getElementById("told"), save = document.getElementById("save");
  const stored = document.getElementById("stored").value;
  const modeler = new DmnJS({ container: canvas, common: { debounceInput: false }, bring });
  let first, changed = false, leaving = false, timer, asked;

  // The picture's editor stands behind this script, and is compiled while the model is read. That of tables and expressions
  // is larger, and comes when the picture is there.
  const arrived = (script) => new Promise((done, failed) => {
    script.onload = done;
    script.onerror = () => failed(new Error("the server cannot be reached"));
  });
  const picture = arrived(document.getElementById("picture"));
  let others;
  function bring(type) {
    if (type === "drd") return picture;
    if (others) return others;
    const script = document.createElement("script");
    script.src = tables;
    document.head.append(script);
    others = arrived(script);
    others.catch((error) => {
      others = null;
      tell(`The tables did not come: ${error.message}. Nothing is lost; choose the table again in a moment.`);
    });
    return others;
  }

  // It writes before it lets anything else run.
  const text = async () => (await modeler.saveXML({ format: true })).xml;
  const opened = () => (first ??= text());
  const fragment = (html) => new DOMParser().parseFromString(html, "text/html").body;

  // ---- The tables, and the picture

  const named = (view) => (view.type === "drd" ? "Picture of all" : view.name || view.id || "without a name");
  const order = () => modeler.getViews().map((view, i) => ({ view, i })).sort((a, b) => (b.view.type === "drd") - (a.view.type === "drd") || a.i - b.i);
  function list() {
    const active = modeler.getActiveView(), focus = views.contains(document.activeElement) ? document.activeElement.textContent : null;
    views.replaceChildren(...order().map(({ view }) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "plain";
      button.textContent = named(view);
      if (active && view.element === active.element) button.setAttribute("aria-current", "true");
      button.addEventListener("click", async () => (await show(view), canvas.scrollIntoView({ block: "nearest" })));
      return button;
    }));
    if (focus) [...views.children].find((button) => button.textContent === focus)?.focus();
  }
  function fit() {
    const viewer = modeler.getActiveViewer();
    if (modeler.getActiveView()?.type === "drd") viewer.get("canvas").zoom("fit-viewport", "auto");
  }
  // While the picture is drawn, each button on a decision asks what is in view, and the page would be laid out for each of
  // them; it stays the same until all are there.
  function hold(viewer, picture) {
    const early = 3000;
    viewer.on("import.start", () => {
      const view = picture.viewbox();
      picture.viewbox = () => view;
    });
    viewer.on("import.done", early, () => delete picture.viewbox);
  }
  async function show(view) {
    await modeler.open(view);
    fit();
    canvas.setAttribute("aria-label", named(view));
    list();
  }
  // "decision 'zone', rule 3, input 2": to the cell that is meant.
  async function go(where) {
    const name = /^\w+ '(.*?)'(?=,|$)/.exec(where)?.[1], rule = /, rule (\d+)/.exec(where)?.[1];
    const cell = /, (input|output) (\d+)/.exec(where);
    const view = modeler.getViews().find((v) => v.name === name);
    if (!view) return canvas.scrollIntoView({ block: "start" });
    await show(view);
    const row = rule && canvas.querySelectorAll(".tjs-container tbody tr")[rule - 1];
    const cells = row && row.querySelectorAll(`.${cell?.[1] ?? "input"}-cell`);
    const target = (cells && cells[(cell?.[2] ?? 1) - 1]) ?? row ?? canvas;
    target.scrollIntoView({ block: "center", inline: "center" });
    const field = target.querySelector?.("[contenteditable], textarea, input");
    if (field) field.focus();
  }

  // ---- What the server says

  function form(more) {
    const all = new FormData();
    for (const [name, value] of Object.entries({ csrf, base, ...more })) all.set(name, value);
    return all;
  }
  const xml = (content) => new Blob([content], { type: "application/xml" });
  async function send(address, more, signal) {
    const answer = await fetch(address, { method: "POST", headers: { "HX-Request": "true" }, credentials: "same-origin", signal, body: form({ opened: xml(await opened()), saved: xml(await text()), ...more }) });
    const page = fragment(await answer.text());
    return { go: answer.headers.get("HX-Redirect"), page, message: page.querySelector("[data-said]") };
  }
  // Another page than ours came: signed out, or the server is in trouble.
  const strange = (page) => (page.querySelector("main") ? page.querySelector("main").innerText.trim() : "The server did not answer as it should.");
  function tell(message) {
    const old = told.firstElementChild;
    if (typeof message === "string") {
      const p = document.createElement("p");
      p.className = "message bad";
      p.textContent = message;
      message = p;
    }
    if (old) old.remove();
    if (message) told.append(message);
  }
  async function check() {
    asked?.abort();
    const abort = asked = new AbortController();
    try {
      const { page, message } = await send(`${href}/check`, {}, abort.signal);
      const problems = page.querySelector("ul");
      if (abort.signal.aborted || (!problems && !message)) return;
      if (message?.dataset.said === "meanwhile") tell(message);
      else found.replaceChildren(...(message ? [message] : []), ...(problems ? [problems] : []));
    } catch { /* the next change asks again, and saving checks too */ }
  }
  function touched() {
    if (!first) return;
    clearTimeout(timer);
    timer = setTimeout(async () => {
      changed = (await text()) !== (await opened());
      save.disabled = !changed;
      check();
    }, 400);
  }
  async function keep(more = {}) {
    document.activeElement?.blur();
    save.disabled = true;
    save.setAttribute("aria-busy", "true");
    clearTimeout(timer);
    asked?.abort();
    try {
      const { go: next, page, message } = await send(href, more);
      if (next) {
        leaving = true;
        location.assign(next);
        return;
      }
      tell(message ?? strange(page));
      const problems = page.querySelector("ul");
      if (message && problems?.querySelector("[data-place]")) found.replaceChildren(problems);
      told.focus();
    } catch {
      tell("The server cannot be reached. What you wrote is still here; save it again in a moment.");
    }
    save.removeAttribute("aria-busy");
    save.disabled = false;
  }

  // ---- Begin

  modeler.on("viewer.created", ({ viewer }) => {
    for (const event of ["commandStack.changed", "elements.changed", "elementChanged"]) viewer.on(event, touched);
    const picture = viewer.get("canvas", false);
    if (picture) hold(viewer, picture);
  });
  modeler.on("views.changed", list);
  place.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.place) go(button.dataset.place);
    else if (button?.dataset.sure !== undefined) keep({ sure: "yes", ...over });
    else if (button?.dataset.over) keep((over = { over: button.dataset.over, stored: xml(stored) }));
  });
  let over = {}; // said once, it holds for the question about gaps that may follow
  save.addEventListener("click", () => keep());
  addEventListener("beforeunload", (event) => changed && !leaving && event.preventDefault());
  try {
    const wanted = decodeURIComponent(location.hash.slice(1));
    if (wanted) bring("tables");
    await modeler.importXML(document.getElementById("copy").value, { open: !wanted });
    if (wanted) await go(`decision '${wanted}'`);
    const start = order().find(({ view }) => view.type !== "drd") ?? order()[0];
    if (!modeler.getActiveView() && start) await show(start.view);
    else fit();
    canvas.querySelector(".opening")?.remove();
    list();
    place.dataset.ready = "yes";
    // Right before the first change, or when there is time.
    for (const event of ["pointerdown", "keydown", "beforeinput", "paste", "drop"]) canvas.addEventListener(event, opened, { capture: true, once: true });
    requestAnimationFrame(() => setTimeout(() => (opened(), bring("tables"))));
  } catch (error) {
    canvas.querySelector(".opening")?.remove();
    tell(`The editor cannot open this model: ${error.message}. Download the file and change it with another editor; nothing was changed.`);
  }
})();

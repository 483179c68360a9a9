/* SPDX-License-Identifier: Apache-2.0 */
"use strict";
// Forms: what is wrong with a field is said to those who hear the page; more lines for links; a missing target is added
// in a dialog and then chosen.
(() => {
  // The server says what it makes of a field as it is typed and left: by the same code that saves it.
  const asking = new Map(); // field to its timer and request
  let pressed; // nothing moves under a button while it is being pressed
  document.addEventListener("pointerdown", () => (pressed = new Promise((done) => addEventListener("pointerup", () => setTimeout(done), { once: true }))), true);
  function mark(box) {
    const wrong = box.querySelector(".says .error") !== null;
    box.closest(".field")?.classList.toggle("wrong", wrong);
    for (const input of box.querySelectorAll("input, select, textarea")) {
      if (wrong) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
  }
  async function check(box, abort) {
    const form = box.closest("form");
    try {
      const answer = await fetch(box.dataset.check, { method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "same-origin", signal: abort.signal });
      if (!answer.ok || answer.redirected) return;
      const says = new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes;
      await pressed;
      if (abort.signal.aborted) return;
      box.querySelector(".says").replaceChildren(...says);
      mark(box);
    } catch { /* it is asked again, or the form is on its way */ }
  }
  function ask(event, pause) {
    const box = event.target.closest?.("[data-check]");
    if (!box) return;
    const before = asking.get(box), abort = new AbortController();
    clearTimeout(before?.timer);
    before?.abort.abort();
    asking.set(box, { abort, timer: setTimeout(() => check(box, abort), pause) });
  }
  document.addEventListener("input", (event) => ask(event, 500));
  document.addEventListener("change", (event) => ask(event, 30));
  document.addEventListener("submit", () => {
    for (const { timer, abort } of asking.values()) clearTimeout(timer), abort.abort();
  });
  document.querySelector(".summary")?.focus();

  // When the last line of several links is used, there is another one.
  document.addEventListener("input", (event) => {
    const last = event.target, lines = last.closest(".input")?.querySelectorAll(`input[name="${CSS.escape(last.name)}"][data-options]`);
    if (!lines || lines.length < 2 || last !== lines[lines.length - 1] || !last.value.trim()) return;
    const more = last.cloneNode();
    more.value = "";
    more.id = `${lines[0].id}-${lines.length}`;
    for (const name of ["aria-controls", "aria-expanded", "aria-activedescendant", "aria-invalid"]) more.removeAttribute(name);
    (document.getElementById(last.getAttribute("aria-controls")) ?? last).after(more);
    more.dispatchEvent(new CustomEvent("page:part", { bubbles: true }));
  });

  // ---- A missing target
  const parse = (text) => new DOMParser().parseFromString(text, "text/html");

  function fill(dialog, page, field) {
    const form = page.querySelector("form.edit");
    if (!form) return false;
    const title = document.createElement("h2");
    title.id = "inside-title";
    title.textContent = page.querySelector("h1")?.textContent ?? "";
    dialog.replaceChildren(title, form);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const answer = await fetch(form.getAttribute("action"), { method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "same-origin" });
      const next = parse(await answer.text()), made = next.getElementById("made");
      if (!made) return void fill(dialog, next, field);
      dialog.close();
      field.value = made.dataset.name;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
    form.querySelector(".buttons a")?.addEventListener("click", (event) => (event.preventDefault(), dialog.close()));
    window.htmx?.process(dialog);
    dialog.dispatchEvent(new CustomEvent("page:part", { bubbles: true }));
    (form.querySelector(".summary") ?? form.querySelector("input:not([type=hidden]), select, textarea"))?.focus();
    return true;
  }
  async function add(field, words) {
    const answer = await fetch(`${field.dataset.add}?inside=yes&name=${encodeURIComponent(words)}`, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return;
    const dialog = document.createElement("dialog");
    dialog.className = "inside";
    dialog.setAttribute("aria-labelledby", "inside-title");
    document.body.append(dialog);
    dialog.addEventListener("close", () => (dialog.remove(), field.focus()));
    dialog.showModal();
    if (!fill(dialog, parse(await answer.text()), field)) dialog.close();
  }
  document.addEventListener("combo:add", (event) => add(event.target, event.detail.words));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-add-to]");
    if (!link || event.ctrlKey || event.metaKey) return;
    const lines = [...link.closest(".input").querySelectorAll("[data-add]")];
    const field = lines.find((line) => line.getAttribute("aria-invalid") && line.value.trim()) ?? lines.find((line) => !line.value.trim()) ?? lines[0];
    event.preventDefault();
    add(field, field.value.trim());
  });
})();

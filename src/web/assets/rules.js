/* SPDX-License-Identifier: Apache-2.0 */
"use strict";
// Rules as sentences: after each change the server says what they come to now. What is typed stays as it is; what is said
// of it is put in place. Nothing that was changed is left without asking.
(() => {
  let form = document.getElementById("rules-form"), timer, asked, dirty = false;
  if (!form) return;

  const send = async (act, signal) => {
    const fields = new URLSearchParams(new FormData(form));
    fields.set("do", act);
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body: fields, credentials: "same-origin", signal });
    if (answer.redirected || ![200, 422].includes(answer.status)) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("rules-form");
  };
  function say(fresh) {
    for (const next of fresh.querySelectorAll("[data-swap]")) {
      const old = document.getElementById(next.id);
      if (!old || old.innerHTML === next.innerHTML || old.contains(document.activeElement) && !old.matches("summary")) continue;
      const ticked = old.querySelector("input[type=checkbox]")?.checked;
      old.replaceChildren(...next.childNodes);
      const box = old.querySelector("input[type=checkbox]");
      if (box && ticked) box.checked = true;
    }
    for (const field of form.querySelectorAll("[aria-describedby$='-says']")) {
      const wrong = document.getElementById(field.getAttribute("aria-describedby"))?.querySelector(".error");
      if (wrong) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
    }
  }
  async function check() {
    asked?.abort();
    const abort = asked = new AbortController();
    try {
      const fresh = await send("check", abort.signal);
      if (fresh && !abort.signal.aborted) say(fresh);
    } catch { /* it is asked again with the next change, or when it is saved */ }
  }
  function later(pause) {
    dirty = true;
    asked?.abort();
    clearTimeout(timer);
    timer = setTimeout(check, pause);
  }
  // A rule more or less: the form is drawn anew, and the new rule has the focus.
  async function change(act) {
    clearTimeout(timer);
    asked?.abort();
    const fresh = await send(act).catch(() => null);
    if (!fresh) return false;
    dirty = true;
    form.replaceWith(fresh);
    form = fresh;
    listen();
    const made = form.querySelector("[data-focus]");
    (made ?? form.querySelector("[value=add]")).focus();
    made?.scrollIntoView({ block: "nearest" });
    return true;
  }
  function listen() {
    form.addEventListener("input", (event) => event.target.closest(".sentence") && later(event.target.matches("[type=checkbox], select") ? 0 : 400));
    form.addEventListener("submit", async (event) => {
      const act = event.submitter?.value ?? "check";
      if (act === "save") return void (dirty = false);
      event.preventDefault();
      if (act === "check") later(0);
      else await change(act);
    });
  }
  listen();
  addEventListener("beforeunload", (event) => dirty && event.preventDefault());
  // One part is open at a time, and Escape closes it.
  document.addEventListener("click", (event) => {
    for (const part of form.querySelectorAll(".part[open]")) if (!part.contains(event.target)) part.open = false;
  });
  document.addEventListener("keydown", (event) => {
    const part = event.key === "Escape" && event.target.closest?.(".part[open]");
    if (part) part.open = false, part.querySelector("summary").focus();
  });
  document.getElementById("message")?.focus();
})();

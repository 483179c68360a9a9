/* SPDX-License-Identifier: Apache-2.0 */
"use strict";
// Asking a rulebook: at each answer the server draws the page anew, and what has changed of it is put in place. What has
// the focus stays as it is, and the address is that of what is asked.
(() => {
  const form = document.getElementById("ask");
  if (!form) return;
  let timer, asked;

  // Questions stand in one order, whichever of them are shown.
  function merge(list, fresh) {
    const active = document.activeElement, wanted = new Set([...fresh.children].map((e) => e.id));
    for (const old of [...list.children]) if (!wanted.has(old.id) && !old.contains(active)) old.remove();
    let at = list.firstElementChild;
    for (const next of [...fresh.children]) {
      const old = document.getElementById(next.id);
      if (!old) list.insertBefore(next, at);
      else if (old.contains(active)) keep(old, next), at = old.nextElementSibling;
      else if (old.outerHTML === next.outerHTML) at = old.nextElementSibling;
      else old.replaceWith(next), at = next.nextElementSibling;
    }
  }
  // Around the focus only what is said of the question changes.
  function keep(old, next) {
    old.className = next.className;
    old.querySelector(".says").replaceChildren(...next.querySelector(".says").childNodes);
    old.querySelector("input[type=hidden]")?.remove();
    const hidden = next.querySelector("input[type=hidden]");
    if (hidden) old.append(hidden);
    for (const input of old.querySelectorAll("input")) {
      if (next.querySelector("[aria-invalid]")) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
    const more = next.querySelector(".unsaid");
    if (more && !old.querySelector(".unsaid")) old.querySelector(".pills").append(more);
  }
  function swap(page) {
    for (const fresh of page.querySelectorAll("[data-swap]")) {
      const old = document.getElementById(fresh.id);
      if (!old || old.innerHTML === fresh.innerHTML) continue;
      const typed = old.querySelector("#keep-name")?.value, name = fresh.querySelector("#keep-name");
      if (typed && name) name.value = typed;
      old.replaceChildren(...fresh.childNodes);
    }
    for (const fresh of page.querySelectorAll("#facts .field")) {
      const old = document.getElementById(fresh.id), wrong = fresh.classList.contains("wrong");
      old?.classList.toggle("wrong", wrong);
      if (wrong) old?.querySelector("input").setAttribute("aria-invalid", "true");
      else old?.querySelector("input")?.removeAttribute("aria-invalid");
    }
    const glance = document.getElementById("glance"), next = page.getElementById("glance");
    glance.className = next.className;
    for (const id of ["says", "glance"]) {
      const old = document.getElementById(id), text = page.getElementById(id).textContent;
      if (old.textContent !== text) old.textContent = text;
    }
  }
  async function ask() {
    asked?.abort();
    const abort = asked = new AbortController();
    try {
      const answer = await fetch(`/ask?${new URLSearchParams(new FormData(form))}`, { credentials: "same-origin", signal: abort.signal });
      if (answer.redirected || ![200, 422].includes(answer.status)) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html"), fresh = page.getElementById("ask");
      if (!fresh || abort.signal.aborted) return;
      merge(document.getElementById("questions"), page.getElementById("questions"));
      swap(page);
      const day = form.elements.as_of?.value, here = fresh.dataset.here; // looking back stays there
      history.replaceState(null, "", day ? `${here}${here.includes("?") ? "&" : "?"}as_of=${encodeURIComponent(day)}` : here);
    } catch { /* it is asked again with the next answer, or by the button */ }
  }
  function later(pause) {
    asked?.abort();
    clearTimeout(timer);
    timer = setTimeout(ask, pause);
  }
  form.addEventListener("input", (event) => event.target.dataset.options === undefined && later(event.target.type === "radio" ? 0 : 250));
  form.addEventListener("change", (event) => event.target.type !== "radio" && later(0));
  form.addEventListener("submit", (event) => (event.preventDefault(), later(0)));
  form.querySelector(".unscripted")?.remove();
})();

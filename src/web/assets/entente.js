/* SPDX-License-Identifier: Apache-2.0 */
"use strict";
// "/" goes to the search field of the page, as long as nobody is typing.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const field = document.querySelector("input[type=search]");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
});
// One box ticks all of its table.
document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-all]");
  if (!all) return;
  for (const box of all.closest("table").querySelectorAll(`input[name="${all.dataset.all}"]`)) box.checked = all.checked;
});
// The plain button of a search form is only needed where this script does not run.
document.documentElement.classList.add("scripted");
// What is shown only once is the answer to a form: reloading goes to the page of that form, and sends nothing again.
const once = document.querySelector("[data-once]");
if (once) history.replaceState(null, "", once.dataset.once);
// What is wider than its place begins where one is.
for (const here of document.querySelectorAll("nav [aria-current]")) {
  const bar = here.closest("nav");
  const [at, from] = [here.getBoundingClientRect(), bar.getBoundingClientRect()];
  bar.scrollLeft += at.left - from.left - (bar.clientWidth - at.width) / 2;
}
// What prints the page is shown where it works.
for (const button of document.querySelectorAll("[data-print]")) button.hidden = false;
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});

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
// The plain button of a search form is only needed where this script does not run.
document.documentElement.classList.add("scripted");

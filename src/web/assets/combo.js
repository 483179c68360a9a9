/* SPDX-License-Identifier: Apache-2.0 */
"use strict";
// Choosing by typing: the combobox with a list below it, as the ARIA Authoring Practices have it. A field with
// data-options asks that address for what its text finds; one with data-mention does so for the word behind an @.
// The address answers <option value="what is filled in">what is shown</option>.
(() => {
  const pause = 120;
  let number = 0;

  class Combo {
    constructor(field) {
      this.field = field;
      this.mention = field.dataset.mention;
      this.list = document.createElement("ul");
      this.list.id = `choices-${++number}`;
      this.list.className = "choices";
      this.list.hidden = true;
      this.list.setAttribute("role", "listbox");
      this.list.setAttribute("aria-label", field.getAttribute("aria-label") || field.labels?.[0]?.textContent || "Choices");
      field.after(this.list);
      field.removeAttribute("list");
      if (!this.mention) field.setAttribute("role", "combobox"); // a text of several lines stays a text
      field.setAttribute("aria-autocomplete", "list");
      field.setAttribute("aria-controls", this.list.id);
      field.setAttribute("autocomplete", "off");
      this.open(false);
      field.addEventListener("input", () => this.later());
      field.addEventListener("keydown", (event) => this.key(event));
      field.addEventListener("blur", () => setTimeout(() => this.open(false), 150));
      if (!this.mention) field.addEventListener("click", () => this.shown || this.ask());
      this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
      this.list.addEventListener("click", (event) => this.take(event.target.closest("[role=option]")));
    }
    // What is asked for; null where nothing is.
    words() {
      if (!this.mention) return this.field.value.trim();
      const before = this.field.value.slice(0, this.field.selectionStart), found = before.match(/(?:^|[^\w@.+-])@([\p{L}\p{N}._+-]*)$/u);
      return found ? found[1] : null;
    }
    later() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(), pause);
    }
    async ask() {
      const words = this.words();
      if (words === null) return this.open(false);
      this.asked?.abort();
      this.asked = new AbortController();
      try {
        const address = `${this.mention || this.field.dataset.options}?q=${encodeURIComponent(words)}`;
        const answer = await fetch(address, { signal: this.asked.signal, credentials: "same-origin" });
        if (!answer.ok || answer.redirected || this.words() !== words || document.activeElement !== this.field) return;
        this.fill(new DOMParser().parseFromString(await answer.text(), "text/html").querySelectorAll("option"), words);
      } catch (error) {
        if (error.name !== "AbortError") this.open(false);
      }
    }
    fill(options, words) {
      this.list.replaceChildren();
      for (const option of options) this.add(option.value, option.textContent, option.dataset.more);
      const exact = [...options].some((option) => option.value.toLowerCase() === words.toLowerCase());
      if (this.field.dataset.add && words && !exact) {
        const item = this.add(words, `Add “${words}”…`);
        item.dataset.make = "yes";
      }
      this.open(this.list.children.length > 0);
    }
    add(value, text, more) {
      const item = document.createElement("li");
      item.id = `${this.list.id}-${this.list.children.length}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.dataset.value = value;
      item.textContent = text || value;
      if (more) {
        const small = document.createElement("span");
        small.className = "small soft";
        small.textContent = ` ${more}`;
        item.append(small);
      }
      this.list.append(item);
      return item;
    }
    open(yes) {
      this.shown = yes;
      this.list.hidden = !yes;
      if (!this.mention) this.field.setAttribute("aria-expanded", String(yes));
      this.mark(null);
    }
    mark(item) {
      this.list.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
      this.marked = item;
      if (!item) return this.field.removeAttribute("aria-activedescendant");
      item.setAttribute("aria-selected", "true");
      item.scrollIntoView({ block: "nearest" });
      this.field.setAttribute("aria-activedescendant", item.id);
    }
    key(event) {
      if (event.isComposing || event.ctrlKey || event.metaKey) return;
      const items = [...this.list.children], at = items.indexOf(this.marked);
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        if (!this.shown) {
          if (this.mention) return;
          this.ask();
        } else {
          const step = event.key === "ArrowDown" ? 1 : -1;
          this.mark(items[at < 0 && step < 0 ? items.length - 1 : (at + step + items.length) % items.length]);
        }
      } else if (event.key === "Enter" && this.shown && this.marked) {
        this.take(this.marked);
      } else if (event.key === "Escape" && this.shown) {
        this.open(false);
      } else if (event.key === "Tab" && this.shown && this.marked && !this.marked.dataset.make) {
        return this.take(this.marked);
      } else {
        return;
      }
      event.preventDefault();
      event.stopPropagation();
    }
    take(item) {
      if (!item) return;
      const field = this.field, value = item.dataset.value;
      this.open(false);
      if (item.dataset.make) return void field.dispatchEvent(new CustomEvent("combo:add", { bubbles: true, detail: { words: value } }));
      if (this.mention) {
        const end = field.selectionStart, start = end - this.words().length;
        field.setRangeText(`${value} `, start, end, "end");
      } else {
        field.value = value;
      }
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
      clearTimeout(this.timer);
    }
  }

  const made = new WeakSet();
  const start = (root) => {
    for (const field of root.querySelectorAll?.("[data-options], [data-mention]") ?? []) {
      if (!made.has(field)) made.add(field), new Combo(field);
    }
  };
  start(document);
  document.addEventListener("htmx:after:process", (event) => start(event.target));
  document.addEventListener("page:part", (event) => start(event.target));
})();

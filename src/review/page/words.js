// The dialogs: words asked for, and things shown large.

import { fill, shown } from "./write.js";

const byId = (id) => document.getElementById(id);

for (const dialog of document.querySelectorAll("dialog")) {
  dialog.querySelector(".close")?.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
}

export const isAsking = () => document.querySelector("dialog[open]") !== null;

// Opens a dialog with what is to be shown in it.
export function open(id, ...children) {
  if (children.length > 0) fill(byId(`${id}-body`), ...children);
  byId(id).showModal();
}

export const close = (id) => byId(id).close();

// Leaves the words that were asked for last, when nothing has told yet that their dialog was closed.
let leaveLast = () => {};
// What was half written where words are asked for.
export const draft = () => (byId("words").open ? byId("words-text").value.trim() : "");

// Asks for a few sentences, of something that has a name of its own; `null` when they were left.
export function askWords({ title, of = null, label, needed }) {
  leaveLast();
  const dialog = byId("words");
  const text = byId("words-text");
  fill(byId("words-title"), title);
  byId("words-of").hidden = !of;
  fill(byId("words-of"), shown(of));
  fill(byId("words-label"), label);
  text.value = "";
  text.required = needed;
  const before = document.activeElement === document.body ? null : document.activeElement;
  return new Promise((resolve) => {
    const done = new AbortController();
    const listen = (target, name, heard) => target.addEventListener(name, heard, { signal: done.signal });
    const end = (words) => { done.abort(); leaveLast = () => {}; if (dialog.open) dialog.close(); (before?.isConnected ? before : document.querySelector("main h2"))?.focus({ preventScroll: true }); resolve(words); };
    const keep = () => {
      if (needed && text.value.trim() === "") { text.setAttribute("aria-invalid", "true"); text.focus(); return; }
      end(text.value.trim());
    };
    listen(dialog.querySelector("form"), "submit", (event) => { event.preventDefault(); keep(); });
    listen(byId("words-cancel"), "click", () => end(null));
    // The end of the words before these may be told only now.
    listen(dialog, "close", () => { if (!dialog.open) end(null); });
    listen(text, "input", () => text.removeAttribute("aria-invalid"));
    listen(text, "keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); keep(); }
    });
    leaveLast = () => end(null);
    text.removeAttribute("aria-invalid");
    dialog.showModal();
    text.focus();
  });
}

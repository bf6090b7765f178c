// Elements from texts. Captured text comes into the page here and only here, as text.

// What would steer or reorder a line, or hide in it, is shown as an escape; the same list as in the report.
const STEERS = /[\p{Cc}\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{1d173}-\u{1d17a}\u{e0000}-\u{e01ef}]/u;
const LONGEST = 4000;

// Attributes that no captured text ever stands in, but for labels, which are text too.
export function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? "" : plain(String(value)));
  }
  put(element, ...children);
  return element;
}

export function put(element, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return element;
}

export function fill(element, ...children) {
  element.replaceChildren();
  return put(element, ...children);
}

// A captured text on one line, or with its own line breaks.
export function shown(text, lines = "one") {
  const whole = [...String(text ?? "")];
  const box = document.createElement("bdi");
  let run = "";
  const flush = () => { if (run) box.append(run); run = ""; };
  for (const character of whole.slice(0, LONGEST)) {
    if (!steers(character, lines)) { run += character; continue; }
    flush();
    const escape = document.createElement("span");
    escape.className = "escape";
    escape.textContent = escaped(character);
    box.append(escape);
  }
  flush();
  if (whole.length > LONGEST) box.append(` … and ${whole.length - LONGEST} more characters`);
  return box;
}

export const block = (text) => shown(text, "many");

// The same where only a string can stand.
export function plain(text) {
  return [...text].map((character) => (steers(character, "one") ? escaped(character) : character)).join("");
}

function steers(character, lines) {
  if (character === "\n" || character === "\t") return lines === "one";
  return STEERS.test(character);
}

function escaped(character) {
  const known = { "\n": "\\n", "\t": "\\t", "\r": "\\r" }[character];
  return known ?? `\\u{${character.codePointAt(0).toString(16)}}`;
}

export function plural(count, noun) {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}

export function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

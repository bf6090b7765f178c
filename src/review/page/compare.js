// The picture last accepted beside this one: side by side, under a slider, by turns, or only what differs.

import { el, fill, put, shown } from "./write.js";
import { picture } from "./wire.js";

const MODES = { now: "This one", beside: "Side by side", slider: "Slider", blink: "Blink", difference: "Difference" };
const BLINK = 700;

// `toEnd` shows the picture at the step's end, which was accepted; whether that is still to come.
export function comparison(step, change, frame, screen, toEnd) {
  let mode = "now";
  let blinking = null;
  const before = el("img", { alt: "", class: "before", hidden: true });
  const beside = el("img", { alt: `The page as it was accepted, in step “${step.name}”` });
  const other = el("figure", { class: "other", hidden: true }, el("div", { class: "frame" }, el("div", { class: "screen" }, beside)), el("figcaption", {}, "As accepted"));
  const slider = el("input", { type: "range", min: 0, max: 100, value: 50, hidden: true, "aria-label": "How much of the accepted picture is shown, from the left" });
  const buttons = Object.entries(MODES).map(([name, words]) => el("button", { type: "button", "data-mode": name, click: () => choose(name) }, words));
  const element = el("div", { class: "compare" }, el("div", { class: "change" }, told(change)), slider,
    el("div", { class: "tabs", role: "group", "aria-label": "Compare with the picture last accepted" }, buttons));
  const failed = () => {
    mode = "now";
    show(mode);
    fill(element, el("p", { class: "quiet", role: "alert" }, "The accepted picture can’t be shown."));
  };

  slider.addEventListener("input", () => before.style.setProperty("--at", `${slider.value}%`));

  // Shows a way to compare without choosing it for later.
  function show(name) {
    clearInterval(blinking);
    blinking = null;
    before.hidden = !["slider", "blink", "difference"].includes(name);
    before.className = `before ${name}`;
    other.hidden = name !== "beside";
    frame.parentElement?.classList.toggle("two", name === "beside");
    slider.hidden = name !== "slider";
    if (name === "blink") {
      blinking = setInterval(() => {
        if (!before.isConnected) clearInterval(blinking);
        before.hidden = !before.hidden;
      }, BLINK);
    }
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.mode === name));
  }
  function choose(name) {
    mode = name;
    if (name !== "now" && !before.src) {
      put(screen, before);
      frame.before(other);
      picture(`accepted/${step.checklist}/${step.place}`).then((url) => { before.src = url; beside.src = url; }).catch(failed);
    }
    if (name === "now" || !toEnd()) show(name);
  }
  const next = () => {
    const names = Object.keys(MODES);
    choose(names[(names.indexOf(mode) + 1) % names.length]);
  };
  show(mode);
  return { element, show, next, mode: () => mode };
}

// How it differs, in words.
function told(change) {
  const when = [new Date(change.at).toLocaleDateString(undefined, { dateStyle: "medium" }), change.commit ? [", commit ", el("code", {}, shown(change.commit.slice(0, 9)))] : null];
  const size = ([width, height]) => `${width} × ${height}`;
  const picture = {
    same: () => "The picture is as it was accepted on ",
    pixels: () => `${percent(change.part)} of the picture differs from the one accepted on `,
    size: () => `The picture is ${size(change.now)} px; it was ${size(change.before)} when it was accepted on `,
    unreadable: () => "The pictures can’t be compared; this one was accepted on ",
  }[change.picture]();
  const requests = (words, list) => (list.length > 0 ? el("details", { open: list.length < 4 }, el("summary", {}, words), el("ul", {}, list.map((line) => el("li", {}, el("code", {}, shown(line)))))) : null);
  return [el("p", {}, picture, when, "."), requests("Requests that weren’t made then, and what else didn’t happen", change.more), requests("Requests that are missing now, and what else doesn’t happen any more", change.fewer), requests("What JSON answers have otherwise than then", change.answers)];
}

function percent(part) {
  const value = part * 100;
  return value < 0.1 ? "Less than 0.1 %" : `${value.toFixed(value < 10 ? 1 : 0)} %`;
}

// The contact sheet: steps that are as they were accepted, confirmed together once each of them was seen.

import { el, fill, plural, shown } from "./write.js";
import { pictureOf } from "./wire.js";
import { confirmOnSheet, sheetSteps, surroundings } from "./walk.js";
import { isAsking } from "./words.js";

// How much of a card has to be in sight, and for how long, to have been seen.
const IN_SIGHT = 0.6;
const LONG_ENOUGH = 400;

export function sheetView(go, done, attempt) {
  const steps = sheetSteps();
  const heading = el("h2", { tabindex: "-1" }, `${plural(steps.length, "step")} as last accepted`);
  const cards = steps.map((step) => card(step, go, { look, changed: update }));
  const button = el("button", { type: "button", class: "main", click: () => attempt(confirm) }, "");
  const hint = el("p", { class: "quiet", role: "status" });
  const observer = new IntersectionObserver(sort, { threshold: [0, 0.3, IN_SIGHT, 1] });
  function sort(entries) {
    for (const { target, intersectionRatio, rootBounds, boundingClientRect } of entries) {
      // A card that is higher than the window is in sight when it fills it.
      const isTall = rootBounds && boundingClientRect.height * IN_SIGHT > rootBounds.height * IN_SIGHT;
      cards.find((it) => it.element === target).sight(intersectionRatio >= IN_SIGHT || (isTall && intersectionRatio > 0.3));
    }
  }
  // On a page that is busy a card may have left the window without anybody having been told yet.
  function look() {
    sort(observer.takeRecords());
  }
  for (const it of cards) observer.observe(it.element);
  const ended = new AbortController();
  document.addEventListener("visibilitychange", () => cards.forEach((it) => it.clock()), { signal: ended.signal });
  const element = el("article", { class: "sheet" }, heading,
    el("p", {}, "Look at each; then all of them can be confirmed at once, with their sentences. A step that needs more can be opened by itself."),
    el("details", {}, el("summary", {}, "What is the same, and what isn’t compared"),
      el("p", {}, "The same: the picture; each request with its method, path, status and type; which fields JSON answers have, and of which type; what else happened. Not compared: the values in those fields, and answers that aren’t JSON.")),
    el("ul", { class: "cards" }, cards.map((it) => it.element)),
    el("div", { class: "together" }, hint, button));

  const unseen = () => cards.filter((it) => !it.isSeen());
  function update() {
    const open = unseen().length;
    fill(button, `Confirm all ${steps.length} `, el("kbd", {}, "c"));
    button.setAttribute("aria-disabled", String(open > 0));
    fill(hint, open > 0 ? `${open} not seen yet: scroll, or j and k` : "Each was seen.");
  }
  let isKeeping = false;
  async function confirm() {
    if (isKeeping) return;
    const [first] = unseen();
    if (first) {
      first.element.focus();
      return;
    }
    isKeeping = true;
    button.disabled = true;
    fill(hint, "Your words are being kept.");
    // A word that isn't kept leaves its step to be confirmed once more.
    const said = await Promise.allSettled(cards.filter((it) => !it.step.state.verdict).map((it) => confirmOnSheet(it.step, it.ms())));
    isKeeping = false;
    button.disabled = false;
    update();
    const lost = said.find((it) => it.status === "rejected");
    if (lost) throw lost.reason;
    // Whoever has gone on meanwhile, or has something open, isn't led away.
    if (!ended.signal.aborted && !isAsking()) done();
  }
  function end() {
    observer.disconnect();
    ended.abort();
    for (const it of cards) it.sight(false);
  }
  function move(by) {
    const at = cards.findIndex((it) => it.element.contains(document.activeElement));
    const next = cards[Math.min(cards.length - 1, Math.max(0, at + by))];
    next?.element.focus({ preventScroll: true });
    next?.element.scrollIntoView({ block: "center" });
  }
  update();
  return { element, heading, confirm, move, end };
}

function card(step, go, { look, changed }) {
  const place = surroundings(step.list);
  const image = el("img", { alt: `The page in step “${step.name}”`, decoding: "async" });
  const mark = el("span", { class: "seen-mark" }, "not seen yet");
  const element = el("li", { class: "card", tabindex: "-1" },
    el("div", { class: "screen" }, image),
    el("h3", {}, shown(step.name)),
    el("p", { class: "quiet" }, shown(step.list.name), place ? [" · ", shown(place)] : null),
    step.compares_answers ? null : el("p", { class: "quiet" }, "Accepted by an older shippass: the fields of its answers aren’t compared."),
    step.confirm.length > 0 ? el("ul", {}, step.confirm.map((sentence) => el("li", {}, shown(sentence)))) : null,
    el("p", {}, mark, " ", el("button", { type: "button", class: "link", click: () => go(step) }, "Open by itself")));
  let since = null;
  let ms = 0;
  let isSeen = false;
  let isLoaded = false;
  let timer = null;
  let isInSight = false;
  const passed = () => ms + (since === null ? 0 : performance.now() - since);
  const isShown = () => image.complete && Boolean(image.src);
  async function load() {
    if (isLoaded) return;
    isLoaded = true;
    try {
      image.src = await pictureOf(step.picture);
      await image.decode();
      clock();
    } catch (error) {
      fill(mark, "The picture can’t be shown: ", shown(error.message));
    }
  }
  // It runs while the picture is there, in sight, and before somebody's eyes.
  function clock() {
    clearTimeout(timer);
    if (!isInSight || !isShown() || document.visibilityState !== "visible") {
      ms = passed();
      since = null;
      return;
    }
    since ??= performance.now();
    if (isSeen) return;
    timer = setTimeout(() => {
      look();
      if (!isInSight) return;
      isSeen = true;
      element.classList.add("was-seen");
      fill(mark, "seen");
      changed();
    }, Math.max(0, LONG_ENOUGH - passed()));
  }
  function sight(isIn) {
    isInSight = isIn;
    if (isIn) load();
    clock();
  }
  return { step, element, sight, clock, ms: passed, isSeen: () => isSeen };
}

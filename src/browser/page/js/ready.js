// Waits until an element is visible, still, enabled, uncovered and on screen; answers the element and where to touch it.
const [question, place, limit, done] = arguments;
const { locator, purpose } = question;
const state = window[Symbol.for("shippass")];
const started = performance.now();
origin = place.origin;

const sameBox = (one, two) => one && ["x", "y", "width", "height"].every((side) => Math.abs(one[side] - two[side]) < 0.5);
// Nothing moves when nothing is animated and nothing has changed for a while.
const isCalm = () =>
  state && performance.now() - state.changedAt > 60 && document.readyState === "complete" &&
  !document.getAnimations().some((animation) => animation.playState === "running");

// What can't be typed into, and what to do with it instead.
const unfit = (element) => {
  const role = roleOf(element);
  if (element.type === "file") return { is: "a file field", verb: "upload" };
  if (role === "radio") return { is: "a radio button", verb: "choose" };
  if (["checkbox", "switch"].includes(role)) return { is: `a ${role}`, verb: "check" };
  const isTyped = element.tagName === "INPUT" || element.isContentEditable;
  return !isTyped && ["combobox", "listbox"].includes(role) ? { is: "a list of options", verb: "choose" } : null;
};

let lastBox = null;
let lastElement = null;
let isCentred = false;
const bringIn = (target) => {
  let box = target.getBoundingClientRect();
  if (!isWhole(box)) {
    target.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    box = target.getBoundingClientRect();
  }
  return box;
};
const look = () => {
  const found = findLocator(locator, purpose);
  if (found.error) return found;
  const { element } = found;
  const target = standIn(element) || element;
  if (purpose !== "any" && isDisabled(element)) return { error: { kind: "disabled" } };
  if (purpose === "field" && unfit(element)) return { error: { kind: "unfit", ...unfit(element) } };
  if (purpose === "field" && (element.readOnly || element.getAttribute("aria-readonly") === "true")) return { error: { kind: "read-only" } };
  const cutOff = cutOffBy(target);
  if (cutOff) return { error: { kind: "off-screen", by: cutOff === document.documentElement ? null : { ...describe(cutOff), area: null } } };
  const box = bringIn(target);
  const isStill = isCalm() || (element === lastElement && sameBox(lastBox, box));
  lastBox = box;
  lastElement = element;
  if (!isStill) return { error: { kind: "moving" } };
  const points = touchPoints(target);
  if (points.length === 0) return { error: { kind: "off-screen", by: null } };
  const tops = points.map(({ x, y }) => hit(x, y));
  const index = purpose === "any" ? 0 : tops.findIndex((top) => isOwn(target, top) && !isForAnother(target, top));
  if (index < 0) {
    // A bar that sticks to an edge covers what lies there; the middle is free of it.
    if (!isCentred) target.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    isCentred = true;
    return { error: { kind: "covered", by: describe(coverOf(target, tops[0])) } };
  }
  return { element, point: { x: Math.round(points[index].x), y: Math.round(points[index].y) } };
};

// What is typed replaces what was there.
const select = (element) => {
  element.focus({ preventScroll: true });
  if (element.isContentEditable) getSelection().selectAllChildren(element);
  else if (typeof element.select === "function") element.select();
};
const answer = ({ element, point }) => {
  // What the action before this one brought about, read before this one begins.
  const counters = { changes: state ? state.changes : 0, requests: state ? state.requests : 0, others: state ? [...state.others] : [] };
  const facts = describe(element);
  const isPicked = /^(date|time|datetime-local|month|week|color|range)$/.test(element.type);
  if (state) state.touched = element;
  if (purpose === "field" && !isPicked) select(element);
  if (state) state.others.clear();
  done({ element, point, facts, counters, is_picked: isPicked, is_checked: purpose === "toggle" ? isChecked(element) : null, is_open: element.getAttribute("aria-expanded") === "true" });
};

const hunt = hunter(locator, state);
const giveUp = (error) => {
  if (error.kind !== "none" && error.kind !== "too-few") return done({ error });
  hunt.restore();
  return done({ error: (error.kind === "none" && findHidden(locator, purpose)) || error });
};
const isHunted = ({ kind, inside }) => (kind === "none" && !inside) || kind === "too-few";
let lastError = null;
let seenChanges = -1;
let skipped = 0;
const attempt = () => {
  // A search is repeated after a change, or now and then for what no observer sees.
  const changes = state ? state.changes : 0;
  const isStatic = ["none", "too-few", "several", "disabled"].includes(lastError && lastError.kind);
  if (isStatic && changes === seenChanges && skipped < 6 && performance.now() - started < limit) {
    skipped += 1;
    if (isHunted(lastError)) hunt.look();
    return nextFrame(attempt);
  }
  seenChanges = changes;
  skipped = 0;
  let result;
  try {
    result = look();
  } catch (error) {
    result = { error: { kind: "page", message: String(error) } };
  }
  lastError = result.error;
  if (!lastError) return answer(result);
  const { kind } = result.error;
  const waited = performance.now() - started;
  // Two matches may be one element that is being replaced; a second look decides.
  if (waited >= limit || kind === "selector" || kind === "unfit") return giveUp(result.error);
  if (isHunted(lastError)) hunt.look();
  nextFrame(attempt);
};
// Where there are frames, the element may be in one of them: all are asked before one is chosen.
if (!place.is_alone && shownFrames().length > 0) done({ error: { kind: "in-frames" } });
else attempt();

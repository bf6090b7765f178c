// Waits until an element is visible, still, enabled, uncovered and on screen; answers the element and where to touch it.
const [locator, purpose, limit, done] = arguments;
const state = window[Symbol.for("shippass")];
const started = performance.now();

const isDisabled = (element) =>
  element.matches(":disabled") || element.getAttribute("aria-disabled") === "true" || Boolean(element.closest("[inert]"));

// The part of the element that is on screen.
const onScreen = (box) => {
  const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth);
  const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
  return right - left > 0 && bottom - top > 0 ? { x: (left + right) / 2, y: (top + bottom) / 2 } : null;
};
const isWhole = (box) => box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth;

const hit = (x, y) => {
  let element = document.elementFromPoint(x, y);
  while (element && element.shadowRoot) {
    const inner = element.shadowRoot.elementFromPoint(x, y);
    if (!inner || inner === element) break;
    element = inner;
  }
  return element;
};
const isOwn = (element, top) =>
  !top || containsDeep(element, top) || containsDeep(top, element) && top.tagName === "LABEL" ||
  Boolean(element.labels && [...element.labels].some((label) => containsDeep(label, top))) ||
  element.tagName === "LABEL" && element.control === top;

const sameBox = (one, two) => one && ["x", "y", "width", "height"].every((side) => Math.abs(one[side] - two[side]) < 0.5);
// Nothing moves when nothing is animated and nothing has changed for a while.
const isCalm = () =>
  state && performance.now() - state.changedAt > 60 && document.readyState === "complete" &&
  !document.getAnimations().some((animation) => animation.playState === "running");

let lastBox = null;
let lastElement = null;
let isCentred = false;
const look = () => {
  const found = findLocator(locator, purpose);
  if (found.error) return found;
  const { element } = found;
  if (isDisabled(element)) return { error: { kind: "disabled" } };
  if (purpose === "field" && element.readOnly) return { error: { kind: "read-only" } };
  let box = element.getBoundingClientRect();
  if (!isWhole(box)) {
    element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    box = element.getBoundingClientRect();
  }
  const isStill = isCalm() || (element === lastElement && sameBox(lastBox, box));
  lastBox = box;
  lastElement = element;
  if (!isStill) return { error: { kind: "moving" } };
  const point = onScreen(box);
  if (!point) return { error: { kind: "off-screen" } };
  const top = hit(point.x, point.y);
  if (!isOwn(element, top)) {
    // A bar that sticks to an edge covers what lies there; the middle is free of it.
    if (!isCentred) element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    isCentred = true;
    return { error: { kind: "covered", by: describe(top) } };
  }
  return { element, point: { x: Math.round(point.x), y: Math.round(point.y) } };
};

const answer = ({ element, point }) => {
  // What the action before this one brought about, read before this one begins.
  const counters = { changes: state ? state.changes : 0, requests: state ? state.requests : 0, others: state ? [...state.others] : [] };
  const facts = describe(element);
  if (state) state.touched = element;
  if (purpose === "field") select(element);
  if (state) state.others.clear();
  done({ element, point, facts, counters });
};
// What is typed replaces what was there.
const select = (element) => {
  element.focus({ preventScroll: true });
  if (element.isContentEditable) getSelection().selectAllChildren(element);
  else if (typeof element.select === "function") element.select();
};

const attempt = () => {
  let result;
  try {
    result = look();
  } catch (error) {
    result = { error: { kind: "page", message: String(error) } };
  }
  if (!result.error) return answer(result);
  const waited = performance.now() - started;
  // Two matches may be one element that is being replaced; a second look decides.
  if (waited >= limit || (result.error.kind === "selector")) return done({ error: result.error });
  requestAnimationFrame(attempt);
};
attempt();

// What a finger meets at a point. Prepended to the scripts that need it, after locate.js.

const hit = (x, y) => {
  let element = document.elementFromPoint(x, y);
  while (element && element.shadowRoot) {
    const inner = element.shadowRoot.elementFromPoint(x, y);
    if (!inner || inner === element) break;
    element = inner;
  }
  return element;
};
// Text that is put into a slot belongs to the host by the tree, and to what is around the slot by the eye.
const isOwn = (element, top) =>
  !top || containsDeep(element, top) || Boolean(top.shadowRoot) && containsDeep(top, element) || containsDeep(top, element) && top.tagName === "LABEL" ||
  Boolean(element.labels && [...element.labels].some((label) => containsDeep(label, top))) ||
  element.tagName === "LABEL" && element.control === top;
// A link inside a label takes the touch for itself.
const isForAnother = (element, top) => {
  if (element.tagName !== "LABEL") return false;
  for (let node = top; node && node !== element; node = parentOf(node)) if (node !== element.control && isActionable(node)) return true;
  return false;
};

// The whole of what covers an element: the banner or dialog, not the paragraph in it.
const coverOf = (element, top) => {
  let cover = top;
  for (let node = top; node && node !== document.body && !containsDeep(node, element); node = parentOf(node)) {
    const isOne = /^(dialog|alertdialog|banner|region|alert|navigation)$/.test(roleOf(node)) || /^(fixed|sticky|absolute)$/.test(getComputedStyle(node).position);
    if (isOne) cover = node;
    if (/dialog$/.test(roleOf(node))) break;
  }
  return cover;
};

// The part of a box that is on screen, and where to touch it.
const onScreen = (box) => {
  const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth);
  const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
  return right - left > 0 && bottom - top > 0 ? { x: (left + right) / 2, y: (top + bottom) / 2, left, top, right, bottom } : null;
};
const isWhole = (box) => box.top >= 0 && box.left >= 0 && box.bottom <= innerHeight && box.right <= innerWidth;
// The middle; of a text that goes over several lines the middle of the longest; of a label its edges too.
const touchPoints = (element) => {
  const lines = [...element.getClientRects()].filter((box) => box.width > 0 && box.height > 0);
  const longest = lines.reduce((one, other) => (other.width > one.width ? other : one), lines[0] || element.getBoundingClientRect());
  const part = onScreen(lines.length > 1 ? longest : element.getBoundingClientRect());
  if (!part) return [];
  const edge = Math.min(10, (part.right - part.left) / 4);
  const edges = [{ x: part.left + edge, y: part.y }, { x: part.right - edge, y: part.y }, { x: part.left + edge, y: part.top + 4 }];
  return [{ x: part.x, y: part.y }, ...(element.tagName === "LABEL" ? edges : [])];
};

// Controls that something covers, that are too small for a finger, and fields whose text is small. Prepended to layout.js.

const SMALLEST = 24;
const partOnScreen = ({ box, clip, scene }) =>
  intersect(intersect(edgesOf(box), intersect(clip, clip.view)), { x0: 0, x1: scene.view.innerWidth, y0: 0, y1: scene.view.innerHeight });
const MAY_BE_CONTROL = /^(A|BUTTON|INPUT|SELECT|TEXTAREA|SUMMARY)$/;
const isControl = (record) => {
  const { element, isVisible, isOff, box, clip } = record;
  if (!isVisible || isOff || box.width < 3 || box.height < 3) return false;
  if (!MAY_BE_CONTROL.test(element.tagName) && !element.hasAttribute("role") && !element.hasAttribute("contenteditable")) return false;
  if (!element.matches(CONTROLS) || element.matches(":disabled")) return false;
  if (element.type === "range" || record.style.pointerEvents === "none") return false;
  const left = intersect(edgesOf(box), intersect(clip, clip.view));
  return left.x1 - left.x0 > 2 && left.y1 - left.y0 > 2;
};
const controls = () => drawn.filter(isControl);

// What covers them.

const hitIn = (scene, x, y) => {
  let element = scene.document.elementFromPoint(x, y);
  while (element && element.shadowRoot) {
    const inner = element.shadowRoot.elementFromPoint(x, y);
    if (!inner || inner === element) break;
    element = inner;
  }
  return element;
};
const controlAround = (element) => {
  for (let node = element; node; node = parentOf(node)) if (node.nodeType === Node.ELEMENT_NODE && node.matches(CONTROLS)) return node;
  return null;
};
const isMeant = (record, top) => {
  const { element } = record;
  if (isOwn(element, top)) return true;
  // What lies around it and takes its touches, or stands in for it.
  if (containsDeep(top, element)) return true;
  const other = controlAround(top);
  if (!other) return Boolean(top.closest("label") && top.closest("label").contains(element));
  if (containsDeep(other, element) || containsDeep(element, other)) return true;
  if (other.href && other.href === element.href) return true;
  return !recordOf.has(other) || Boolean(element.form && other.type === "file" && other.parentElement === element.parentElement);
};
// What passes by itself, by the names that libraries give it where they give it no role.
const PASSING = /toast|snackbar|notification|flash-?message|growl/i;
const marksOf = (node) => `${node.id} ${node.getAttribute("class") || ""}`;
const CONSENT = /cookie|consent|gdpr|ccpa|privacy|datenschutz/i;
// A sheet over nearly all of the screen, between the control and what lies over it: the rest is a dialog, named so or not.
const isOverSheet = (cover, control) => {
  const { view } = cover.scene;
  const [right, bottom] = [view.innerWidth - 2, view.innerHeight - 2];
  const isSheet = ([x, y]) => {
    const hit = hitIn(cover.scene, x, y);
    if (!hit || containsDeep(hit, control) || containsDeep(hit, cover.element) || containsDeep(cover.element, hit)) return false;
    const box = hit.getBoundingClientRect();
    return /fixed|absolute/.test(getComputedStyle(hit).position) && box.width * box.height >= view.innerWidth * view.innerHeight * 0.8;
  };
  return [[2, 2], [right, 2], [2, bottom], [right, bottom]].filter(isSheet).length >= 2;
};
// What came up over a control that had stood there free: a menu, a panel, whatever its author called it.
const memory = (() => {
  const state = window[Symbol.for("shippass")] || {};
  state.laidOut = state.laidOut || { drawn: null, opened: new WeakSet() };
  return state.laidOut;
})();
const isOpened = (top, control) => {
  for (let node = top; node && !containsDeep(node, control); node = parentOf(node)) {
    if (memory.opened.has(node)) return true;
    if (!memory.drawn || memory.drawn.has(node) || !memory.drawn.has(control) || !recordOf.has(node)) continue;
    memory.opened.add(node);
    return true;
  }
  return false;
};
const remember = () => {
  memory.drawn = new WeakSet(recordOf.keys());
};
const intentOf = (cover, top, control) => {
  const { scene } = cover;
  const box = cover.element.getBoundingClientRect();
  const isPage = Math.min(box.width, scene.view.innerWidth) * Math.min(box.height, scene.view.innerHeight) >= scene.view.innerWidth * scene.view.innerHeight * 0.8;
  if (isPage) return "backdrop";
  const isPinned = cover.clip.isPinned || cover.position === "fixed";
  for (let node = top; node && node !== scene.document.body; node = parentOf(node)) {
    const role = roleOf(node);
    if (/dialog$/.test(role) || node.getAttribute("aria-modal") === "true" || node.hasAttribute("popover")) return "dialog";
    if (/^(menu|listbox|tooltip|tree|grid)$/.test(role)) return "menu";
    if (/^(status|alert|log)$/.test(role) || node.hasAttribute("aria-live")) return "message";
    if (isPinned && PASSING.test(marksOf(node)) && !node.matches(CONTROLS)) return "message";
    if (CONSENT.test(`${marksOf(node)} ${node.getAttribute("aria-label") || ""}`)) return "consent";
    if (node === cover.element) break;
  }
  if (CONSENT.test((cover.element.textContent || "").slice(0, 1500)) && /fixed|sticky|absolute/.test(cover.position)) return "consent";
  if (isOverSheet(cover, control)) return "dialog";
  return isOpened(top, control) ? "opened" : null;
};
// Whether its own scrollers can bring it out from under something that doesn't go with it.
const canBeFreed = (control, cover) => {
  const { element, clip, scene, box } = control;
  const area = cover.element.getBoundingClientRect();
  const isHeld = cover.clip.isPinned || cover.isSticky || cover.position === "fixed";
  let [up, down] = [0, 0];
  for (const scroller of clip.scrollers) {
    if (containsDeep(scroller, cover.element) && !isHeld) continue;
    up += scroller.scrollTop;
    down += scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
  }
  if (isHeld && !clip.isPinned && !scene.isLocked && element !== cover.element) {
    up += scene.view.scrollY;
    down += scene.document.documentElement.scrollHeight - scene.view.innerHeight - scene.view.scrollY;
  }
  const reaches = (low, high) => Math.max(low, box.top - down) <= Math.min(high, box.top + up);
  return up + down > 0 && (reaches(0, area.top - box.height) || reaches(area.bottom, scene.view.innerHeight - box.height));
};
const coverAt = (record, x, y) => {
  const top = hitIn(record.scene, x, y);
  return top && !isMeant(record, top) ? top : null;
};
const covered = new Set();
const measureCovered = (all) => {
  const found = [];
  for (const record of all) {
    const part = partOnScreen(record);
    const [width, height] = [part.x1 - part.x0, part.y1 - part.y0];
    if (width <= 2 || height <= 2 || width * height < record.box.width * record.box.height * 0.5 || record.isMoving) continue;
    const at = (x, y) => [part.x0 + width * x, part.y0 + height * y];
    const top = coverAt(record, ...at(0.5, 0.5));
    if (!top) continue;
    covered.add(record);
    const corners = [[0.2, 0.25], [0.8, 0.25], [0.2, 0.75], [0.8, 0.75]].map(([x, y]) => coverAt(record, ...at(x, y)));
    const cover = recordOf.get(coverOf(record.element, top)) || recordOf.get(top);
    if (!cover || cover.opacity === 0) continue;
    const isForeign = top.tagName === "IFRAME" || cover.isWidget;
    const intent = intentOf(cover, top, record.element) || (canBeFreed(record, cover) ? "scroll" : isForeign ? "widget" : null);
    found.push({ element: placed(record, boxOf(part)), by: placed(cover), share: (1 + corners.filter(Boolean).length) / 5, intent });
  }
  return found;
};

// How large they are.

const union = (boxes) => boxes.reduce((one, other) => ({
  left: Math.min(one.left, other.left), right: Math.max(one.right, other.right), top: Math.min(one.top, other.top), bottom: Math.max(one.bottom, other.bottom),
}));
const isSmall = (box) => box.right - box.left < SMALLEST - 0.5 || box.bottom - box.top < SMALLEST - 0.5;
// The whole of what a finger may meet: what stands inside, and its label.
const touchBox = (record) => {
  const { element, box } = record;
  if (!isSmall(box)) return box;
  const inside = [...element.querySelectorAll("*")].slice(0, 30).map((part) => part.getBoundingClientRect());
  const labels = [...(element.labels || [])].map((label) => label.getBoundingClientRect());
  return union([box, ...inside.filter((part) => part.width > 0 && part.height > 0), ...labels.filter((label) => label.width > 2 && label.height > 2)]);
};
const isByUserAgent = ({ element, style, box }) => {
  if (style.appearance === "none") return false;
  if (/^(checkbox|radio)$/.test(element.type)) return Math.abs(box.width - 13) < 1.5 && Math.abs(box.height - 13) < 1.5;
  if (!/^(BUTTON|INPUT|SELECT|TEXTAREA)$/.test(element.tagName) || Math.abs(parseFloat(style.fontSize) - 13.333) > 0.01) return false;
  return element.tagName === "SELECT" || /outset|inset/.test(style.borderTopStyle) || element.type === "file";
};
const isInText = (record) => {
  const { element, display } = record;
  const isLink = element.tagName === "A" || roleOf(element) === "link" || element.tagName === "SUMMARY";
  if (!(isLink ? /^inline/.test(display) : display === "inline")) return false;
  const block = blockOf(record.parent).element;
  const walker = block.ownerDocument.createTreeWalker(block, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (fold(node.data) && !node.parentElement.closest(CONTROLS) && !SKIPPED.test(node.parentElement.tagName)) return true;
  }
  return false;
};
const centre = (box) => ({ x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 });
const distanceTo = ({ x, y }, box) => Math.hypot(Math.max(box.left - x, 0, x - box.right), Math.max(box.top - y, 0, y - box.bottom));
// Its own generated content, or what lies around it, may take touches for it.
const isWider = (record, box) => {
  const { element, scene } = record;
  const { x, y } = centre(box);
  const reach = SMALLEST / 2 - 1;
  const points = [[x - reach, y], [x + reach, y], [x, y - reach], [x, y + reach]];
  const isOn = ([left, top]) => left >= 0 && top >= 0 && left < scene.view.innerWidth && top < scene.view.innerHeight;
  if (points.every(isOn)) {
    return points.every(([left, top]) => {
      const hit = hitIn(scene, left, top);
      return hit && isOwn(element, hit) && !containsDeep(hit, element) || hit === element;
    });
  }
  return ["::before", "::after"].some((which) => {
    const style = scene.view.getComputedStyle(element, which);
    return style.content !== "none" && style.position === "absolute";
  });
};
// A little less is let pass: in a list of links at the usual line height of 1.4 it is 22.4 px from one to the next.
const ROOM = SMALLEST / 2 - 1.75;
// The nearest target that stands too close, itself, what is around it and the same address left aside.
const neighbourOf = ({ record, box }, targets) => {
  const { element, scene } = record;
  const middle = centre(box);
  let nearest = null;
  for (const other of targets) {
    if (other.record === record || other.record.scene !== scene) continue;
    // Circles of 24 px around small ones, the boxes of others: they may not meet.
    const gap = other.isSmall ? Math.hypot(middle.x - centre(other.box).x, middle.y - centre(other.box).y) - SMALLEST / 2 : distanceTo(middle, other.box);
    if (gap >= ROOM || (nearest && gap >= nearest.gap)) continue;
    const isSame = Boolean(element.href) && other.record.element.href === element.href;
    if (!isSame && !containsDeep(other.record.element, element)) nearest = { gap, other };
  }
  return nearest;
};
const measureSmall = (all) => {
  const targets = all.filter((record) => !covered.has(record)).map((record) => ({ record, box: touchBox(record) })).map((target) => ({ ...target, isSmall: isSmall(target.box) }));
  const large = new Set(targets.filter((target) => !target.isSmall).map(({ record }) => record.element.href).filter(Boolean));
  const found = [];
  let missed = 0;
  for (const target of targets.filter((target) => target.isSmall)) {
    if (missed >= LISTED) break;
    const { record, box } = target;
    const { element } = record;
    // Inside another control, or with one inside: that one is the target.
    const isNested = controlAround(parentOf(element)) || element.querySelector(CONTROLS);
    const label = element.closest("label");
    if (isNested || (label && !isSmall(label.getBoundingClientRect()))) continue;
    const nearest = neighbourOf(target, targets);
    const exception = !nearest ? "spacing" : isByUserAgent(record) ? "user_agent" : large.has(element.href) ? "equivalent" : isInText(record) ? "inline" : null;
    if (exception === null && isWider(record, box)) continue;
    if (exception === null) missed += 1;
    found.push({ element: placed(record, box), exception, beside: exception === null ? placed(nearest.other.record, nearest.other.box) : null });
  }
  return found;
};

// How large their text is.

const isTyped = (element) => element.isContentEditable || /^(TEXTAREA|SELECT)$/.test(element.tagName) ||
  (element.tagName === "INPUT" && /^(text|search|email|url|tel|password|number|date|time|datetime-local|month|week)$/.test(element.type));
const measureFields = (all) => all.filter(({ element, style }) => isTyped(element) && !element.readOnly && parseFloat(style.fontSize) < 15.99)
  .map((record) => ({ element: placed(record), font_size: parseFloat(record.style.fontSize) }));

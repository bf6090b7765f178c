// What is wider than the screen, and texts of which a part can't be seen. Prepended to layout.js, after layout-walk.js.

const range = document.createRange();
const boxOfText = (node) => {
  range.selectNodeContents(node);
  return range.getBoundingClientRect();
};
const blockOf = (record) => {
  let block = record;
  while (block.parent && block.parent.element && /^(inline|contents)$/.test(block.display)) block = block.parent;
  return block;
};
const upTo = function* (record, end) {
  for (let node = record; node && node.element && node !== end; node = node.parent) yield node;
};

// Elements that stick out to the side of a page that can be moved sideways, the outermost of each.
const measureWide = () => {
  const root = document.documentElement;
  const scene = recordOf.get(root).scene;
  const width = root.clientWidth;
  const content = Math.max((document.scrollingElement || root).scrollWidth, 0);
  if (scene.isLockedAcross || content <= width + 1) return { content: Math.min(content, width), wide: [] };
  const edge = width - scrollX + 1;
  const isFree = (clip) => clip.x1 > edge && clip.view.x1 > edge && !clip.isPinned;
  const sticksOut = ({ box, clip, scene: own }) => own === scene && box.right > edge && box.width > 0 && box.height > 0 && isFree(clip);
  const found = new Map();
  for (const record of drawn) {
    if (record.element === root || record.element === document.body || record.display === "contents" || !sticksOut(record)) continue;
    const outer = [...upTo(record.parent, null)].find((node) => found.has(node));
    if (!outer) found.set(record, record.box.right - edge + 1);
  }
  for (const { node, record } of texts) {
    if (record.scene !== scene || !isFree(record.inner) || [...upTo(record, null)].some((part) => found.has(part))) continue;
    const box = boxOfText(node);
    if (box.right > edge) found.set(record, box.right - edge + 1);
  }
  const holds = (record) => record.isVisible && (texts.some(({ node }) => record.element.contains(node)) || record.element.matches(`${CONTROLS},img,video,canvas,iframe`) ||
    record.element.querySelector("img,video,canvas,iframe,input,button,select,textarea"));
  const wide = [...found].map(([record, beyond]) => ({ element: placed(record), beyond, is_decoration: record.isSilent || !holds(record) }));
  return { content, wide: wide.sort((one, other) => one.is_decoration - other.is_decoration || other.beyond - one.beyond) };
};

// A row of which some parts wait outside: a strip that its own code moves.
const isStrip = (record, clip) => {
  for (const node of upTo(record, clip.byX)) {
    if (/carousel|slider|swiper|slick|splide|glide|embla|marquee|ticker/i.test(`${node.element.getAttribute("class") || ""} ${node.element.getAttribute("aria-roledescription") || ""}`)) return true;
    if (/^(TD|TH|TR)$/.test(node.element.tagName) || !node.element.parentElement) continue;
    const isMoved = node.parent && node.parent.style && node.parent.style.transform !== "none";
    const others = [...node.element.parentElement.children].slice(0, 100).filter((other) => other !== node.element && recordOf.has(other));
    const isOut = (other) => {
      const { box } = recordOf.get(other);
      const isInRow = box.width > 0 && box.top < node.box.bottom && box.bottom > node.box.top;
      return isInRow && (box.left >= clip.x1 - 1 || box.right <= clip.x0 + 1) && (isMoved || Math.abs(box.width - node.box.width) < 3);
    };
    if (others.some(isOut)) return true;
  }
  return false;
};
// What fades out says that there is more.
const fades = (record, clip) => {
  const parts = [...upTo(record, null)].filter(({ element }) => element !== document.body && element !== document.documentElement).slice(0, 5);
  const isFading = ({ style, element, scene }) => style.maskImage !== "none" ||
    ["::before", "::after"].some((which) => /gradient/.test(scene.view.getComputedStyle(element, which).backgroundImage));
  const cutter = clip.byY || clip.byX;
  const layers = cutter ? [...cutter.element.children].filter((child) => !child.firstChild && /gradient/.test(cutter.scene.view.getComputedStyle(child).backgroundImage)) : [];
  return layers.length > 0 || parts.some(isFading) || Boolean(cutter && isFading(cutter));
};
const isClamped = (record) => Boolean(record) && record.style.webkitLineClamp !== "none";
const hasEllipsis = (record) => Boolean(record) && record.style.textOverflow !== "clip";

// The part of a line that stands within the clip.
const seenOf = (node, clip) => {
  const { data } = node;
  let seen = "";
  for (let at = 0; at < Math.min(data.length, 240); at += 1) {
    range.setStart(node, at);
    range.setEnd(node, at + 1);
    const box = range.getBoundingClientRect();
    if (box.width === 0 || (box.left >= clip.x0 - 2 && box.right <= clip.x1 + 2)) seen += data[at];
  }
  return fold(seen);
};
const isWithin = ({ left, right, top, bottom }, clip) => left >= clip.x0 && right <= clip.x1 && top >= clip.y0 && bottom <= clip.y1;
const cutOf = ({ node, record }) => {
  const clip = record.inner;
  // The box of an inline element is that of its text.
  if (record.display === "inline" && isWithin(record.box, clip)) return null;
  const box = boxOfText(node);
  if (box.width < 1 || box.height < 1) return null;
  // Wholly outside is hidden, on purpose or by being moved there; but a table's columns belong together.
  const isColumn = Boolean(clip.byX) && box.left >= clip.x1 - 1 && [...upTo(record, clip.byX)].some(({ element }) => /^T[DH]$/.test(element.tagName));
  if (isColumn && !hasEllipsis(clip.byX)) return { how: "cut", side: "right", hidden: box.right - clip.x1, seen: "" };
  if (box.left >= clip.x1 - 1 || box.right <= clip.x0 + 1 || box.top >= clip.y1 - 1 || box.bottom <= clip.y0 + 1) return null;
  const right = box.right - clip.x1, left = clip.x0 - box.left, bottom = box.bottom - clip.y1, top = clip.y0 - box.top;
  if (right > 2 || left > 2) {
    const how = right > 2 && clip.byX && hasEllipsis(clip.byX) && blockOf(record) === clip.byX ? "ellipsis" : "cut";
    return { how, side: right > 2 ? "right" : "left", hidden: Math.max(right, left), seen: () => seenOf(node, clip) };
  }
  if (bottom > 2 && isClamped(clip.byY)) return { how: "ellipsis", side: "bottom", hidden: bottom, seen: "" };
  if (bottom <= 2 && top <= 2) return null;
  range.selectNodeContents(node);
  const part = (line) => (Math.min(line.bottom, clip.y1) - Math.max(line.top, clip.y0)) / line.height;
  const isHalf = [...range.getClientRects()].some((line) => line.height > 4 && part(line) > 0.15 && part(line) < 0.6);
  return isHalf ? { how: "cut", side: bottom > top ? "bottom" : "top", hidden: Math.max(bottom, top), seen: "" } : null;
};
const isUnread = (record, text) => {
  const { style } = record;
  return parseFloat(style.fontSize) < 4 || /rgba\(.*, 0\)$/.test(style.color) || (record.isSilent && !/\d/.test(text)) || record.isMoving;
};
const measureTexts = () => {
  const found = new Map(), counts = { cut: 0, ellipsis: 0 };
  // Amounts and dates first: a long list of names may not crowd them out.
  const isFigure = ({ node }) => node.data.length < 60 && /\d/.test(node.data);
  const ordered = [...texts.filter(isFigure), ...texts.filter((text) => !isFigure(text))];
  for (const text of ordered) {
    if (counts.cut >= LISTED) break;
    const { node, record } = text;
    const clip = record.inner;
    if (clip.x1 === FAR && clip.x0 === -FAR && clip.y1 === FAR) continue;
    const block = blockOf(record);
    if (found.has(block) || !record.isVisible) continue;
    const cut = cutOf(text);
    if (!cut) continue;
    const isEllipsis = cut.how === "ellipsis";
    if (isEllipsis && counts.ellipsis >= LISTED) continue;
    const words = fold(node.data);
    const isAcross = cut.side === "right" || cut.side === "left";
    if (isUnread(record, words) || (cut.how === "cut" && (fades(record, clip) || (isAcross && isStrip(record, clip))))) continue;
    const isPrivate = record.element.matches(PRIVATE_PART);
    const left = intersect(edgesOf(boxOfText(node)), clip);
    const area = left.x1 > left.x0 ? boxOf(left) : clip.byX.box;
    const shown = { text: isPrivate ? "" : words.slice(0, 200), seen: isPrivate ? "" : cut.seen };
    found.set(block, { ...cut, ...shown, element: placed(record, area) });
    counts[isEllipsis ? "ellipsis" : "cut"] += 1;
  }
  return [...found.values(), ...measureFieldTexts()];
};
// A field holds more than it shows; only what is read at a glance, an amount or a date, is lost by that.
const measureFieldTexts = () => drawn.filter(({ element, isVisible, box }) =>
  isVisible && box.width > 8 && element.tagName === "INPUT" && /^(text|number|tel|search|date)$/.test(element.type) && element.value.length < 24 && /\d/.test(element.value) &&
  !/[a-z]{4}/i.test(element.value) && element !== document.activeElement && element.scrollWidth > element.clientWidth + 2 && !element.matches(PRIVATE_PART))
  .map((record) => {
    const { element } = record;
    return { how: "field", side: "right", hidden: element.scrollWidth - element.clientWidth, text: fold(element.value), seen: "", element: placed(record) };
  });

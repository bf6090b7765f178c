// Goes once over all that is drawn, shadow trees and frames too, and notes where it lies and what cuts it off. Only reads,
// so that one layout serves all of it. Prepended to layout.js, after names.js, locate.js and touch.js.

const FAR = 1e9;
const NOWHERE = { x0: -FAR, x1: FAR, y0: -FAR, y1: FAR };
const CONTROLS =
  "a[href],button,input:not([type=hidden]),select,textarea,summary,[role=button],[role=link],[role=checkbox],[role=radio],[role=switch],[role=tab]," +
  "[role=menuitem],[role=menuitemcheckbox],[role=menuitemradio],[role=option],[role=combobox],[role=textbox],[contenteditable=true],[contenteditable='']";
// What is drawn by itself: nothing in it is an element of the page.
const CLOSED = /^(SVG|CANVAS|VIDEO|AUDIO|OBJECT|EMBED|SELECT|TEXTAREA|IMG|I?FRAME|METER|PROGRESS|MATH)$/;
// Parts that come with a service and are somebody else's to mend.
const WIDGET = new RegExp(
  "intercom|drift-(widget|frame)|zendesk|zewidget|\\bcrisp-|crisp-client|hubspot|tawk-|recaptcha|hcaptcha|turnstile|onetrust|usercentrics|didomi|cookiebot|cybotcookie|" +
  "stripe|paypal-button|gm-style|leaflet|mapboxgl|maplibregl|fb-(root|like)|twitter-tweet|vercel-(live|toolbar)|nextjs-portal|vite-error|disqus|calendly|gsi-material|" +
  "g_id_signin|livechat|freshchat|helpscout|beacon-container|userway|accessibe|olark|trustpilot|grecaptcha", "i");

const drawn = []; // every element that is drawn, as a record
const texts = []; // {node, record}
const recordOf = new Map();

const intersect = (one, other) => ({
  x0: Math.max(one.x0, other.x0), x1: Math.min(one.x1, other.x1), y0: Math.max(one.y0, other.y0), y1: Math.min(one.y1, other.y1),
});
// `x0` to `y1` of a clip is what no hand brings back into view; `view` what can be seen of it now.
const clippedBy = (clip, record) => {
  const { element, style, box } = record;
  const [acrossStyle, downStyle] = [style.overflowX, style.overflowY];
  const clipsAcross = acrossStyle !== "visible", clipsDown = downStyle !== "visible";
  if (!clipsAcross && !clipsDown) return clip;
  const scale = element.offsetWidth > 0 ? box.width / element.offsetWidth : 1;
  const left = box.left + element.clientLeft * scale, top = box.top + element.clientTop * scale;
  const inner = { x0: left, x1: left + element.clientWidth * scale, y0: top, y1: top + element.clientHeight * scale };
  const next = { ...clip };
  const isScroller = (overflow) => overflow === "auto" || overflow === "scroll";
  const snaps = style.scrollSnapType !== "none";
  if (clipsAcross) {
    const { x0, x1 } = inner;
    next.view = intersect(next.view, { ...NOWHERE, x0, x1 });
    if (isScroller(acrossStyle) || snaps || element.scrollLeft !== 0) Object.assign(next, { x0: -FAR, x1: FAR, byX: null });
    // Of boxes that end at the same edge the innermost cuts its text, and draws the ellipsis.
    else if (x1 <= next.x1 + 1 || x0 > next.x0) Object.assign(next, { x0: Math.max(x0, next.x0), x1: Math.min(x1, next.x1), byX: record });
  }
  if (clipsDown) {
    const { y0, y1 } = inner;
    next.view = intersect(next.view, { ...NOWHERE, y0, y1 });
    if (isScroller(downStyle) || snaps || element.scrollTop !== 0) Object.assign(next, { y0: -FAR, y1: FAR, byY: null });
    else if (y1 < next.y1 || y0 > next.y0) Object.assign(next, { y0: Math.max(y0, next.y0), y1: Math.min(y1, next.y1), byY: record });
  }
  if (isScroller(acrossStyle) || isScroller(downStyle)) next.scrollers = [...clip.scrollers, element];
  return next;
};

// Hidden from the eye and left to screen readers, by one of the usual ways.
const isForEarsOnly = ({ style, box, position }) => {
  if ((box.width <= 2 || box.height <= 2) && style.overflowX !== "visible" && style.overflowY !== "visible") return true;
  if (position !== "absolute" && position !== "fixed") return false;
  return style.clip !== "auto" || /^inset\((50|[6-9]\d|100)(\.\d+)?%\)|circle\(0/.test(style.clipPath);
};

// The same characters as `fold` leaves out.
const READABLE = /[^\s\ue000-\uf8ff\u00ad\u200b\ufeff]/;
const visitText = (node, record) => {
  if (record.isVisible && READABLE.test(node.data)) texts.push({ node, record });
};
// Rows of a list are marked alike.
const services = new Map();
const isOfService = (element) => {
  const marks = `${element.id} ${element.getAttribute("class") || ""}`;
  if (marks.length <= 3) return false;
  if (!services.has(marks)) services.set(marks, WIDGET.test(marks));
  return services.get(marks);
};
const visitFrame = (record) => {
  let inner = null;
  try {
    inner = record.element.contentDocument;
  } catch { /* another origin's */ }
  if (!inner || !inner.documentElement || record.box.width <= 4 || record.box.height <= 4) return;
  const { x, y } = contentOrigin(record.element);
  const { scene } = record;
  const isBorn = !record.element.hasAttribute("srcdoc") && /^(about:blank|javascript:|)$/.test(record.element.getAttribute("src") || "");
  visitDocument(inner, { x: scene.x + x, y: scene.y + y }, { frame: record, isWidget: record.isWidget || isBorn });
};
// A page that takes too long is left unmeasured rather than waited for.
const BEGUN = performance.now(), PATIENCE = 1000;
const visit = (element, parent) => {
  if (SKIPPED.test(element.tagName)) return;
  if (drawn.length % 500 === 499 && performance.now() - BEGUN > PATIENCE) throw new Error("the page has too many elements to be measured in time");
  const { scene } = parent;
  const style = scene.view.getComputedStyle(element);
  const { display } = style;
  if (display === "none") return;
  const opacity = parent.opacity * style.opacity;
  if (opacity < 0.05) return;
  const { position } = style;
  const clip = position === "fixed" ? parent.fix : position === "absolute" ? parent.abs : parent.inner;
  const isLeaf = !element.firstChild && !element.shadowRoot;
  const isContaining = !isLeaf && display !== "inline" && style.transform !== "none";
  const record = {
    element, style, display, position, parent, scene, opacity, clip, box: element.getBoundingClientRect(),
    isVisible: style.visibility === "visible",
    isOff: parent.isOff || element.inert === true || element.getAttribute("aria-disabled") === "true",
    isSilent: parent.isSilent || element.getAttribute("aria-hidden") === "true",
    isSticky: parent.isSticky || position === "sticky",
    isMoving: parent.isMoving || scene.moving.has(element),
    isWidget: parent.isWidget || isOfService(element),
  };
  const hasBox = display !== "contents";
  const isRoot = element === scene.document.body && scene.isPropagated;
  if (hasBox && !isRoot && isForEarsOnly(record)) return;
  record.inner = !isLeaf && hasBox && !isRoot && display !== "inline" ? clippedBy(clip, record) : clip;
  record.abs = position !== "static" || isContaining ? record.inner : parent.abs;
  record.fix = isContaining ? record.inner : parent.fix;
  drawn.push(record);
  recordOf.set(element, record);
  if (/^I?FRAME$/.test(element.tagName)) visitFrame(record);
  if (CLOSED.test(element.tagName.toUpperCase()) || style.contentVisibility === "hidden") return;
  const isShut = element.tagName === "DETAILS" && !element.open;
  if (element.shadowRoot || element.tagName === "SLOT") for (const node of shownNodes(element)) visitNode(node, record, isShut);
  else for (let node = element.firstChild; node; node = node.nextSibling) visitNode(node, record, isShut);
};
const visitNode = (node, record, isShut) => {
  if (node.nodeType === Node.TEXT_NODE) visitText(node, record);
  else if (node.nodeType === Node.ELEMENT_NODE && (!isShut || node.tagName === "SUMMARY")) visit(node, record);
};
const visitDocument = (inner, { x, y }, { frame, isWidget }) => {
  const root = inner.documentElement, view = inner.defaultView;
  const [rootStyle, bodyStyle] = [root, inner.body || root].map((element) => view.getComputedStyle(element));
  const isPropagated = rootStyle.overflowX === "visible" && rootStyle.overflowY === "visible";
  const screenStyle = isPropagated ? bodyStyle : rootStyle;
  const isRunning = (animation) => animation.playState === "running" && animation.effect;
  const scene = {
    document: inner, view, frame, x, y, isPropagated, width: root.clientWidth, height: view.innerHeight,
    isLockedAcross: /hidden|clip/.test(screenStyle.overflowX), isLocked: /hidden|clip/.test(screenStyle.overflowY),
    moving: new Set(inner.getAnimations().filter(isRunning).map((animation) => animation.effect.target)),
  };
  const isPlain = rootStyle.direction === "ltr";
  // Nobody scrolls to what lies before the page's beginning.
  const across = scene.isLockedAcross ? { x0: 0, x1: scene.width } : { x0: isPlain ? -view.scrollX : -FAR, x1: FAR };
  const seen = frame ? { x0: 0, x1: scene.width, y0: 0, y1: scene.height } : NOWHERE;
  const clip = { ...NOWHERE, ...across, byX: null, byY: null, view: seen, scrollers: [], isPinned: false };
  const fix = { ...NOWHERE, x0: 0, x1: scene.width, byX: null, byY: null, view: seen, scrollers: [], isPinned: true };
  visit(root, { scene, opacity: 1, inner: clip, abs: clip, fix, isOff: false, isSilent: false, isSticky: false, isMoving: false, isWidget });
};

// What stands for an element in the record: who it is, how to find it, where it lies in the top document's viewport.
const places = new Map();
const placeOf = (element) => {
  const parent = element.parentElement;
  if (!parent) return "";
  if (!places.has(parent)) {
    const counts = {}, numbers = new Map();
    for (const child of parent.children) numbers.set(child, counts[child.tagName] = (counts[child.tagName] || 0) + 1);
    places.set(parent, { counts, numbers });
  }
  const { counts, numbers } = places.get(parent);
  return counts[element.tagName] > 1 ? `:nth-of-type(${numbers.get(element)})` : "";
};
const stepOf = (element) => {
  const name = [...element.classList].find((one) => /^[a-z][a-z_-]{2,24}$/i.test(one));
  return `${element.tagName.toLowerCase()}${name ? `.${name}` : ""}${placeOf(element)}`;
};
const pathOf = (element) => {
  const steps = [];
  for (let node = element; node && node.tagName !== "BODY" && node.tagName !== "HTML" && steps.length < 4; node = parentOf(node)) {
    const hasId = /^[a-z][\w-]{1,30}$/i.test(node.id) && !/\d{3}/.test(node.id);
    steps.unshift(hasId ? `#${node.id}` : stepOf(node));
    if (hasId) break;
  }
  return steps.join(" > ").slice(0, 160) || element.tagName.toLowerCase();
};
const tenth = (length) => Math.round(length * 10) / 10;
const PRIVATE_PART = "input[type=password],[autocomplete~=one-time-code],[autocomplete*=cc-],[data-private],[data-private] *";
// Names and paths cost more than all the rest: only what is listed in the end gets them.
const placed = (record, box = record.box) => ({ record, box });
const sight = ({ record, box }) => {
  const { element, scene } = record;
  const isPrivate = element.matches(PRIVATE_PART);
  const name = isPrivate ? "" : nameOf(element) || fold(element.textContent.slice(0, 400));
  return {
    tag: element.tagName.toLowerCase(), role: roleOf(element), name: name.slice(0, 80), path: pathOf(element), is_widget: record.isWidget,
    area: { x: tenth(box.left + scene.x), y: tenth(box.top + scene.y), width: tenth(box.right - box.left), height: tenth(box.bottom - box.top) },
  };
};
const tell = (value) => (typeof value === "function" ? value() : value && value.record ? sight(value) : value);
const told = (found) => Object.fromEntries(Object.entries(found).map(([key, value]) => [key, tell(value)]));
// So many are listed; what comes after isn't looked at.
const LISTED = 40, EXCUSED = 8;
const boxOf = ({ x0, x1, y0, y1 }) => ({ left: x0, right: x1, top: y0, bottom: y1 });
const edgesOf = (box) => ({ x0: box.left, x1: box.right, y0: box.top, y1: box.bottom });

// Finds elements the way a person names them. Prepended to the scripts that need it, after names.js.

const deepElements = (root) => {
  const found = [];
  const visit = (node) => {
    for (const element of node.querySelectorAll("*")) {
      found.push(element);
      if (element.shadowRoot) visit(element.shadowRoot);
    }
  };
  if (root.shadowRoot) visit(root.shadowRoot);
  visit(root);
  return found;
};
const containsDeep = (outer, inner) => {
  for (let node = inner; node; node = parentOf(node)) if (node === outer) return true;
  return false;
};

// What elements are wanted for.
const toggleRoles = ["checkbox", "switch", "radio", "menuitemcheckbox", "menuitemradio"];
const isNativeToggle = (element) => element.tagName === "INPUT" && /^(checkbox|radio)$/.test(element.type);
const isToggle = (element) => isNativeToggle(element) || toggleRoles.includes(roleOf(element)) || element.hasAttribute("aria-pressed");
const isField = (element) => {
  if (/^(TEXTAREA|SELECT)$/.test(element.tagName)) return true;
  if (element.tagName === "INPUT") return !/^(hidden|button|submit|reset|image)$/.test(element.type);
  const role = roleOf(element);
  return ["textbox", "combobox", "listbox", "searchbox", "spinbutton", "slider", "checkbox", "radio", "switch"].includes(role);
};
const isChoice = (element) =>
  element.tagName === "SELECT" || element.tagName === "FIELDSET" || ["radiogroup", "listbox", "combobox", "group"].includes(roleOf(element)) ||
  element.getAttribute("aria-haspopup") === "listbox";
const actionRoles = ["button", "link", "checkbox", "radio", "switch", "tab", "option", "menuitem", "menuitemcheckbox", "menuitemradio", "treeitem", "combobox"];
const isActionable = (element) =>
  isField(element) || actionRoles.includes(roleOf(element)) || element.tagName === "LABEL" || element.hasAttribute("onclick");
const fits = { field: isField, choice: isChoice, toggle: isToggle, tap: isActionable };

const isDisabled = (element) =>
  element.matches(":disabled") || Boolean(element.closest("[aria-disabled=true],[inert]"));

// The selected tab, the link to the page that one is on: a tap on it rightly changes nothing.
const isCurrent = (element) => {
  for (let node = element; node; node = parentOf(node)) {
    if (node.getAttribute("aria-selected") === "true") return true;
    if (node.hasAttribute("aria-current") && node.getAttribute("aria-current") !== "false") return true;
    if (node.tagName === "A" && node.getAttribute("href")) return node.href === location.href && !node.href.endsWith("#");
    if (node !== element && isActionable(node)) return false;
  }
  return false;
};

// Whether a box is checked; null for neither.
const isChecked = (element) => {
  if (isNativeToggle(element)) return element.indeterminate ? null : element.checked;
  const given = ["aria-checked", "aria-pressed", "aria-selected"].map((name) => element.getAttribute(name)).find((value) => value !== null);
  return given === "mixed" ? null : given === "true";
};

// Checkboxes and radio buttons are often hidden behind a label that is painted instead; a finger touches that.
const standIn = (element) => {
  if (!isNativeToggle(element)) return element;
  const box = element.getBoundingClientRect();
  const hasSize = box.width > 2 && box.height > 2;
  if (isVisible(element) && hasSize && !cutOffBy(element)) return element;
  // An unseen one may lie over what is painted instead.
  return [...(element.labels || [])].find(isVisible) || (isRendered(element) && hasSize ? element : null);
};
const isThere = (element) => isVisible(element) || (isNativeToggle(element) && Boolean(standIn(element)));

// Where this document stands in the top document's viewport.
let origin = { x: 0, y: 0 };
const describe = (element) => {
  const box = (standIn(element) || element).getBoundingClientRect();
  return {
    tag: element.tagName.toLowerCase(), role: roleOf(element),
    name: nameOf(element).slice(0, 120) || fold(element.innerText || element.textContent).slice(0, 60),
    area: { x: box.x + origin.x, y: box.y + origin.y, width: box.width, height: box.height }, is_current: isCurrent(element),
  };
};
// The ancestor that cuts an element off where no scrolling by hand helps; the document when it lies outside of that.
const cutOffBy = (element) => {
  let box = element.getBoundingClientRect();
  let position = getComputedStyle(element).position;
  for (let node = parentOf(element); node && node !== document.body && node !== document.documentElement; node = parentOf(node)) {
    const style = getComputedStyle(node);
    const isContaining = style.position !== "static" || style.transform !== "none";
    if (position === "fixed" ? style.transform === "none" : position === "absolute" && !isContaining) continue;
    const outer = node.getBoundingClientRect();
    const [clipsX, clipsY] = [style.overflowX, style.overflowY].map((overflow) => /hidden|clip/.test(overflow));
    if (clipsX && (box.right <= outer.left + 1 || box.left >= outer.right - 1)) return node;
    if (clipsY && (box.bottom <= outer.top + 1 || box.top >= outer.bottom - 1)) return node;
    // What can be scrolled to is where its scroller is.
    if ([style.overflowX, style.overflowY].some((overflow) => /auto|scroll/.test(overflow))) box = outer;
    position = style.position;
  }
  const root = document.documentElement;
  if (position === "fixed") {
    return box.right <= 0 || box.bottom <= 0 || box.left >= innerWidth || box.top >= innerHeight ? root : null;
  }
  const page = document.scrollingElement || root;
  const [isLocked, isLockedAcross] = ["overflowY", "overflowX"].map((side) => [root, document.body].some((node) => node && getComputedStyle(node)[side] === "hidden"));
  const right = isLockedAcross ? innerWidth : page.scrollWidth - scrollX, bottom = isLocked ? innerHeight : page.scrollHeight - scrollY;
  return box.right + scrollX <= 0 || box.bottom + scrollY <= 0 || box.left >= right || box.top >= bottom ? root : null;
};

// Innermost elements whose visible text is wanted; an element counts once, through its innermost part.
const squeeze = (text) => (text || "").replace(/\s+/g, "").toLowerCase();
const byText = (elements, needle, isWanted) => {
  const squeezed = squeeze(needle);
  const within = new Set(elements);
  const found = [];
  const visit = (element) => {
    if (SKIPPED.test(element.tagName) || !squeeze(element.textContent).includes(squeezed)) return;
    if (within.has(element) && isWanted(lower(isSeeingHidden ? element.textContent : element.innerText ?? element.textContent)) && isVisible(element)) found.push(element);
    for (const child of element.children) visit(child);
  };
  if (document.body) [...document.body.children].forEach(visit);
  for (const host of elements.filter((element) => element.shadowRoot)) [...host.shadowRoot.children].forEach(visit);
  const kept = new Set(found);
  for (const element of found) for (let node = parentOf(element); node; node = parentOf(node)) kept.delete(node);
  return [...kept];
};

// Text stands for the control that it belongs to.
const toControl = (element, purpose) => {
  if (purpose === "any") return element;
  for (let node = element; node; node = parentOf(node)) {
    if (node.tagName === "LABEL" && node.control && purpose !== "tap") return node.control;
    if (isActionable(node)) return node;
  }
  return element;
};
// An element that isn't of the wanted kind may label or wrap the one that is.
const toKind = (element, purpose) => {
  if (purpose === "any" || purpose === "tap" || fits[purpose](element)) return element;
  if (element.tagName === "LABEL" && element.control) return element.control;
  const inner = deepElements(element).filter((part) => fits[purpose](part) && isThere(part));
  return inner.length === 1 ? inner[0] : element;
};

const unique = (elements) => [...new Set(elements)];
const topDialog = () => deepElements(document).filter((element) => element.matches("dialog:modal,[aria-modal=true]") && isVisible(element)).pop();
// Of several that bear the same name, those that a person would mean.
const preferred = (elements, purpose) => {
  const narrow = (all, isBetter) => (all.length > 1 && all.some(isBetter) ? all.filter(isBetter) : all);
  if (elements.length < 2) return elements;
  let chosen = purpose === "any" ? elements : narrow(elements, fits[purpose]);
  // A label and its own field are one thing to a person.
  chosen = chosen.filter((element) => !(element.tagName === "LABEL" && element.control && chosen.includes(element.control)));
  if (purpose === "any" || chosen.length < 2 || isSeeingHidden) return chosen;
  const dialog = topDialog();
  chosen = dialog ? narrow(chosen, (element) => containsDeep(dialog, element)) : chosen;
  return narrow(chosen, (element) => !cutOffBy(standIn(element) || element));
};
// A link around a button of the same name is one thing to touch.
const innermost = (elements) => elements.filter((element) => !elements.some((other) => other !== element && containsDeep(element, other)));

const canBeNamed = (element) =>
  isActionable(element) || isChoice(element) || contentRoles.has(roleOf(element)) || isNamedByAttribute(element) || /^(IMG|AREA|TABLE|FIGURE|svg)$/.test(element.tagName);
const nameTiers = (elements, wanted, purpose) => {
  const needle = lower(wanted);
  // A field or a box to check is never meant by a heading of the same name.
  const canFit = (element) => !["field", "toggle"].includes(purpose) || fits[purpose](element);
  const pool = elements.filter((element) => canBeNamed(element) && canFit(element) && isThere(element))
    .map((element) => [element, lower(nameOf(element))]);
  const named = (isWanted) => pool.filter(([, name]) => name && isWanted(name)).map(([element]) => element);
  const texts = (isWanted) => unique(byText(elements, needle, isWanted).map((element) => toControl(element, purpose)));
  const isSame = (text) => text === needle, isPart = (text) => text.includes(needle);
  const fitting = (found) => innermost(found.filter(canFit));
  return [() => fitting(named(isSame)), () => fitting(texts(isSame)), () => fitting(named(isPart)), () => fitting(texts(isPart))];
};
const roleTiers = (elements, { role, name }) => {
  const wanted = role.toLowerCase().replace(/^image$/, "img");
  const inRole = elements.filter((element) => roleOf(element) === wanted && isThere(element));
  if (!name) return [() => inRole];
  const named = inRole.map((element) => [element, lower(nameOf(element))]);
  const needle = lower(name);
  return [(text) => text === needle, (text) => text.includes(needle)]
    .map((isWanted) => () => named.filter(([, text]) => isWanted(text)).map(([element]) => element));
};
const tiersOf = ({ by }, elements, purpose) => {
  const there = (isWanted) => [() => unique(elements.filter((element) => isWanted(element) && isThere(element)).map((element) => toKind(element, purpose)))];
  if (by.name !== undefined) return nameTiers(elements, by.name, purpose);
  if (by.label !== undefined) return nameTiers(elements.filter(isField), by.label, purpose === "any" ? "field" : purpose);
  if (by.test_id !== undefined) return there((element) => element.getAttribute("data-testid") === by.test_id);
  if (by.css !== undefined) return there((element) => element.matches(by.css));
  return roleTiers(elements, by.role);
};

// All that fit a locator in this document, `nth` left aside: exact ones before those that fit in part (`tier`).
const search = (locator, purpose) => {
  let elements = deepElements(document);
  if (locator.inside) {
    const outer = findLocator(locator.inside, "any");
    if (outer.error) return { found: [], error: { ...outer.error, inside: true } };
    elements = elements.filter((element) => element !== outer.element && containsDeep(outer.element, element));
  }
  // The options of a native list are no part of the page that a finger could touch.
  if (fits[purpose] && purpose !== "choice") elements = elements.filter((element) => !/^(OPTION|OPTGROUP)$/.test(element.tagName));
  readTexts = new Map();
  try {
    let tier = 0;
    for (const look of tiersOf(locator, elements, purpose)) {
      const found = preferred(look(), purpose);
      if (found.length > 0) return { found, tier };
      tier += 1;
    }
  } catch (error) {
    if (error instanceof DOMException) return { found: [], error: { kind: "selector" } };
    throw error;
  } finally {
    readTexts = null;
  }
  return { found: [], error: { kind: "none", names: namesOnPage(elements, purpose, locator.by.role && locator.by.role.role) } };
};
const findLocator = (locator, purpose) => {
  const { found, tier, error } = search(locator, purpose);
  if (error) return { error };
  const chosen = locator.nth ? found.slice(locator.nth - 1, locator.nth) : found;
  if (chosen.length === 1) return { element: chosen[0], tier };
  if (chosen.length > 1) return { error: { kind: "several", matches: found.slice(0, 8).map(describe), count: found.length } };
  return { error: { kind: "too-few", count: found.length } };
};

const namesOnPage = (all, purpose, role) => {
  const inRole = role ? all.filter((element) => roleOf(element) === role) : [];
  const elements = inRole.some(isThere) ? inRole : all;
  const isWanted = inRole === elements ? () => true : fits[purpose] || canBeNamed;
  return unique(elements.filter((element) => isWanted(element) && isThere(element)).map((element) => nameOf(element).slice(0, 80)).filter(Boolean)).slice(0, 80);
};

// An element that bears the name exactly and that nobody sees; with what hides it.
const findHidden = (locator, purpose) => {
  isSeeingHidden = true;
  try {
    const { found, tier } = search(locator, purpose);
    if (!(found.length > 0 && (tier === 0 || (tier === 1 && !locator.by.role)))) return null;
    isSeeingHidden = false;
    const reasons = found.map(hiddenBy).filter(Boolean);
    return reasons.length > 0 ? { kind: "hidden", ...reasons[0] } : null;
  } finally {
    isSeeingHidden = false;
  }
};
const hiddenBy = (element) => {
  let outermost = null;
  for (let node = element; node && node !== document.documentElement; node = parentOf(node)) {
    const style = getComputedStyle(node);
    const cause =
      style.display === "none" ? "display: none" : style.visibility !== "visible" ? `visibility: ${style.visibility}` :
      style.opacity === "0" ? "opacity: 0" : style.contentVisibility === "hidden" ? "content-visibility: hidden" :
      node.tagName === "DETAILS" && !node.open && node !== element ? "being closed" : null;
    if (cause) outermost = { cause, own: node === element, by: { ...describe(node), area: null } };
  }
  const box = element.getBoundingClientRect();
  return outermost || (box.width * box.height === 0 ? { cause: "no size", own: true, by: { ...describe(element), area: null } } : null);
};

// Frames that show something, where their documents stand in this one, and what of a question is left for each of them.
const contentOrigin = (frame) => {
  const box = frame.getBoundingClientRect();
  const style = getComputedStyle(frame);
  return { x: box.x + frame.clientLeft + parseFloat(style.paddingLeft), y: box.y + frame.clientTop + parseFloat(style.paddingTop) };
};
const shownFrames = () => deepElements(document).filter((element) => {
  if (!/^I?FRAME$/.test(element.tagName) || !isVisible(element)) return false;
  const box = element.getBoundingClientRect();
  return box.width > 4 && box.height > 4 && !cutOffBy(element);
});
const insideFor = (outer, frame) => {
  if (!outer) return null;
  const found = findLocator(outer, "any");
  return found.element && containsDeep(found.element, frame) ? null : { ...outer, inside: insideFor(outer.inside, frame) };
};
const questionFor = (question, frame) => {
  const left = { ...question };
  if (left.inside) left.inside = insideFor(left.inside, frame);
  if (left.locator) left.locator = { ...left.locator, inside: insideFor(left.locator.inside, frame) };
  return left;
};
const framesFor = (question, most = 12) => shownFrames().slice(0, most).map((frame) => {
  const { x, y } = contentOrigin(frame);
  return { element: frame, origin: { x: origin.x + x, y: origin.y + y }, question: questionFor(question, frame) };
});

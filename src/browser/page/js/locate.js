// Finds elements the way a person names them. Prepended to the scripts that need it.
// Names follow https://www.w3.org/TR/accname-1.2/ as far as a person would notice.
const fold = (text) => (text || "").replace(/\s+/g, " ").trim();
const lower = (text) => fold(text).toLowerCase();

const deepElements = (root) => {
  const found = [];
  const visit = (node) => {
    for (const element of node.querySelectorAll("*")) {
      found.push(element);
      if (element.shadowRoot) visit(element.shadowRoot);
    }
  };
  visit(root);
  return found;
};

const parentOf = (element) =>
  element.assignedSlot || element.parentElement || (element.getRootNode() instanceof ShadowRoot ? element.getRootNode().host : null);

const containsDeep = (outer, inner) => {
  for (let node = inner; node; node = parentOf(node)) if (node === outer) return true;
  return false;
};

const isVisible = (element) => {
  if (!element.isConnected) return false;
  if (element.tagName === "OPTION") return isVisible(element.closest("select") || element.parentElement);
  if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true, contentVisibilityAuto: true })) return false;
  const box = element.getBoundingClientRect();
  if (box.width > 0 && box.height > 0) return true;
  return [...element.children].some(isVisible);
};

const inputRoles = {
  button: "button", submit: "button", reset: "button", image: "button", checkbox: "checkbox", radio: "radio",
  range: "slider", number: "spinbutton", search: "searchbox", email: "textbox", tel: "textbox", url: "textbox", text: "textbox",
};
const tagRoles = {
  A: "link", ARTICLE: "article", ASIDE: "complementary", BUTTON: "button", DETAILS: "group", DIALOG: "dialog", FIELDSET: "group", FIGURE: "figure",
  FOOTER: "contentinfo", FORM: "form", H1: "heading", H2: "heading", H3: "heading", H4: "heading", H5: "heading", H6: "heading",
  HEADER: "banner", HR: "separator", IMG: "img", LI: "listitem", MAIN: "main", METER: "meter", NAV: "navigation", OL: "list", OPTION: "option",
  OUTPUT: "status", PROGRESS: "progressbar", SECTION: "region", SUMMARY: "button", TABLE: "table", TD: "cell", TEXTAREA: "textbox", TH: "columnheader",
  TR: "row", UL: "list",
};
const roleOf = (element) => {
  const given = (element.getAttribute("role") || "").trim().split(/\s+/)[0].toLowerCase();
  if (given && given !== "none" && given !== "presentation") return given;
  if (element.tagName === "INPUT") return inputRoles[element.type] || "textbox";
  if (element.tagName === "SELECT") return element.multiple || element.size > 1 ? "listbox" : "combobox";
  if (element.tagName === "A" && !element.hasAttribute("href")) return "generic";
  if (element.isContentEditable && !(element.parentElement && element.parentElement.isContentEditable)) return "textbox";
  return tagRoles[element.tagName] || "generic";
};

const isField = (element) => {
  if (/^(TEXTAREA|SELECT)$/.test(element.tagName)) return true;
  if (element.tagName === "INPUT") return !/^(hidden|button|submit|reset|image)$/.test(element.type);
  const role = roleOf(element);
  return ["textbox", "combobox", "listbox", "searchbox", "spinbutton", "slider", "checkbox", "radio", "switch"].includes(role);
};
const isChoice = (element) =>
  element.tagName === "SELECT" || element.tagName === "FIELDSET" || ["radiogroup", "listbox", "combobox", "group"].includes(roleOf(element));
const actionRoles = ["button", "link", "checkbox", "radio", "switch", "tab", "option", "menuitem", "menuitemcheckbox", "menuitemradio", "treeitem", "combobox"];
const isActionable = (element) =>
  isField(element) || actionRoles.includes(roleOf(element)) || element.tagName === "LABEL" || element.hasAttribute("onclick");

const contentRoles = new Set([
  "button", "cell", "checkbox", "columnheader", "heading", "link", "menuitem", "menuitemcheckbox", "menuitemradio", "option", "radio", "row",
  "rowheader", "switch", "tab", "tooltip", "treeitem",
]);
const textFor = (element, seen) => {
  let text = "";
  for (const node of element.shadowRoot ? element.shadowRoot.childNodes : element.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) text += node.data;
    else if (node.nodeType === Node.ELEMENT_NODE) {
      if (/^(SCRIPT|STYLE|TEMPLATE|NOSCRIPT)$/.test(node.tagName) || node.getAttribute("aria-hidden") === "true") continue;
      if (!node.checkVisibility({ visibilityProperty: true })) continue;
      const inline = getComputedStyle(node).display.startsWith("inline");
      text += (inline ? "" : " ") + nameOf(node, seen, true) + (inline ? "" : " ");
    }
  }
  return text;
};
const labelText = (label, field, seen) => {
  // A label that wraps its field is named by what stands beside the field.
  let text = "";
  for (const node of label.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) text += node.data;
    else if (node.nodeType === Node.ELEMENT_NODE && node !== field && !/^(SELECT|TEXTAREA|INPUT|SCRIPT|STYLE)$/.test(node.tagName)) {
      text += " " + labelText(node, field, seen) + " ";
    }
  }
  return text;
};
const nameOf = (element, seen = new Set(), inside = false) => {
  if (seen.has(element)) return "";
  seen.add(element);
  const root = element.getRootNode();
  const ids = (element.getAttribute("aria-labelledby") || "").split(/\s+/).filter(Boolean);
  if (ids.length > 0 && !inside) {
    const text = ids.map((id) => root.getElementById && root.getElementById(id)).filter(Boolean)
      .map((labelling) => nameOf(labelling, seen, true) || textFor(labelling, seen)).join(" ");
    if (fold(text)) return fold(text);
  }
  const label = fold(element.getAttribute("aria-label"));
  if (label) return label;
  if (element.labels && element.labels.length > 0) {
    const text = fold([...element.labels].map((item) => labelText(item, element, seen)).join(" "));
    if (text) return text;
  }
  if (element.tagName === "IMG" || element.tagName === "AREA" || (element.tagName === "INPUT" && element.type === "image")) {
    const alt = fold(element.getAttribute("alt"));
    if (alt) return alt;
  }
  if (element.tagName === "INPUT" && /^(button|submit|reset)$/.test(element.type)) {
    return fold(element.value) || { submit: "Submit", reset: "Reset" }[element.type] || "";
  }
  if (element.tagName === "svg") {
    const title = element.querySelector(":scope > title");
    if (title) return fold(title.textContent);
  }
  for (const [tag, child] of [["FIELDSET", "legend"], ["TABLE", "caption"], ["FIGURE", "figcaption"]]) {
    const part = element.tagName === tag && element.querySelector(`:scope > ${child}`);
    if (part) return fold(textFor(part, seen));
  }
  if ((inside || contentRoles.has(roleOf(element))) && !isTextField(element)) {
    const text = fold(textFor(element, seen));
    if (text) return text;
  }
  return fold(element.getAttribute("title")) || fold(element.getAttribute("placeholder")) || fold(element.getAttribute("aria-placeholder"));
};
const isTextField = (element) =>
  element.tagName === "TEXTAREA" || element.tagName === "SELECT" || element.isContentEditable ||
  (element.tagName === "INPUT" && !/^(button|submit|reset|image|checkbox|radio)$/.test(element.type));

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

const describe = (element) => {
  const box = element.getBoundingClientRect();
  return {
    tag: element.tagName.toLowerCase(), role: roleOf(element),
    name: nameOf(element).slice(0, 120) || fold(element.innerText || element.textContent).slice(0, 60),
    area: { x: box.x, y: box.y, width: box.width, height: box.height }, is_current: isCurrent(element),
  };
};

// Innermost elements whose visible text fits; an element counts once, through its innermost part.
const byText = (elements, fits) => {
  const fitting = elements.filter((element) =>
    !/^(SCRIPT|STYLE|TEMPLATE|NOSCRIPT|HEAD|TITLE|HTML|BODY)$/.test(element.tagName) && fits(lower(element.textContent)) && isVisible(element) &&
    fits(lower(element.innerText ?? element.textContent)));
  const kept = new Set(fitting);
  for (const element of fitting) for (let node = parentOf(element); node; node = parentOf(node)) kept.delete(node);
  return fitting.filter((element) => kept.has(element));
};

// Text stands for the control that it belongs to.
const toControl = (element, purpose) => {
  if (purpose === "any") return element;
  for (let node = element; node; node = parentOf(node)) {
    if (node.tagName === "LABEL" && node.control && purpose === "field") return node.control;
    if (isActionable(node)) return node;
  }
  return element;
};
const unique = (elements) => [...new Set(elements)];
const preferred = (elements, purpose) => {
  if (elements.length < 2 || purpose === "any") return elements;
  const better = elements.filter({ field: isField, choice: isChoice, tap: isActionable }[purpose]);
  const chosen = better.length > 0 ? better : elements;
  // A label and its own field are one thing to a person.
  return chosen.filter((element) => !(element.tagName === "LABEL" && element.control && chosen.includes(element.control)));
};

const findByName = (elements, wanted, purpose) => {
  const needle = lower(wanted);
  const named = elements
    .filter((element) => isActionable(element) || isChoice(element) || contentRoles.has(roleOf(element)) || element.hasAttribute("aria-label") ||
      element.hasAttribute("aria-labelledby") || element.hasAttribute("title") || element.tagName === "IMG" || element.tagName === "svg")
    .filter(isVisible).map((element) => [element, lower(nameOf(element))]);
  const pool = purpose === "field" ? named.filter(([element]) => isField(element) || element.isContentEditable) : named;
  const controls = (found) => unique(found.map((element) => toControl(element, purpose)));
  const tiers = [
    () => pool.filter(([, name]) => name === needle).map(([element]) => element),
    () => controls(byText(elements, (text) => text === needle)),
    () => pool.filter(([, name]) => name.includes(needle)).map(([element]) => element),
    () => controls(byText(elements, (text) => text.includes(needle))),
  ];
  for (const tier of tiers) {
    const found = preferred(unique(tier()), purpose).filter((element) => purpose !== "field" || isField(element));
    if (found.length > 0) return found;
  }
  return [];
};

const findLocator = (locator, purpose) => {
  let elements = deepElements(document);
  if (locator.inside) {
    const outer = findLocator(locator.inside, "any");
    if (outer.error) return { error: { ...outer.error, inside: true } };
    elements = elements.filter((element) => element !== outer.element && containsDeep(outer.element, element));
  }
  const { by } = locator;
  let found = [];
  if (by.name !== undefined) found = findByName(elements, by.name, purpose);
  else if (by.label !== undefined) found = findByName(elements.filter((element) => isField(element)), by.label, "field");
  else if (by.test_id !== undefined) found = elements.filter((element) => element.getAttribute("data-testid") === by.test_id && isVisible(element));
  else if (by.css !== undefined) {
    try {
      found = elements.filter((element) => element.matches(by.css) && isVisible(element));
    } catch {
      return { error: { kind: "selector" } };
    }
  } else if (by.role) {
    const wanted = lower(by.role.name);
    const inRole = elements.filter((element) => roleOf(element) === by.role.role.toLowerCase() && isVisible(element));
    found = !by.role.name ? inRole : inRole.filter((element) => lower(nameOf(element)) === wanted);
    if (found.length === 0 && by.role.name) found = inRole.filter((element) => lower(nameOf(element)).includes(wanted));
  }
  if (locator.nth) found = found.slice(locator.nth - 1, locator.nth);
  if (found.length === 1) return { element: found[0] };
  if (found.length > 1) return { error: { kind: "several", matches: found.slice(0, 8).map(describe), count: found.length } };
  return { error: { kind: "none", names: namesOnPage(elements, purpose) } };
};

const namesOnPage = (elements, purpose) =>
  unique(elements.filter((element) => (purpose === "field" ? isField(element) : isActionable(element)) && isVisible(element))
    .map((element) => nameOf(element).slice(0, 80)).filter(Boolean)).slice(0, 80);

// Roles and names of elements. Prepended to the scripts that look for elements.
// Specs: https://www.w3.org/TR/accname-1.2/ and https://www.w3.org/TR/html-aam-1.0/.

// Glyphs of icon fonts, soft hyphens and zero-width characters are no part of what a person would write.
const fold = (text) => (text || "").replace(/[\ue000-\uf8ff\u00ad\u200b\ufeff]/g, "").replace(/\s+/g, " ").trim();
const lower = (text) => fold(text).toLowerCase();

const parentOf = (element) =>
  element.assignedSlot || element.parentElement || (element.getRootNode() instanceof ShadowRoot ? element.getRootNode().host : null);

// What stands inside an element on screen: the shadow tree instead of the light one, what is slotted instead of the slot.
const shownNodes = (element) => {
  if (element.shadowRoot) return [...element.shadowRoot.childNodes];
  const assigned = element.tagName === "SLOT" ? element.assignedNodes({ flatten: true }) : [];
  return assigned.length > 0 ? assigned : [...element.childNodes];
};

// When on, what is hidden is looked at too, to say why nobody sees it.
let isSeeingHidden = false;
const SKIPPED = /^(SCRIPT|STYLE|TEMPLATE|NOSCRIPT|HEAD|TITLE|META|LINK)$/;

// An element with `display: contents` has no box of its own; it is there when its parent is.
const isRendered = (element) => {
  if (isSeeingHidden) return true;
  if (element.checkVisibility({ visibilityProperty: true })) return true;
  const style = getComputedStyle(element);
  const parent = parentOf(element);
  return style.display === "contents" && style.visibility === "visible" && (!parent || isRendered(parent));
};

const isVisible = (element) => {
  if (!element.isConnected || SKIPPED.test(element.tagName)) return false;
  if (isSeeingHidden) return true;
  if (/^(OPTION|OPTGROUP)$/.test(element.tagName)) {
    const select = element.closest("select");
    return Boolean(select) && isVisible(select);
  }
  if (element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) {
    const box = element.getBoundingClientRect();
    if (box.width > 0 && box.height > 0) return true;
  } else if (getComputedStyle(element).display !== "contents" || !isRendered(element)) return false;
  return shownNodes(element).some((node) =>
    node.nodeType === Node.ELEMENT_NODE ? isVisible(node) : node.nodeType === Node.TEXT_NODE && isTextOnScreen(node));
};
const isTextOnScreen = (node) => {
  if (!fold(node.data)) return false;
  const range = document.createRange();
  range.selectNodeContents(node);
  const box = range.getBoundingClientRect();
  return box.width > 0 && box.height > 0;
};

const ariaRoles = new Set((
  "alert alertdialog application article banner blockquote button caption cell checkbox code columnheader combobox complementary contentinfo " +
  "definition deletion dialog directory document emphasis feed figure form generic grid gridcell group heading image img insertion link list " +
  "listbox listitem log main mark marquee math menu menubar menuitem menuitemcheckbox menuitemradio meter navigation none note option paragraph " +
  "presentation progressbar radio radiogroup region row rowgroup rowheader scrollbar search searchbox separator slider spinbutton status strong " +
  "subscript superscript switch tab table tablist tabpanel term textbox time timer toolbar tooltip tree treegrid treeitem"
).split(" "));
const inputRoles = {
  button: "button", submit: "button", reset: "button", image: "button", file: "button", checkbox: "checkbox", radio: "radio", range: "slider",
  number: "spinbutton", search: "searchbox",
};
const SECTIONING = "article,aside,main,nav,section,[role=article],[role=complementary],[role=main],[role=navigation],[role=region]";
const isNamedByAttribute = (element) => ["aria-label", "aria-labelledby", "title"].some((name) => fold(element.getAttribute(name)));
const inSections = (role) => (element) => (element.closest(SECTIONING) ? "generic" : role);
const whenNamed = (role) => (element) => (isNamedByAttribute(element) ? role : "generic");
const whenLinked = (element) => (element.hasAttribute("href") ? "link" : "generic");
// The cells of a table that only lays things out are none.
const inTable = (role) => (element) => (/^(none|presentation)$/.test(tableRole(element)) ? "generic" : typeof role === "function" ? role(element) : role);
const tagRoles = {
  A: whenLinked, AREA: whenLinked, ARTICLE: "article", ASIDE: "complementary", BLOCKQUOTE: "blockquote", BUTTON: "button", CAPTION: "caption",
  CODE: "code", DATALIST: "listbox", DD: "definition", DEL: "deletion", DETAILS: "group", DFN: "term", DIALOG: "dialog", DT: "term", EM: "emphasis",
  FIELDSET: "group", FIGURE: "figure", FOOTER: inSections("contentinfo"), FORM: whenNamed("form"), H1: "heading", H2: "heading", H3: "heading",
  H4: "heading", H5: "heading", H6: "heading", HEADER: inSections("banner"), HR: "separator",
  IMG: (element) => (element.getAttribute("alt") === "" && !isNamedByAttribute(element) ? "generic" : "img"),
  INPUT: (element) => (element.hasAttribute("list") && !["number", "range"].includes(element.type) ? "combobox" : inputRoles[element.type] || "textbox"),
  INS: "insertion", LI: "listitem", MAIN: "main", MARK: "mark", MATH: "math", MENU: "list", METER: "meter", NAV: "navigation", OL: "list",
  OPTGROUP: "group", OPTION: "option", OUTPUT: "status", P: "paragraph", PROGRESS: "progressbar", SEARCH: "search", SECTION: whenNamed("region"),
  SELECT: (element) => (element.multiple || element.size > 1 ? "listbox" : "combobox"), STRONG: "strong", SUB: "subscript", SUMMARY: "button",
  SUP: "superscript", SVG: "img", TABLE: "table", TBODY: "rowgroup", TD: inTable((element) => (/grid/.test(tableRole(element)) ? "gridcell" : "cell")),
  TEXTAREA: "textbox", TFOOT: "rowgroup", TH: inTable((element) => (isRowHeader(element) ? "rowheader" : "columnheader")), THEAD: "rowgroup", TIME: "time",
  TR: inTable("row"), UL: "list",
};
const tableRole = (element) => (element.closest("table") || element).getAttribute("role") || "";
const isRowHeader = (element) => {
  const scope = (element.getAttribute("scope") || "").toLowerCase();
  return scope ? scope.startsWith("row") : Boolean(element.parentElement && element.parentElement.querySelector(":scope > td"));
};
const roleOf = (element) => {
  const given = (element.getAttribute("role") || "").toLowerCase().split(/\s+/).find((role) => ariaRoles.has(role));
  const isDecoration = given === "none" || given === "presentation";
  if (given && !isDecoration) return given === "image" ? "img" : given;
  // What can have the focus is never decoration only.
  if (isDecoration && element.tabIndex < 0) return "generic";
  if (element.isContentEditable && !(element.parentElement && element.parentElement.isContentEditable)) return "textbox";
  const implied = tagRoles[element.tagName.toUpperCase()];
  return typeof implied === "function" ? implied(element) : implied || "generic";
};

// Roles that take their name from what stands inside.
const contentRoles = new Set([
  "button", "cell", "checkbox", "columnheader", "gridcell", "heading", "link", "menuitem", "menuitemcheckbox", "menuitemradio", "option", "radio",
  "row", "rowheader", "switch", "tab", "tooltip", "treeitem",
]);

const generatedText = (element, which) => {
  const style = getComputedStyle(element, which);
  if (!/["']/.test(style.content) || style.display === "none" || style.visibility !== "visible") return "";
  const [, alternative] = style.content.match(/\/\s*"((?:[^"\\]|\\.)*)"\s*$/) || [];
  const text = alternative ?? [...style.content.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((found) => found[1]).join("");
  return style.display === "inline" ? text : ` ${text} `;
};
// What was read during one search, since rows are made of cells and cells of links.
let readTexts = null;
const contentText = (element, at) => {
  const isShared = readTexts && !at.isReferred && !at.isHiddenToo && !at.field && !isSeeingHidden;
  if (!isShared) return readContent(element, at);
  if (!readTexts.has(element)) readTexts.set(element, readContent(element, at));
  return readTexts.get(element);
};
const readContent = (element, at) => {
  let text = generatedText(element, "::before");
  for (const node of shownNodes(element)) {
    if (node.nodeType === Node.TEXT_NODE) text += node.data;
    else if (node.nodeType === Node.ELEMENT_NODE && !SKIPPED.test(node.tagName)) {
      const part = node.tagName === "BR" ? " " : nameOf(node, { ...at, part: "content" });
      text += getComputedStyle(node).display === "inline" ? part : ` ${part} `;
    }
  }
  return text + generatedText(element, "::after");
};

// What a field inside a label adds to the label's text: what it holds.
const heldText = (element) => {
  const role = roleOf(element);
  if (element.type === "password") return "";
  if (element.tagName === "SELECT") return [...element.selectedOptions].map((option) => option.label || option.text).join(" ");
  if (["textbox", "searchbox"].includes(role)) return element.value ?? element.textContent;
  if (["slider", "spinbutton", "scrollbar"].includes(role)) {
    return element.getAttribute("aria-valuetext") || element.getAttribute("aria-valuenow") || element.value || "";
  }
  if (["combobox", "listbox"].includes(role)) {
    const chosen = [...element.querySelectorAll("[aria-selected=true]")];
    return chosen.length > 0 ? chosen.map((option) => nameOf(option)).join(" ") : element.value ?? null;
  }
  return null;
};

const labellingElements = (element) => {
  if (!element.hasAttribute("aria-labelledby") && !(element.ariaLabelledByElements || []).length) return [];
  const root = element.getRootNode();
  const ids = element.getAttribute("aria-labelledby").split(/\s+/).filter(Boolean);
  const named = ids.map((id) => (root.getElementById ? root.getElementById(id) : null)).filter(Boolean);
  return named.length > 0 ? named : [...(element.ariaLabelledByElements || [])];
};

// The name that the element's kind gives it by markup of its own.
const markupName = (element, at) => {
  const labels = [...(element.labels || [])].map((label) => nameOf(label, { ...at, part: "label", field: element }));
  if (fold(labels.join(" "))) return fold(labels.join(" "));
  if (element.tagName === "INPUT" && /^(button|submit|reset)$/.test(element.type)) {
    return fold(element.value) || { submit: "Submit", reset: "Reset" }[element.type] || "";
  }
  if (/^(IMG|AREA)$/.test(element.tagName) || element.type === "image") return fold(element.getAttribute("alt"));
  if (element.tagName === "svg") return fold((element.querySelector(":scope > title") || {}).textContent);
  const captions = { FIELDSET: "legend", TABLE: "caption", FIGURE: "figcaption" };
  const caption = captions[element.tagName] && element.querySelector(`:scope > ${captions[element.tagName]}`);
  if (caption) return fold(nameOf(caption, { ...at, part: "label" }));
  return element.tagName === "OPTGROUP" || element.tagName === "OPTION" ? fold(element.label) : "";
};

// `part` says as what the element's text is asked for when it isn't for its own name (a reference, a label, content),
// `root` for the name of which element.
const nameOf = (element, at = {}) => {
  const seen = at.seen || new Set();
  if (seen.has(element)) return "";
  const isLeftOut = element.getAttribute("aria-hidden") === "true" || !isRendered(element);
  if (at.part && !at.isHiddenToo && isLeftOut) return "";
  if (!at.isReferred) {
    const text = labellingElements(element)
      .map((other) => {
        const isHiddenToo = !isRendered(other) || other.getAttribute("aria-hidden") === "true";
        return nameOf(other, { ...at, seen, root: at.root || element, part: "reference", isReferred: true, isHiddenToo });
      });
    if (fold(text.join(" "))) return fold(text.join(" "));
  }
  seen.add(element);
  if (element === at.field) return "";
  const label = fold(element.getAttribute("aria-label"));
  const held = at.part && element !== at.root ? heldText(element) : null;
  if (held !== null) return fold(held) || label;
  if (label) return label;
  const next = { ...at, seen, root: at.root || element };
  const byMarkup = markupName(element, next);
  if (byMarkup) return byMarkup;
  if (element.tagName !== "INPUT" && (at.part || contentRoles.has(roleOf(element)))) {
    const text = contentText(element, next);
    // White space at an end of a part may be what parts it from its neighbour.
    if (fold(text)) return at.part === "content" ? text : fold(text);
  }
  return ["title", "placeholder", "aria-placeholder"].map((name) => fold(element.getAttribute(name))).find(Boolean) || "";
};

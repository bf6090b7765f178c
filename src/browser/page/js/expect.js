// Waits until what is expected holds; answers that, or what was there instead.
const [check, place, limit, done] = arguments;
const state = window[Symbol.for("shippass")];
const started = performance.now();
origin = place.origin;

const visibleText = (element) => (element && (element.innerText ?? element.textContent)) || "";
const fieldTexts = (root) => [...(root || document).querySelectorAll("input[type=submit],input[type=button],input[type=reset]")]
  .filter(isVisible).map((element) => element.value).join(" ");
// Where text may stand: the page's own tree, and what each shadow root shows in its host's place.
const placesOfText = (root) => {
  const hosts = [...(root ? [root] : []), ...deepElements(root || document)].filter((element) => element.shadowRoot && isRendered(element));
  return [[root || document.body].filter(Boolean), ...hosts.map((host) => [...host.shadowRoot.children].filter(isRendered))];
};
const timesIn = (elements, needle) => lower(elements.map(visibleText).join(" ")).split(needle).length - 1;
// A browser takes see-through text for a part of an element's text.
const isSeeThrough = (element) => element.checkVisibility() && !element.checkVisibility({ opacityProperty: true });
const unseenIn = (elements, needle) => {
  const squeezed = squeeze(needle);
  const found = [];
  const visit = (element) => {
    if (SKIPPED.test(element.tagName) || !squeeze(element.textContent).includes(squeezed)) return;
    if (getComputedStyle(element).display === "none") return;
    if (isSeeThrough(element)) found.push(element);
    else [...element.children].forEach(visit);
  };
  elements.forEach(visit);
  return found;
};
// What waits off the screen or is cut off is seen by nobody; what can be scrolled to once a dialog is gone counts as seen.
const cutOffFromSight = (element) => {
  const cut = cutOffBy(element);
  let isFixed = false;
  for (let node = element; node; node = parentOf(node)) isFixed ||= getComputedStyle(node).position === "fixed";
  return cut === document.documentElement && !isFixed && element.getBoundingClientRect().top >= innerHeight ? null : cut;
};
const offScreen = (cut) => ({ missing: { kind: "off-screen", by: cut === document.documentElement ? null : { ...describe(cut), area: null } } });
// Shrunk to a pixel for those who listen to a page, or closed: what stands in it is cut off.
const isShrunk = (element) => {
  const { display, overflowX, overflowY } = getComputedStyle(element);
  const { width, height } = element.getBoundingClientRect();
  return display !== "inline" && ((width <= 1 && /hidden|clip/.test(overflowX)) || (height <= 1 && /hidden|clip/.test(overflowY)));
};
const textOffScreen = (needle, root) => {
  const holders = byText(root ? [root, ...deepElements(root)] : deepElements(document), needle, (text) => text.includes(needle));
  const isForReaders = holders.length > 0 && holders.every(isShrunk);
  if (isForReaders) return { missing: { kind: "hidden", cause: "having no size", own: true, by: { ...describe(holders[0]), area: null } } };
  const cuts = holders.filter((holder) => !isShrunk(holder)).map(cutOffFromSight);
  return cuts.length > 0 && cuts.every(Boolean) ? offScreen(cuts[0]) : null;
};
// Whether a text stands there, and what keeps it from being seen.
const sightOf = (wanted, root) => {
  const needle = lower(wanted);
  if (lower(fieldTexts(root)).includes(needle)) return { isThere: true, unseen: null };
  let hidden = null;
  for (const place of placesOfText(root)) {
    const count = timesIn(place, needle);
    const unseen = count > 0 ? unseenIn(place, needle) : [];
    if (count > unseen.reduce((sum, element) => sum + timesIn([element], needle), 0)) return { isThere: true, unseen: textOffScreen(needle, root) };
    hidden ??= unseen.map(hiddenBy).find(Boolean);
  }
  return { isThere: Boolean(hidden), unseen: hidden ? { missing: { kind: "hidden", ...hidden } } : null };
};
const seenElements = ({ nth, ...locator }) => {
  const { found, error } = search(locator, "any");
  const shown = found.filter((element) => !cutOffFromSight(standIn(element) || element));
  return { found, error, shown: nth ? shown.slice(nth - 1, nth) : shown };
};
const looksLikePath = (pattern) => pattern.startsWith("/") || pattern.startsWith("*");
const globToRegExp = (pattern) =>
  new RegExp("^" + pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*\*/g, "\u0000").replace(/\*/g, "[^/]*").replace(/\u0000/g, ".*") + "$");
const matchesUrl = (pattern) => {
  const candidates = looksLikePath(pattern)
    ? [location.pathname, location.pathname + location.search, location.pathname + location.search + location.hash]
    : [location.href, location.origin + location.pathname];
  return candidates.some((url) => globToRegExp(pattern).test(url));
};
const isTitle = (pattern) =>
  new RegExp("^" + fold(pattern).replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*+/g, ".*") + "$", "s").test(fold(document.title));
const valueOf = (element) => {
  if (element.tagName === "SELECT") return [...element.selectedOptions].map((option) => fold(option.label || option.text)).join(", ");
  if (element.isContentEditable) return element.innerText;
  if (/^(checkbox|radio)$/.test(element.type)) return element.checked ? "on" : "off";
  return element.value ?? element.getAttribute("aria-valuetext") ?? visibleText(element);
};

let counted = null;
// Each answers null when it holds, else what was seen.
const kinds = {
  see: ({ text, inside }) => {
    const root = inside ? findLocator(inside, "any") : {};
    if (root.error) return { missing: root.error };
    const { isThere, unseen } = sightOf(text, root.element);
    if (isThere) return unseen;
    return { text: fold(visibleText(root.element || document.body)).slice(0, 1500) };
  },
  not_see: ({ text, inside }) => {
    const root = inside ? findLocator(inside, "any") : {};
    if (root.error) return root.error.kind === "none" ? null : { missing: root.error };
    const { isThere, unseen } = sightOf(text, root.element);
    return isThere && !unseen ? { there: true } : null;
  },
  see_element: ({ locator }) => {
    const { found, error, shown } = seenElements(locator);
    if (error) return { missing: error };
    if (shown.length > 0) return null;
    const cut = found.map((element) => cutOffFromSight(standIn(element) || element)).find(Boolean);
    return cut ? offScreen(cut) : { missing: { kind: "too-few", count: found.length } };
  },
  not_see_element: ({ locator }) => {
    const { error, shown } = seenElements(locator);
    if (error) return error.kind === "none" ? null : { missing: error };
    return shown.length > 0 ? { there: true } : null;
  },
  url: ({ pattern }) => (matchesUrl(pattern) ? null : { url: location.href }),
  title: ({ pattern }) => (isTitle(pattern) ? null : { title: fold(document.title) }),
  value: ({ locator, text }) => {
    const found = findLocator(locator, "field");
    if (found.error) return { missing: found.error };
    const value = valueOf(found.element);
    return value === text || fold(value) === fold(text) ? null : { value, is_private: found.element.type === "password" };
  },
  enabled: ({ locator, wanted }) => {
    const found = findLocator(locator, "tap");
    if (found.error) return { missing: found.error };
    return isDisabled(found.element) !== wanted ? null : { is_enabled: !wanted };
  },
  count: ({ locator, wanted }) => {
    const { found, error } = search(locator, "any");
    if (error && error.kind === "selector") return { missing: error };
    counted = found.length;
    return counted === wanted ? null : { count: counted };
  },
};
// Of a page with frames, each is asked by itself; what is about the page as a whole concerns the top document only.
const frames = () => (place.is_alone || ["url", "title"].includes(check.kind) ? [] : framesFor(check));

// A negative must hold while the page is at rest, else it holds before anything was shown.
const isNegative = check.kind.startsWith("not_");
// What is seen here is seen, whatever the frames show.
const isDecided = ["see", "see_element"].includes(check.kind);
const isBusy = () => document.readyState === "loading" || (state && state.open.size > 0);
let last = null;
let seenChanges = -1;
let skipped = 0;
const attempt = () => {
  // Reading a page's text makes it lay itself out: only after a change, or now and then for what no
  // observer sees, such as a value typed or a style sheet applied.
  const changes = state ? state.changes : 0;
  if (changes === seenChanges && skipped < 6 && performance.now() - started < limit) {
    skipped += 1;
    return nextFrame(attempt);
  }
  seenChanges = changes;
  skipped = 0;
  try {
    last = kinds[check.kind](check);
  } catch (error) {
    last = { page: String(error) };
  }
  const isOver = performance.now() - started >= limit;
  const holds = last === null && (isOver || !(isNegative && isBusy()));
  if (holds && isDecided) return done({ holds, seen: null, count: null, frames: [] });
  const others = frames();
  if (holds || isOver || others.length > 0) return done({ holds, seen: last, count: counted, frames: others });
  nextFrame(attempt);
};
attempt();

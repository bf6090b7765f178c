// Lists that load while they are scrolled: what isn't there yet is scrolled for. Prepended after locate.js.

const isScroller = (element) => {
  if (element.scrollHeight - element.clientHeight < 8) return false;
  const { overflowY } = getComputedStyle(element);
  return element === document.scrollingElement ? overflowY !== "hidden" : /auto|scroll/.test(overflowY) && isVisible(element) && !cutOffBy(element);
};
// The one that the element should be in, else those that fill a good part of the screen, the largest first.
const scrollersFor = (locator) => {
  const outer = locator.inside && findLocator(locator.inside, "any").element;
  const area = (element) => (element === document.scrollingElement ? innerWidth * innerHeight : element.clientWidth * element.clientHeight);
  const isWanted = (element) => !outer || containsDeep(outer, element) || containsDeep(element, outer);
  return [document.scrollingElement, ...deepElements(document)].filter(Boolean).filter(isScroller).filter(isWanted)
    .filter((element) => outer || area(element) > (innerWidth * innerHeight) / 6)
    .filter((element, index, all) => all.indexOf(element) === index).sort((one, other) => area(other) - area(one));
};

// Goes down each scroller from its top, one screen at a time, each time the page has come to rest.
const hunter = (locator, state) => {
  const PATIENCE = 600;
  const began = performance.now();
  let queue = null, current = null, movedAt = 0, endedAt = 0;
  const starts = new Map();
  const isAtRest = () => {
    const now = performance.now();
    if (document.readyState !== "complete" || now - movedAt < 80) return false;
    const isQuiet = !state || (state.open.size === 0 && now - state.changedAt > 60);
    return isQuiet || now - movedAt > 1500;
  };
  const move = (top) => {
    current.scrollTo({ top, behavior: "instant" });
    movedAt = performance.now();
    endedAt = 0;
  };
  const next = () => {
    current = queue.shift() || null;
    endedAt = 0;
    if (!current) return;
    starts.set(current, current.scrollTop);
    if (current.scrollTop > 2) move(0);
  };
  const step = () => {
    const end = current.scrollHeight - current.clientHeight;
    if (current.scrollTop < end - 2) return move(current.scrollTop + current.clientHeight * 0.8);
    // More may come for whoever waits at the end.
    endedAt = endedAt || performance.now();
    return performance.now() - endedAt < 500 ? undefined : next();
  };
  return {
    /** Called once a frame while nothing was found. */
    look() {
      if (performance.now() - began < PATIENCE || !isAtRest()) return;
      if (current) return step();
      queue = queue || scrollersFor(locator);
      next();
    },
    /** Puts everything back to where it stood. */
    restore() {
      for (const [element, top] of starts) element.scrollTo({ top, behavior: "instant" });
    },
  };
};

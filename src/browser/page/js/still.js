// Holds the page still for its picture, or lets it go again: animations stand at their end, endless ones at their beginning, no caret blinks, fields
// that nobody should read are blank. Tells where what a checklist masks stands. A sheet of its own passes every content policy.
const [{ is_held: isHeld, locators }, place, , done] = arguments;
origin = place.origin;
const slot = Symbol.for("shippass-still");

const STILL = ":focus-within{caret-color:transparent!important}" +
  `:is(${PRIVATE}){color:transparent!important;-webkit-text-fill-color:transparent!important;text-shadow:none!important;` +
  "caret-color:transparent!important;transition:none!important;background:repeating-linear-gradient(45deg,#8888 0 4px,#8884 4px 8px)!important}" +
  "[data-private] *,:host([data-private]) *{visibility:hidden!important;transition:none!important}";

const stop = (animation) => {
  const time = animation.currentTime;
  const end = Number(animation.effect.getComputedTiming().endTime);
  animation.pause();
  animation.currentTime = Number.isFinite(end) ? end : 0;
  return { animation, time };
};
const hold = () => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STILL);
  const roots = rootsOf(document);
  for (const root of roots) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  const isRunning = (animation) => animation.playState === "running" && animation.effect && animation.timeline === document.timeline;
  window[slot] = { sheet, roots, stopped: document.getAnimations().filter(isRunning).map(stop) };
};
const letGo = () => {
  const { sheet, roots, stopped } = window[slot] ?? { roots: [], stopped: [] };
  delete window[slot];
  for (const root of roots) root.adoptedStyleSheets = [...root.adoptedStyleSheets].filter((other) => other !== sheet);
  // What the page itself has taken up or ended since is its own again.
  for (const { animation, time } of stopped.filter(({ animation }) => animation.playState === "paused")) {
    animation.currentTime = time;
    animation.play();
  }
};

const masked = () => {
  const areas = [], wrong = [];
  locators.forEach((locator, index) => {
    const { found, error } = search(locator, "any");
    if (error && error.kind === "selector") wrong.push(index);
    const chosen = locator.nth ? found.slice(locator.nth - 1, locator.nth) : found;
    areas.push(...chosen.map((element) => describe(element).area));
  });
  // A mask is of the page itself, what nobody should read may stand anywhere. One frame more than are asked tells that there are more.
  return { areas, wrong, frames: framesFor({ is_held: isHeld, locators: [] }, 24) };
};

// What a finger has just left looks pressed for some 150 ms more.
const MOST_PRESSED = 300;
const started = performance.now();
const whenNothingIsPressed = (then) => {
  const isPressed = document.querySelector(":active") && performance.now() - started < MOST_PRESSED;
  if (isPressed) nextFrame(() => whenNothingIsPressed(then));
  else then();
};

letGo();
if (isHeld) whenNothingIsPressed(() => {
  hold();
  // The first frame brings the change to those who draw, the second one shows it.
  nextFrame(() => nextFrame(() => done(masked())));
});
else done(masked());

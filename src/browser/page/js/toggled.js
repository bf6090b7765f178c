// Waits until a box that was touched is checked, or unchecked; answers how it is in the end.
const [{ locator, wanted }, place, limit, done] = arguments;
const started = performance.now();
const attempt = () => {
  const { element } = findLocator(locator, "toggle");
  // A page may take away what was checked off.
  const is = element ? isChecked(element) : wanted;
  if (is === wanted || performance.now() - started >= limit) return done(is);
  nextFrame(attempt);
};
nextFrame(attempt);

// Waits until an element is there; answers whether a touch of it would send a form.
const [locator, limit, done] = arguments;
const started = performance.now();

const sends = (element) => {
  const label = element.closest("label");
  const button = (label && label.control ? label.control : element).closest("button, input");
  return Boolean(button && button.form) && ["submit", "image"].includes(button.type);
};

const attempt = () => {
  const found = findLocator(locator, "tap");
  if (!found.error) return done(sends(found.element));
  // What isn't there can't be touched; the touch itself says why.
  if (performance.now() - started >= limit || found.error.kind === "selector") return done(false);
  requestAnimationFrame(attempt);
};
attempt();

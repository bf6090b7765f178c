// Finds the file field that bears a name, that a label stands for or that something holds; else what is to be touched so that it opens one.
const [locator, limit, done] = arguments;
const started = performance.now();

const isFileField = (element) => element.tagName === "INPUT" && element.type === "file";
const fieldOf = (element) => {
  if (isFileField(element)) return element;
  const label = element.closest("label");
  if (label && label.control && isFileField(label.control)) return label.control;
  const inside = [...element.querySelectorAll("input[type=file]")];
  return inside.length === 1 ? inside[0] : null;
};
// One that can't be seen at all is named by what stands in its markup.
const hiddenField = () => {
  const { by } = locator;
  const wanted = lower(by.name ?? by.label);
  const fits = (field) =>
    by.css !== undefined ? field.matches(by.css) : by.test_id !== undefined ? field.getAttribute("data-testid") === by.test_id : wanted && lower(nameOf(field)) === wanted;
  const found = locator.inside || locator.nth || by.role ? [] : deepElements(document).filter((element) => isFileField(element) && fits(element));
  return found.length === 1 ? found[0] : null;
};
const takes = (field) => ({ accept: field.accept, multiple: field.multiple, is_disabled: field.matches(":disabled") });
const words = ({ role, tag, name }) => `${role && role !== "generic" ? role : `<${tag}>`}${name ? ` “${name}”` : ""}`;

const look = () => {
  const named = findLocator(locator, "field");
  if (named.element && isFileField(named.element)) return { element: named.element, takes: takes(named.element) };
  const found = findLocator(locator, "tap");
  const field = found.element ? fieldOf(found.element) : hiddenField();
  if (field) return { element: field, takes: takes(field) };
  return found.error ? found : { opener: words(describe(found.element)) };
};
const attempt = () => {
  let result;
  try {
    result = look();
  } catch (error) {
    result = { error: { kind: "page", message: String(error) } };
  }
  const isToWait = result.error ? result.error.kind !== "selector" : result.takes && result.takes.is_disabled;
  if (!isToWait || performance.now() - started >= limit) return done(result);
  nextFrame(attempt);
};
attempt();

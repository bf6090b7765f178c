// Elements, components with hooks, and the boundary that catches what a component throws.

const append = (parent, child) => {
  if (Array.isArray(child)) child.forEach((item) => append(parent, item));
  else if (child !== null && child !== undefined && typeof child !== "boolean") parent.append(child);
};

/** Makes an element: `h("a.row", { href: "/" }, "Home")`. */
export const h = (selector, properties = {}, ...children) => {
  const [tag, ...classes] = selector.split(".");
  const element = document.createElement(tag);
  if (classes.length > 0) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else if (value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  append(element, children);
  return element;
};

// The component that is being rendered; hooks belong to it.
let current = null;

/** Takes the next hook of the component; every render must call the same ones in the same order. */
const takeHook = (make) => {
  const component = current;
  const index = component.next;
  component.next += 1;
  if (component.isRendered && index >= component.hooks.length) {
    throw new Error("Rendered more hooks than during the previous render.");
  }
  if (index >= component.hooks.length) component.hooks.push(make(component));
  return component.hooks[index];
};

/** A value that the component keeps, and how to change it. */
export const useState = (first) => {
  const hook = takeHook((component) => ({
    value: first,
    set(value) {
      hook.value = value;
      render(component);
    },
  }));
  return [hook.value, hook.set];
};

/** Makes something in the first render and keeps it: a form and what was typed into it. */
export const useOnce = (make) => takeHook(() => ({ made: make() })).made;

/** Does something after the first render. */
export const useMount = (effect) => takeHook((component) => component.effects.push(effect));

const crash = (component, error) => {
  component.isGone = true;
  component.container.replaceChildren(
    h("main.crash", {},
      h("div.crash-mark", { "aria-hidden": "true" }, "!"),
      h("h1", {}, "Something went wrong"),
      h("p.quiet", {}, "This page has stopped working. Reload it to go on."),
      h("button.primary", { type: "button", onclick: () => location.reload() }, "Reload")));
  // Caught for the person in front of the screen, reported for everybody else.
  reportError(error);
};

const render = (component) => {
  if (component.isGone) return;
  const outer = current;
  const focused = document.activeElement;
  current = component;
  component.next = 0;
  try {
    const node = component.draw(component.properties);
    if (component.isRendered && component.next < component.hooks.length) {
      throw new Error("Rendered fewer hooks than expected.");
    }
    component.isRendered = true;
    component.container.replaceChildren(node);
    if (focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
  } catch (error) {
    crash(component, error);
  } finally {
    current = outer;
  }
  component.effects.splice(0).forEach((effect) => effect());
};

/** Shows a component in a container; answers how to take it away. */
export const mount = (container, draw, properties = {}) => {
  const component = { container, draw, properties, hooks: [], effects: [], next: 0, isRendered: false, isGone: false };
  render(component);
  return () => {
    component.isGone = true;
  };
};

/** A component inside another one's page, with hooks of its own. */
export const nest = (draw, properties) => {
  const container = h("div.nest");
  mount(container, draw, properties);
  return container;
};

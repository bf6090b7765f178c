// Pages by address, without loading the document again.

import { mount } from "./core.js";

let routes = [];
let leave = () => {};

const show = () => {
  leave();
  const path = location.pathname;
  for (const { pattern, page, title } of routes) {
    const match = pattern.exec(path);
    if (match === null) continue;
    document.title = `${title} · Fieldquote`;
    leave = mount(document.getElementById("app"), page, match.groups ?? {});
    return;
  }
};

/** Goes to another page of the app. */
export const navigate = (path, { replace = false } = {}) => {
  history[replace ? "replaceState" : "pushState"](null, "", path);
  scrollTo(0, 0);
  show();
};

const follow = (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
  if (link === null || event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey) return;
  if (link.origin !== location.origin || link.target !== "") return;
  event.preventDefault();
  navigate(link.pathname + link.search);
};

/** Shows the page of the address that the browser is at, and follows links from there. */
export const start = (table) => {
  routes = table;
  addEventListener("click", follow);
  addEventListener("popstate", show);
  show();
};

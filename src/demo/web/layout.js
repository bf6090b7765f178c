// What screens have in common: header, tab bar, pills, the look of waiting.

import { h } from "./core.js";
import { icon } from "./icons.js";
import { formatCents } from "./money.js";

const TABS = [["/", "home", "Home"], ["/quotes", "quotes", "Quotes"], ["/automations", "bolt", "Automate"], ["/team", "team", "Team"]];

const tabBar = (here) =>
  h("nav.tabs", { "aria-label": "Main" }, TABS.map(([path, shape, label]) =>
    h("a.tab", { href: path, "aria-current": path === here && "page" }, icon(shape), h("span", {}, label))));

/** A screen with a title; top-level ones have the tab bar, the others a way back. */
export const screen = ({ title, tab, back, action }, ...children) =>
  h("div.screen", {},
    h("header.bar", {},
      back && h("a.bar-back", { href: back.href, "aria-label": back.label }, icon("back")),
      h("h1", {}, title),
      action),
    h("main.body", {}, children),
    tab && tabBar(tab));

/** What stands on a page until its data is there. */
export const loading = (title, options = {}) =>
  screen({ title, ...options }, h("div.skeleton", { role: "progressbar", "aria-label": "Loading" }), h("div.skeleton.tall"));

/** What stands on a page whose data could not be had. */
export const failed = (title, error, options = {}) =>
  screen({ title, ...options },
    h("section.card.centred", { role: "alert" },
      h("h2", {}, error.status === 404 ? "Not found" : "Could not load this page"),
      h("p.quiet", {}, error.status === 404 ? "It may have been moved, or the link is old." : "Check your connection and try again.")));

const STATUS = { draft: "Draft", waiting: "Waiting", signed: "Signed", declined: "Declined" };

/** A quote's status. */
export const pill = (status) => h(`span.pill.${status}`, {}, STATUS[status]);

/** One quote in a list. */
export const quoteRow = (quote) =>
  h("a.row", { href: `/quotes/${quote.number}` },
    h("span.row-main", {},
      h("span.row-title", {}, quote.customer),
      h("span.row-sub", {}, `${quote.number} · ${quote.job}`)),
    h("span.row-side", {}, h("span.amount", {}, formatCents(quote.total_cents)), pill(quote.status)));

/** A labelled field. */
export const field = (label, input, hint) => {
  input.id = label.toLowerCase().replace(/\W+/g, "-");
  return h("div.field", {}, h("label", { for: input.id }, label), input, hint && h("p.hint", {}, hint));
};

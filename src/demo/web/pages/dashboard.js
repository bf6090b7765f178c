// Home: what is waiting, what is won, what was last touched.

import { useApi } from "../api.js";
import { h } from "../core.js";
import { icon } from "../icons.js";
import { failed, loading, quoteRow, screen } from "../layout.js";
import { formatCents } from "../money.js";

const count = (number, one, many) => `${number} ${number === 1 ? one : many}`;

export const DashboardPage = () => {
  const { data, error } = useApi("/api/dashboard");
  const place = { tab: "/" };
  if (error) return failed("Home", error, place);
  if (!data) return loading("Home", place);
  return screen({ title: `Hello, ${data.name}`, ...place, action: h("span.bar-note", {}, data.company) },
    h("section.hero", {},
      h("p.hero-label", {}, "Waiting for a signature"),
      h("p.hero-amount", {}, formatCents(data.waiting_cents)),
      h("p.hero-note", {}, `${count(data.waiting, "quote is", "quotes are")} with customers`)),
    h("div.pair", {},
      h("section.card.stat", {}, h("p.stat-label", {}, "Signed"), h("p.stat-amount", {}, formatCents(data.signed_cents)), h("p.quiet", {}, count(data.signed, "quote", "quotes"))),
      h("section.card.stat", {}, h("p.stat-label", {}, "Drafts"), h("p.stat-amount", {}, String(data.drafts)), h("p.quiet", {}, "to finish"))),
    h("a.primary", { href: "/quotes/new" }, icon("plus"), "New quote"),
    h("h2.section-title", {}, "Lately"),
    h("section.card.list", {}, data.recent.map(quoteRow)));
};

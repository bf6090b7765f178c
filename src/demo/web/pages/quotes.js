// All quotes, by status.

import { useApi } from "../api.js";
import { h, useOnce, useState } from "../core.js";
import { icon } from "../icons.js";
import { failed, field, loading, quoteRow, screen } from "../layout.js";

const CHOICES = [["all", "All quotes"], ["draft", "Drafts"], ["waiting", "Waiting for a signature"], ["signed", "Signed quotes"], ["declined", "Declined"]];

const statusChoice = (choose) =>
  field("Show", h("select", { onchange: (event) => choose(event.target.value) }, CHOICES.map(([value, label]) => h("option", { value }, label))));

export const QuotesPage = () => {
  const { data, error } = useApi("/api/quotes");
  const [status, setStatus] = useState("all");
  const choice = useOnce(() => statusChoice(setStatus));
  const place = { tab: "/quotes" };
  if (error) return failed("Your quotes", error, place);
  if (!data) return loading("Your quotes", place);
  const shown = data.quotes.filter((quote) => status === "all" || quote.status === status);
  const add = h("a.bar-action", { href: "/quotes/new", "aria-label": "New quote" }, icon("plus"));
  return screen({ title: "Your quotes", ...place, action: add },
    choice,
    shown.length === 0
      ? h("section.card.centred", {}, h("p.quiet", {}, "No quotes here."))
      : h("section.card.list", {}, shown.map(quoteRow)));
};

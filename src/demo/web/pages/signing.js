// What the customer sees: the quote, a line for the name, and a thank-you.

import { api, useApi } from "../api.js";
import { h, nest, useOnce, useState } from "../core.js";
import { icon } from "../icons.js";
import { field } from "../layout.js";
import { itemsCard } from "./quote.js";

const thanks = (company) =>
  h("section.card.centred.done", { role: "status" },
    h("span.done-mark", {}, icon("check")),
    h("h2", {}, "Signed. Thank you."),
    h("p.quiet", {}, `${company} will be in touch about a date.`));

const signingForm = (token, onSigned) => {
  const name = h("input", { type: "text", autocomplete: "name" });
  const problem = h("p.problem", { role: "alert" });
  const button = h("button.primary", { type: "submit" }, "Sign quote");
  const sign = async (event) => {
    event.preventDefault();
    if (name.value.trim() === "") {
      problem.textContent = "Type your name to sign.";
      return;
    }
    button.disabled = true;
    problem.textContent = "";
    try {
      await api(`/api/public/quotes/${token}/sign`, { method: "POST", body: { name: name.value } });
      onSigned(true);
    } catch (error) {
      problem.textContent = `The quote was not signed: ${error.message}`;
      button.disabled = false;
    }
  };
  return h("form.card", { onsubmit: sign, novalidate: true },
    h("h2", {}, "Happy with it?"),
    field("Your name", name, "Typing your name and tapping the button signs this quote."),
    problem,
    button);
};

const SigningPart = ({ token, quote }) => {
  const [isSigned, setSigned] = useState(false);
  const form = useOnce(() => signingForm(token, setSigned));
  if (isSigned) return thanks(quote.company);
  if (quote.signer) return h("section.card.centred", {}, h("p.signed-by", {}, icon("check"), `Signed by ${quote.signer}`));
  return form;
};

export const SigningPage = ({ token }) => {
  const { data: quote, error } = useApi(`/api/public/quotes/${token}`);
  if (error) return h("main.paper", {}, h("section.card.centred", { role: "alert" }, h("h1", {}, "This link has ended"), h("p.quiet", {}, "Ask for a new one.")));
  if (!quote) return h("main.paper", {}, h("div.skeleton"), h("div.skeleton.tall"));
  return h("main.paper", {},
    h("header.letterhead", {},
      h("p.monogram", { "aria-hidden": "true" }, quote.company.slice(0, 1)),
      h("div", {}, h("p.company", {}, quote.company), h("p.quiet", {}, quote.trade))),
    h("section.card.heading", {},
      h("p.eyebrow", {}, `Quote ${quote.number}`),
      h("h1", {}, quote.job),
      h("p.quiet", {}, `For ${quote.customer}`)),
    itemsCard(quote),
    nest(SigningPart, { token, quote }));
};

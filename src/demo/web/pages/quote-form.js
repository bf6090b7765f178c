// A new quote, and a quote's changes.

import { api, toast, useApi } from "../api.js";
import { h, nest, useOnce } from "../core.js";
import { failed, field, loading, screen } from "../layout.js";
import { formatCents, moneyInput, parseCents } from "../money.js";
import { navigate } from "../router.js";

/** What is wrong with what was typed, in words for the person; `null` when nothing is. */
const problemOf = ({ customer, job, amount }) => {
  if (customer.value.trim() === "") return "Enter the customer's name.";
  if (job.value.trim() === "") return "Say what the job is.";
  if (amount && !(parseCents(amount.value) > 0)) return "Enter an amount, such as $250.";
  return null;
};

const quoteForm = ({ quote, send, button }) => {
  const customer = h("input", { type: "text", autocomplete: "off", value: quote.customer });
  const job = h("input", { type: "text", autocomplete: "off", value: quote.job });
  // The amount of several items is their sum and changes with them only.
  const amount = quote.items.length > 1 ? null : moneyInput({ value: quote.total_cents > 0 ? formatCents(quote.total_cents) : "" });
  const problem = h("p.problem", { role: "alert" });
  const save = h("button.primary", { type: "submit" }, button);
  const submit = async (event) => {
    event.preventDefault();
    problem.textContent = problemOf({ customer, job, amount });
    if (problem.textContent !== "") return;
    save.disabled = true;
    const body = { customer: customer.value, job: job.value };
    if (amount) body.amount_cents = parseCents(amount.value);
    try {
      const { number } = await send(body);
      toast("Quote saved");
      navigate(`/quotes/${number}`, { replace: true });
    } catch (error) {
      problem.textContent = `The quote was not saved: ${error.message}`;
      save.disabled = false;
    }
  };
  return h("form.card", { onsubmit: submit, novalidate: true },
    field("Customer", customer),
    field("Job", job, "The customer reads this."),
    amount ? field("Amount", amount, "With materials, fitting and tax.") : h("p.hint", {}, `${formatCents(quote.total_cents)}, the sum of ${quote.items.length} items.`),
    problem,
    save);
};

const EMPTY = { customer: "", job: "", items: [], total_cents: 0 };

export const NewQuotePage = () => {
  const send = (body) => api("/api/quotes", { method: "POST", body });
  const form = useOnce(() => quoteForm({ quote: EMPTY, send, button: "Save quote" }));
  return screen({ title: "New quote", back: { href: "/", label: "Back to home" } }, form);
};

const EditForm = ({ quote }) => {
  const send = (body) => api(`/api/quotes/${quote.number}`, { method: "PUT", body });
  return useOnce(() => quoteForm({ quote, send, button: "Save changes" }));
};

export const EditQuotePage = ({ number }) => {
  const { data: quote, error } = useApi(`/api/quotes/${number}`);
  const title = `Edit quote ${number}`;
  const place = { back: { href: `/quotes/${number}`, label: "Back to the quote" } };
  if (error) return failed(title, error, place);
  if (!quote) return loading(title, place);
  return screen({ title, ...place }, nest(EditForm, { quote }));
};

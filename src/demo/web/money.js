// Amounts: kept as cents, shown as dollars, typed as people type them.

import { h } from "./core.js";

const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });

/** `450000` as `$4,500.00`. */
export const formatCents = (cents) => dollars.format(cents / 100);

/** What was typed, in cents; `null` when it is no amount. */
export const parseCents = (text) => {
  const match = /^(\d+)(?:\.(\d{0,2})\d*)?$/.exec(text.replace(/[$,\s]/g, ""));
  return match ? Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0")) : null;
};

/** A field for an amount. */
export const moneyInput = (properties) => {
  const input = h("input", { type: "text", inputmode: "decimal", autocomplete: "off", placeholder: "$0.00", ...properties });
  // Tidied up when the person has finished typing.
  input.addEventListener("blur", () => {
    const cents = parseCents(input.value);
    if (cents !== null) input.value = formatCents(cents);
  });
  return input;
};

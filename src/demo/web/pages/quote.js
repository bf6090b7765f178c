// One quote: what it costs, where it stands, how to send it, and what to remember.

import { api, toast, useApi } from "../api.js";
import { h } from "../core.js";
import { icon } from "../icons.js";
import { failed, field, loading, pill, screen } from "../layout.js";
import { formatCents } from "../money.js";

const total = (quote) => {
  const note = h("p.hint", { hidden: true }, "Prices include materials, fitting and tax.");
  const tell = () => note.toggleAttribute("hidden");
  return [
    h("div.total", {},
      h("span.total-label", {}, "Total"),
      h("button.total-info", { type: "button", "aria-label": "What the total includes", onclick: tell }, icon("info")),
      h("span.total-amount", {}, formatCents(quote.total_cents))),
    note,
  ];
};

/** The items and what they come to; the customer sees the same. */
export const itemsCard = (quote) =>
  h("section.card", {},
    h("ul.items", {}, quote.items.map((item) => h("li.item", {}, h("span", {}, item.what), h("span.amount", {}, formatCents(item.cents))))),
    total(quote));

const copyLink = async (link) => {
  try {
    await navigator.clipboard.writeText(link.value);
    toast("Link copied");
  } catch {
    toast("Press and hold the link to copy it", "plain");
  }
};

const shareCard = (quote) => {
  const link = h("textarea.address", { rows: "2", readonly: true, value: quote.link });
  const box = field("Signing link", link);
  box.hidden = true;
  const reveal = () => {
    box.hidden = false;
    link.select();
    copyLink(link);
  };
  return h("section.card", {},
    h("h2", {}, "Send it"),
    h("p.bubble", {}, `Hi ${quote.greeting}, your quote for the ${quote.job.toLowerCase()} is ready. You can sign it on your phone.`),
    h("div.buttons", {},
      h("button.secondary", { type: "button", onclick: reveal }, "Copy link"),
      h("a.secondary", { href: quote.link }, "See it as the customer")),
    box);
};

const notesCard = (quote) => {
  const text = h("textarea", { rows: "3", value: quote.notes });
  const save = async (event) => {
    event.preventDefault();
    try {
      await api(`/api/quotes/${quote.number}/notes`, { method: "PUT", body: { notes: text.value } });
      toast("Notes saved");
    } catch {
      toast("Notes were not saved", "bad");
    }
  };
  return h("form.card", { onsubmit: save }, field("Notes", text, "Only your team sees these."), h("button.secondary", { type: "submit" }, "Save notes"));
};

const detailLink = (href, shape, title, sub) =>
  h("a.row", { href }, h("span.row-icon", {}, icon(shape)), h("span.row-main", {}, h("span.row-title", {}, title), h("span.row-sub", {}, sub)), icon("next"));

export const QuotePage = ({ number }) => {
  const { data: quote, error } = useApi(`/api/quotes/${number}`);
  const title = `Quote ${number}`;
  const place = { back: { href: "/quotes", label: "Back to the list" } };
  if (error) return failed(title, error, place);
  if (!quote) return loading(title, place);
  const edit = h("a.bar-action.word", { href: `/quotes/${number}/edit` }, "Edit");
  return screen({ title, ...place, action: edit },
    h("section.card.heading", {},
      h("div.heading-line", {}, h("h2", {}, quote.customer), pill(quote.status)),
      h("p.quiet", {}, quote.job),
      quote.signer && h("p.signed-by", {}, icon("check"), `Signed by ${quote.signer}`)),
    itemsCard(quote),
    quote.signer ? null : shareCard(quote),
    h("section.card.list", {},
      detailLink(`/quotes/${number}/photos`, "camera", "Photos", "What it looks like on site"),
      quote.voice_seconds > 0 && detailLink(`/quotes/${number}/voice-note`, "microphone", "Voice note", `${quote.voice_seconds} seconds`)),
    notesCard(quote));
};

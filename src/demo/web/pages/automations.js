// What happens by itself when a quote is signed: a list of steps, and what can be added to it.

import { api, toast, useApi } from "../api.js";
import { h, nest, useState } from "../core.js";
import { icon } from "../icons.js";
import { failed, loading, screen } from "../layout.js";

const TYPES = [
  { kind: "email", shape: "mail", label: "Send email" },
  { kind: "wait", shape: "clock", label: "Wait 2 days" },
  { kind: "add_tag", shape: "tag", label: "Add tag" },
  { kind: "start_sequence", shape: "sequence", label: "Start sequence" },
];

const SHOWN = {
  email: ["mail", "Email the customer", "“Thanks for signing”"],
  wait: ["clock", "Wait two days", "Weekends count"],
  add_tag: ["tag", "Tag the customer", "won"],
  start_sequence: ["sequence", "Begin “Booked in”", "Three messages in a week"],
};

// What adding a step of a type does to the list.
const ADD = {
  email: (steps) => [...steps, "email"],
  wait: (steps) => [...steps, "wait"],
  add_tag: (steps) => [...steps, "add_tag"],
  start_sequence: (steps) => [...steps, "start_sequence"],
};

const stepCard = (kind, index, remove) => {
  const [shape, title, sub] = SHOWN[kind];
  return h("li.step", {},
    h("span.row-icon", {}, icon(shape)),
    h("span.row-main", {}, h("span.row-title", {}, title), h("span.row-sub", {}, sub)),
    h("button.step-remove", { type: "button", "aria-label": `Remove step ${index + 1}`, onclick: () => remove(index) }, icon("close")));
};

const Editor = ({ saved }) => {
  const [steps, setSteps] = useState(saved);
  const add = (kind) => {
    const next = ADD[kind]?.(steps);
    if (next) setSteps(next);
  };
  const remove = (index) => setSteps(steps.filter((_, at) => at !== index));
  const save = async () => {
    try {
      await api("/api/automation", { method: "PUT", body: { steps } });
      toast("Automation saved");
    } catch {
      toast("The automation was not saved", "bad");
    }
  };
  return h("div.stack", {},
    h("section.card.trigger", {}, h("p.eyebrow", {}, "When"), h("p.trigger-text", {}, "A customer signs a quote")),
    h("ol.steps", { "aria-label": "Steps" }, steps.map((kind, index) => stepCard(kind, index, remove))),
    h("section.card", {},
      h("h2", {}, "Then also"),
      h("div.tiles", {}, TYPES.map(({ kind, shape, label }) => h("button.tile", { type: "button", onclick: () => add(kind) }, icon(shape), label)))),
    h("button.primary", { type: "button", onclick: save }, "Save automation"));
};

const locked = (place) =>
  screen({ title: "Automations", ...place },
    h("section.card.hinted", {},
      h("h2", {}, "Automations come with a Pro seat"),
      h("p.quiet", {}, "Thank customers, tag them and book them in without lifting a finger."),
      h("a.secondary", { href: "/plan" }, "See your plan")));

export const AutomationsPage = () => {
  const { data, error } = useApi("/api/automation");
  const place = { tab: "/automations" };
  if (error) return failed("Automations", error, place);
  if (!data) return loading("Automations", place);
  if (data.is_locked) return locked(place);
  return screen({ title: "Automations", ...place }, nest(Editor, { saved: data.steps }));
};

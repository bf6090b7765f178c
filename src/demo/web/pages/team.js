// The people of the company, and the plan that the person in front of the screen is on.

import { api, useApi } from "../api.js";
import { h } from "../core.js";
import { icon } from "../icons.js";
import { failed, loading, screen } from "../layout.js";

const TIERS = { free: "Free", pro: "Pro" };

const initials = (name) => name.split(" ").map((word) => word.slice(0, 1)).join("").slice(0, 2);

const personRow = (person) =>
  h("li.person", {},
    h("span.avatar", { "aria-hidden": "true" }, initials(person.name)),
    h("span.row-main", {}, h("span.row-title", {}, person.is_me ? `${person.name} (you)` : person.name), h("span.row-sub", {}, person.role)),
    h(`span.pill.tier-${person.tier}`, {}, `${TIERS[person.tier]} seat`));

const signOut = async () => {
  await api("/api/session", { method: "DELETE" });
  location.assign("/sign-in");
};

export const TeamPage = () => {
  const { data, error } = useApi("/api/team");
  const place = { tab: "/team" };
  if (error) return failed("Your team", error, place);
  if (!data) return loading("Your team", place);
  return screen({ title: "Your team", ...place, action: h("span.bar-note", {}, data.company) },
    h("ul.card.list.people", {}, data.people.map(personRow)),
    h("section.card.list", {},
      h("a.row", { href: "/plan" },
        h("span.row-icon", {}, icon("star")),
        h("span.row-main", {}, h("span.row-title", {}, "Your plan"), h("span.row-sub", {}, `You have a ${TIERS[data.tier]} seat`)),
        icon("next"))),
    h("button.secondary", { type: "button", onclick: signOut }, "Sign out"));
};

const FEATURES = [
  ["Quotes and signatures", "free"],
  ["Photos and voice notes", "free"],
  ["Automations", "pro"],
  ["Reminders to customers", "pro"],
];

const featureRow = ([label, tier], mine) => {
  const has = tier === "free" || mine === "pro";
  return h(has ? "li.feature" : "li.feature.missing", {}, icon(has ? "check" : "close"), label, !has && h("span.pill.tier-pro", {}, "Pro"));
};

export const PlanPage = () => {
  const { data, error } = useApi("/api/team");
  const place = { back: { href: "/team", label: "Back to the team" } };
  if (error) return failed("Your plan", error, place);
  if (!data) return loading("Your plan", place);
  return screen({ title: "Your plan", ...place },
    h(`section.plan.${data.tier}`, {},
      h("p.eyebrow", {}, "Your seat"),
      h("p.plan-name", {}, TIERS[data.tier]),
      h("p", {}, data.tier === "pro" ? "Everything is switched on." : "Quotes, signatures and photos.")),
    h("ul.card.features", {}, FEATURES.map((feature) => featureRow(feature, data.tier))),
    data.tier === "free" && h("section.card.hinted", {}, h("h2", {}, "Want automations?"), h("p.quiet", {}, `Ask ${data.owner} to move you to a Pro seat.`)));
};

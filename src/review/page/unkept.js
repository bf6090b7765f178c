// Words that weren't kept: they stand at the top of the page until somebody has read them.

import { block, el, fill, shown } from "./write.js";
import { onLost, unkept } from "./wire.js";
import { walk } from "./walk.js";

const VERDICT = { confirmed: "confirmed", rejected: "rejected", unchecked: "couldn’t be checked" };
const region = document.getElementById("lost");
const lost = [];
let isSeated = true;

// What was said, for whoever has to say it again; nothing of how long was looked.
function words(said) {
  const step = walk.steps.find((it) => it.checklist === said.step?.checklist && it.id === said.step?.step);
  const on = step ? [" (", shown(step.name), ")"] : null;
  const why = (text) => (text ? [": ", block(text)] : null);
  switch (said.said) {
    case "judged": return [VERDICT[said.verdict.verdict], why(said.verdict.why), on];
    case "ticked": return [said.holds ? "ticked: " : "no longer ticked: ", shown(step?.confirm[said.question]), on];
    case "commented": return ["note", why(said.text), on];
    case "marked": return ["marked place", why(said.mark.note), on];
    case "decided": return ["finding “", shown(walk.findings.get(said.finding)?.title), "” ", said.decision.decision, why(said.decision.why)];
    default: return null;
  }
}

const item = (told, why) => el("li", {}, told, why ? el("span", { class: "quiet" }, " · ", shown(why)) : null);

function renew() {
  const waiting = isSeated ? [] : unkept().map(words).filter(Boolean).map((told) => item(told));
  region.hidden = waiting.length + lost.length === 0;
  fill(region, el("p", {}, el("b", {}, "Not kept."), " Say again what still holds:"), el("ul", {}, waiting, lost),
    lost.length > 0 ? el("button", { type: "button", click: () => { lost.length = 0; renew(); } }, "I’ve read it") : null);
}

function add(told, why) {
  lost.push(item(told, why));
  renew();
}

onLost((said, error) => {
  const told = words(said);
  if (told) add(told, error.message);
});

// Without a seat nothing is kept: what waits is shown as it stands, and so is what was half written.
export function leaveSeat(draft) {
  isSeated = false;
  if (draft) add(["half written: ", block(draft)]);
  renew();
}

export function sitAgain() {
  isSeated = true;
  renew();
}

export const renewUnkept = () => { if (!isSeated) renew(); };

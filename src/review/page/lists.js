// All steps, and what is missing.

import { duration, el, fill, plural, shown } from "./write.js";
import { accept, unkept } from "./wire.js";
import { count, isOpen, surroundings, undecided, walk } from "./walk.js";

const TITLES = {
  flagged: "Flagged, failed or not run", changed: "Changed since last accepted", new: "Not seen before", same: "As last accepted",
};
const WORD = { confirmed: "confirmed", rejected: "rejected", unchecked: "couldn’t be checked" };

export function wordOn(step) {
  if (isOpen(step)) return step.state.verdict ? `${WORD[step.state.verdict.verdict]}, not whole` : "open";
  return WORD[step.state.verdict?.verdict] ?? "open";
}

export function allSteps(go, current) {
  const groups = Map.groupBy ? Map.groupBy(walk.steps, (step) => step.group) : grouped(walk.steps);
  return [...groups].map(([group, steps]) => el("section", {}, el("h3", {}, `${TITLES[group]}, ${steps.length}`),
    el("ul", { class: "steps" }, steps.map((step) => el("li", {}, el("button", { type: "button", class: step.status, "aria-current": step === current ? "step" : null, click: () => go(step) },
      el("i", { class: `mark ${step.status}`, "aria-hidden": "true" }), el("span", { class: "name" }, shown(step.name), " ", el("span", { class: "quiet" }, shown([step.list.name, surroundings(step.list)].filter(Boolean).join(" · ")))),
      el("span", { class: `word ${step.state.verdict?.verdict ?? ""}` }, wordOn(step))))))));
}

function grouped(steps) {
  const groups = new Map();
  for (const step of steps) groups.set(step.group, [...(groups.get(step.group) ?? []), step]);
  return groups;
}

function wordsFor(missing) {
  switch (missing.missing) {
    case "unseen": return "nobody has looked at it";
    case "unjudged": return "no word on it yet";
    case "unticked": return ["not ticked: ", shown(missing.question)];
    case "unexplained": return "confirmed though the machine says otherwise, without a note that says why";
    case "not-run": return "confirmed though it never began: reject it, or say that it couldn’t be checked";
    default: return missing.missing;
  }
}

// What is missing, or the command that signs.
export function endView(go) {
  const counts = count();
  const open = walk.steps.filter(isOpen);
  const looked = walk.steps.reduce((sum, step) => sum + step.state.looked_ms, 0);
  const said = [["confirmed", counts.confirmed], ["rejected", counts.rejected], ["couldn’t be checked", counts.unchecked], ["open", counts.open]]
    .filter(([, many]) => many > 0).map(([word, many]) => `${many} ${word}`).join(", ");
  const heading = el("h2", { tabindex: "-1" }, walk.left > 0 ? `${plural(walk.left, "thing")} missing` : walk.isRejection ? "Ready to be signed as a rejection" : "Nothing missing");
  const element = el("article", { class: "end" }, heading,
    el("p", {}, `${plural(walk.steps.length, "step")}: ${said}; looked at for ${duration(looked)}.`),
    walk.general.map((it) => el("p", { class: "why failed" }, "The run is not whole: ", shown(it.why))),
    walk.left === 0 || walk.isRejection ? ending() : null,
    counts.confirmed > 0 ? accepting(counts.confirmed) : null,
    walk.left > 0 && walk.isRejection ? el("p", { class: "quiet" }, "A rejection can be signed at once; what is missing below only stands in the way of a confirmation.") : null,
    open.length > 0 ? el("ul", { class: "missing" }, open.map((step) => el("li", {},
      el("button", { type: "button", class: "link", click: () => go(step) }, shown(step.name)), " ", el("span", { class: "quiet" }, shown(step.list.name)),
      el("ul", {}, step.state.missing.map((it) => el("li", {}, wordsFor(it))), undecided(step).map((id) => el("li", {}, "not decided: ", shown(walk.findings.get(id)?.title ?? id))))))) : null);
  return { element, heading };
}

function ending() {
  const command = walk.facts.sign;
  const copied = el("span", { role: "status", class: "quiet" });
  return el("section", { class: "ending" },
    el("p", {}, walk.isRejection ? "Something was rejected. To sign that, with your name and what you said:" : "Everything was looked at and decided. To put your name under it, in a terminal:"),
    el("pre", { tabindex: "0" }, el("code", { id: "sign-command" }, shown(command))),
    el("p", {}, el("button", { type: "button", class: "main", click: async () => {
      try {
        await navigator.clipboard.writeText(command);
        copied.textContent = " copied";
      } catch {
        getSelection().selectAllChildren(document.getElementById("sign-command"));
        copied.textContent = " The browser doesn’t let it be copied; it is selected above.";
      }
    } }, "Copy the command"), copied),
    el("p", { class: "quiet" }, unkept().length === 0 ? "Every word is kept already; this page can be closed." : "Your last words are still being kept."));
}

// What came of accepting, told whichever end lies before the reader then: it is laid anew with every word.
const accepted = { isAsked: false, words: null };

function tellAccepted(words) {
  accepted.isAsked = false;
  accepted.words = words;
  const told = document.getElementById("accept-told");
  if (told) fill(told, words);
  document.getElementById("accept")?.removeAttribute("disabled");
}

// The pictures of confirmed steps become those that the next review compares with.
function accepting(confirmed) {
  const told = el("span", { role: "status", class: "quiet", id: "accept-told" }, accepted.words);
  const button = el("button", { type: "button", id: "accept", disabled: accepted.isAsked, click: async () => {
    button.disabled = true;
    accepted.isAsked = true;
    try {
      tellAccepted(` ${plural(await accept(), "picture")} accepted; commit them with the project.`);
    } catch (error) {
      tellAccepted([" Not accepted: ", error.message]);
    }
  } }, `Accept ${confirmed === 1 ? "the picture" : `the pictures`} of ${plural(confirmed, "confirmed step")}`);
  return el("section", { class: "ending" },
    el("p", {}, "The next review compares with the pictures that you accept, and lets unchanged steps be confirmed together. They go to ", el("code", {}, shown(walk.facts.accepted)), "."),
    el("p", {}, button, told));
}

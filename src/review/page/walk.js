// How far the walk is: the steps in the order in which they are shown, and what is missing of each.

import { ask, say, sayLast } from "./wire.js";

const UNSEEN = { looked_ms: 0, on: [], ticked: [], verdict: null, comments: [], marks: [], photos: [], phones: [], missing: [{ missing: "unseen" }] };
// Whoever only passes by hasn't looked.
export const GLANCE = 400;
const HEARTBEAT = 10000;

export const walk = { facts: null, steps: [], findings: new Map(), decisions: {}, general: [], phones: [], left: 0, isRejection: false, isComparing: false, said: 0 };

const listeners = [];
export const onChange = (listener) => listeners.push(listener);

export async function load() {
  const [facts, state] = await Promise.all([ask("facts"), ask("state")]);
  walk.facts = facts;
  walk.findings = new Map(facts.findings.map((finding) => [finding.id, finding]));
  walk.steps = facts.checklists.flatMap((checklist, index) =>
    checklist.steps.map((step, place) => ({
      ...step, checklist: index, place, list: checklist, state: UNSEEN, said: 0,
    })));
  walk.isComparing = facts.is_comparing;
  order();
  take(state);
}

function order() {
  const rank = (step) => GROUPS.indexOf(step.group);
  walk.steps.sort((one, other) => rank(one) - rank(other) || one.checklist - other.checklist || one.place - other.place);
}

// Pictures are compared while the page is open: what looks the same after all goes back to its place.
async function regroup() {
  const { groups, is_comparing: isComparing } = await ask("groups");
  walk.isComparing = isComparing;
  for (const step of walk.steps) step.group = groups[step.checklist][step.place];
  order();
}

// What needs eyes most comes first.
const GROUPS = ["flagged", "changed", "new", "same"];

// Steps that can be confirmed together: as they were accepted, and nothing said of them yet.
export const sheetSteps = () => walk.steps.filter((step) => step.group === "same" && isOpen(step) && !step.state.verdict);

// Answers may come in another order than they were given: what is older undoes nothing.
function take(state) {
  if (state.said >= walk.said) {
    const { said, left, is_rejection: isRejection, general, decisions, phones } = state;
    Object.assign(walk, { said, left, isRejection, general, decisions, phones });
  }
  const told = new Map(state.steps.map((step) => [`${step.checklist}/${step.step}`, step]));
  for (const step of walk.steps) {
    const its = told.get(`${step.checklist}/${step.id}`);
    if (its && state.said >= step.said) Object.assign(step, { state: its, said: state.said });
  }
  for (const listener of listeners) listener();
}

// Where a checklist was walked, in a bundle of several devices or browsers; nothing in a bundle of one.
export function surroundings(list) {
  const words = (it) => `${it.engine} at ${it.device}`;
  return walk.facts.checklists.some((it) => words(it) !== words(list)) ? words(list) : null;
}

export const reference = (step) => ({ checklist: step.checklist, step: step.id });

export async function tell(said) {
  take(await say(said));
}

async function look() {
  if (walk.isComparing) await regroup();
  take(await ask("state"));
}

// One after the other, so that the groups of the last one count.
let looking = Promise.resolve();
export function refresh() {
  looking = looking.catch(() => {}).then(look);
  return looking;
}

export const undecided = (step) => step.findings.filter((id) => !walk.decisions[id]);

// Whether anything of the step still stands between the walk and a signature.
export const isOpen = (step) => step.state.missing.length > 0 || undecided(step).length > 0;

export function count() {
  const counts = { confirmed: 0, rejected: 0, unchecked: 0, open: 0 };
  for (const step of walk.steps) counts[isOpen(step) ? "open" : step.state.verdict?.verdict ?? "open"] += 1;
  return counts;
}

// The clock of looking: it runs while the step's picture is before somebody's eyes.
const clock = { step: null, since: null, ms: 0 };

export function startLooking(step) {
  stopLooking();
  clock.step = step;
  clock.since = document.visibilityState === "visible" ? performance.now() : null;
}

function passed() {
  if (clock.since !== null) {
    clock.ms += performance.now() - clock.since;
    clock.since = performance.now();
  }
  return Math.round(clock.ms);
}

const looked = (step, ms, on) => ({ said: "looked", step: reference(step), on, ms });

// Tells how long it was; `least` is what it takes to count.
export async function tellLook(least = 0) {
  const { step } = clock;
  const ms = passed();
  if (!step || ms < least) return;
  clock.ms = 0;
  await tell(looked(step, ms, "page"));
}

export function stopLooking() {
  tellLook(GLANCE).catch(() => {});
  clock.step = null;
  clock.since = null;
  clock.ms = 0;
}

// A step of the contact sheet: looked at among the others, its sentences ticked, confirmed. All of it is said at once.
export function confirmOnSheet(step, ms) {
  const at = reference(step);
  const ticks = step.confirm.map((_, question) => ({ said: "ticked", step: at, question, on: "sheet", holds: true }));
  const words = [looked(step, Math.round(ms), "sheet"), ...ticks, { said: "judged", step: at, verdict: { verdict: "confirmed" } }];
  return Promise.all(words.map(tell));
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") {
    if (clock.step) clock.since = performance.now();
    return;
  }
  const ms = passed();
  clock.since = null;
  if (clock.step && ms >= GLANCE) {
    clock.ms = 0;
    sayLast(looked(clock.step, ms, "page"));
  }
});

setInterval(() => {
  if (clock.since !== null) tellLook(GLANCE).catch(() => {});
}, HEARTBEAT);

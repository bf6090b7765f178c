// The page: which step lies open, the keys, and the word on it.

import { el, fill, plural, shown } from "./write.js";
import { detail, prepare } from "./ahead.js";
import { onSaving, wasUsed } from "./wire.js";
import { GLANCE, count, isOpen, load, onChange, reference, refresh, sheetSteps, startLooking, stopLooking, tell, tellLook, undecided, walk } from "./walk.js";
import { askWords, close, isAsking, open } from "./words.js";
import { renewUnkept } from "./unkept.js";
import { seat, takeSeat } from "./seat.js";
import { PICTURE_COMES } from "./picture.js";
import { stepView } from "./step.js";
import { sheetView } from "./sheet.js";
import { allSteps, endView } from "./lists.js";

const byId = (id) => document.getElementById(id);
const main = byId("main");
const verdicts = document.querySelector(".verdicts");
// What is before the reader: a step with its view and what hinders a word on it, the contact sheet, or the end; `turn` is
// another one each time, also when the same step is shown again.
const now = { turn: null, step: null, view: null, sheet: null, hindrance: null };
// Steps with a word on them that is being kept.
const onTheirWay = new Set();
// Fewer unchanged steps than these are looked at one by one.
const LEAST_ON_SHEET = 2;
// A word on a step that isn't there yet would be one on something unseen: it isn't taken, and that is said.
const STEP_COMES = "The step is still coming: say it again when it is there.";
const JUST_COME = "The step has only just come: look at it, then say it again.";
const KEEPING = "Your word on this step is still being kept.";

// Where there is no step to judge, its buttons are hidden; what went wrong is said nevertheless.
function hint(text) {
  fill(byId("hint"), text);
  verdicts.hidden = !now.view && text === "";
  verdicts.querySelector(".buttons").hidden = !now.view;
}

// The view of the step that lies open.
function here() {
  if (now.step && !now.view) hint(now.hindrance);
  return now.view;
}

function leave() {
  stopLooking();
  now.sheet?.end();
  close("list");
  delete main.dataset.ready;
  delete main.dataset.seen;
  Object.assign(now, { turn: null, step: null, view: null, sheet: null, hindrance: null });
  hint("");
}

async function show(step) {
  leave();
  const turn = {};
  const isHere = () => now.turn === turn;
  Object.assign(now, { turn, step, hindrance: STEP_COMES });
  remember({ view: "step", checklist: step.checklist, id: step.id });
  let told;
  try {
    told = await detail(step);
  } catch (error) {
    if (!isHere()) return;
    now.hindrance = "The step can’t be shown: go on, and come back to it.";
    fill(main, el("p", { class: "wait", role: "alert" }, "The step can’t be shown: ", shown(error.message)));
    return;
  }
  if (!isHere()) return;
  now.hindrance = PICTURE_COMES;
  now.view = stepView(step, told, { hint, hindrance: () => now.hindrance, ready: readyFor(step, isHere) });
  fill(main, now.view.element);
  scrollTo(0, 0);
  now.view.heading.focus({ preventScroll: true });
  hint("");
  update();
  prepare(neighbour(step, 1)).then(() => prepare(neighbour(step, 2)));
}

// Hears when a picture of the step is before the reader, or why none is. A word counts after a glance: a second tap or key may
// have been meant for the step before.
function readyFor(step, isHere) {
  let isSeen = false;
  let isLooking = false;
  return (hindrance) => {
    if (!isHere()) return;
    now.hindrance = hindrance ?? (isSeen ? null : JUST_COME);
    clearHint([PICTURE_COMES]);
    main.dataset.ready = step.id;
    if (hindrance || isLooking) return;
    isLooking = true;
    startLooking(step);
    setTimeout(() => {
      if (!isHere()) return;
      isSeen = true;
      if (now.hindrance === JUST_COME) now.hindrance = null;
      clearHint([JUST_COME]);
      main.dataset.seen = step.id;
    }, GLANCE);
  };
}

function clearHint(words) {
  if (words.includes(byId("hint").textContent)) hint("");
}

function showEnd() {
  lay("end", endView(show));
}

function showSheet() {
  if (sheetSteps().length === 0) return;
  const sheet = sheetView(show, goOn, run);
  lay("sheet", sheet);
  now.sheet = sheet;
}

// Words that were said on the way here are kept only now: the end says what is missing anew.
function renewEnd() {
  if (main.dataset.ready !== "end") return;
  const { element, heading } = endView(show);
  const hadFocus = main.contains(document.activeElement);
  fill(main, element);
  if (hadFocus) heading.focus({ preventScroll: true });
}

// Lays something before the reader that isn't a step.
function lay(name, { element, heading }) {
  leave();
  remember({ view: name });
  fill(main, element);
  main.dataset.ready = name;
  scrollTo(0, 0);
  heading.focus({ preventScroll: true });
  hint("");
  update();
}

function neighbour(step, by) {
  return walk.steps[walk.steps.indexOf(step) + by];
}

function go(by) {
  if (now.sheet) return now.sheet.move(by);
  const last = walk.steps.length - 1;
  if (!now.step) show(walk.steps[by > 0 ? 0 : last]);
  else {
    const next = neighbour(now.step, by);
    if (next) show(next);
    else if (by > 0) showEnd();
  }
}

// After a word: the next step that still needs one, from here on and then from the start.
function goOn() {
  const at = walk.steps.indexOf(now.step);
  const next = [...walk.steps.slice(at + 1), ...walk.steps.slice(0, at)].find(isOpen);
  if (next) begin(next);
  else showEnd();
}

// What hasn't changed is seen together, unless there is too little of it.
function begin(step) {
  if (step.group === "same" && sheetSteps().length >= LEAST_ON_SHEET) showSheet();
  else show(step);
}

function update() {
  const counts = count();
  const total = walk.steps.length;
  const left = walk.left === 0 ? "nothing missing" : counts.open > 0 ? `${counts.open} to go` : `${plural(walk.left, "thing")} missing`;
  fill(byId("progress"), now.step ? `Step ${walk.steps.indexOf(now.step) + 1} of ${total} · ` : `${plural(total, "step")} · `, el("b", {}, left), walk.isComparing ? el("span", { class: "quiet" }, " · comparing…") : null);
  fill(byId("bar"), ["confirmed", "rejected", "unchecked", "open"].map((kind) => {
    const part = el("span", { class: kind });
    part.style.flexGrow = counts[kind];
    return part;
  }));
  const same = sheetSteps().length;
  byId("show-sheet").hidden = same === 0;
  fill(byId("show-sheet"), `Unchanged, ${same} `, el("kbd", {}, "s"));
  now.view?.update();
  const verdict = now.step?.state.verdict?.verdict;
  for (const [id, word] of [["confirm", "confirmed"], ["reject", "rejected"], ["unchecked", "unchecked"]]) {
    byId(id).setAttribute("aria-pressed", String(verdict === word));
  }
}

// One word on a step after the other: a second one is taken when the first is kept.
async function alone(step, say) {
  if (onTheirWay.has(step)) return hint(KEEPING);
  onTheirWay.add(step);
  try {
    await say();
  } finally {
    onTheirWay.delete(step);
  }
}

async function judge(step, verdict) {
  // What was looked at so far is told first: no word without a look.
  await Promise.all([tellLook(), tell({ said: "judged", step: reference(step), verdict })]);
  // Whoever has gone on meanwhile, or has something open, isn't led away.
  if (now.step === step && !isAsking()) goOn();
}

async function confirm() {
  const { step } = now;
  const view = here();
  if (!view) return;
  if (step.status === "not-run") return hint("It never began, so it can’t be confirmed: reject it, or say that it couldn’t be checked.");
  if (now.hindrance) return hint(now.hindrance);
  const question = view.questions.find((it) => !it.isTicked());
  if (question) {
    question.box.focus();
    return hint(`Tick what holds first: ${plural(view.questions.filter((it) => !it.isTicked()).length, "question")} open.`);
  }
  const [open] = undecided(step);
  if (open) {
    view.findings.find((it) => it.id === open)?.element.focus();
    return hint("Decide the finding first: accept it with a reason (a), or reject it (x).");
  }
  const isOdd = step.status === "failed" || step.status === "unknown";
  await alone(step, async () => {
    if (isOdd && step.state.comments.length === 0 && !(await view.note(`The machine says “${step.status}”. Why is it right nevertheless?`))) return;
    await judge(step, { verdict: "confirmed" });
  });
}

async function decline(verdict, title, label) {
  const { step } = now;
  if (!here()) return;
  await alone(step, async () => {
    const why = await askWords({ title, label, needed: true });
    if (why !== null) await judge(step, { verdict, why });
  });
}

const reject = () => decline("rejected", "Reject the step", "What is wrong?");
const unchecked = () => decline("unchecked", "It couldn’t be checked", "Why not?");

// The finding that has the focus, or the next one without a word.
function findingHere() {
  const findings = here()?.findings ?? [];
  const focused = findings.find((it) => it.element.contains(document.activeElement));
  return focused ?? findings.find((it) => !walk.decisions[it.id]) ?? findings[0];
}

function nextFinding() {
  const findings = now.view?.findings ?? [];
  const at = findings.findIndex((it) => it.element.contains(document.activeElement));
  if (at + 1 < findings.length) {
    findings[at + 1].element.focus();
    return;
  }
  const from = walk.steps.indexOf(now.step);
  const step = [...walk.steps.slice(from + 1), ...walk.steps.slice(0, from)].find((it) => undecided(it).length > 0);
  if (step) show(step).then(() => { if (now.step === step) now.view?.findings[0]?.element.focus(); });
  else hint("No further finding without a word.");
}

function tickNext() {
  const view = here();
  if (!view) return;
  const question = view.questions.find((it) => !it.isTicked());
  if (!question) return hint("Every question is ticked.");
  return question.tick(true);
}

const KEYS = {
  j: () => go(1), ArrowRight: () => go(1), k: () => go(-1), ArrowLeft: () => go(-1),
  c: () => (now.sheet ? now.sheet.confirm() : confirm()), r: reject, u: unchecked, " ": tickNext, f: nextFinding,
  a: () => findingHere()?.accept(), x: () => findingHere()?.reject(),
  n: () => here()?.note(), m: () => here()?.picture.mark(), z: () => here()?.picture.large(),
  v: () => here()?.picture.compare(), l: showList, s: showSheet, e: showEnd, "?": () => open("keys"),
};

function showList() {
  open("list", allSteps(show, now.step));
  document.querySelector("#list [aria-current]")?.focus();
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isAsking() || !seat.isOurs) return;
  const target = event.target;
  if (target.matches("textarea, select, input:not([type=checkbox])")) return;
  // Where the space bar has a meaning of its own, it keeps it.
  if (event.key === " " && target.matches("button, summary, input")) return;
  const act = KEYS[event.key];
  if (!act || event.repeat) return;
  event.preventDefault();
  run(act);
});

// A word that isn't kept is said, whatever asked for it.
async function run(act) {
  try {
    await act();
  } catch (error) {
    hint(["Not kept: ", shown(error.message)]);
  }
}

for (const [id, act] of Object.entries({
  back: () => go(-1), next: () => go(1), confirm, reject, unchecked,
  "show-list": showList, "show-sheet": showSheet, "show-end": showEnd, "show-keys": () => open("keys"),
})) byId(id).addEventListener("click", () => run(act));

function remember(place) {
  sessionStorage.setItem("place", JSON.stringify(place));
}

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem("place"));
  } catch {
    return null;
  }
}

onSaving((how, why) => {
  document.body.dataset.saving = how;
  fill(byId("saved"), { saving: "saving…", saved: "kept", lost: ["Not kept yet: ", shown(why), ". It is tried again."], resting: "not kept" }[how]);
  renewUnkept();
});

function start() {
  const { target } = walk.facts;
  fill(byId("target"), shown(target.name), " · ", shown(target.commit ? target.commit.slice(0, 9) : "commit not known"),
    el("span", { class: "wide" }, " · ", shown(walk.facts.device.name), " · ", shown(walk.facts.engine.name)));
  byId("notices").hidden = walk.facts.notices.length === 0;
  fill(byId("notices"), walk.facts.notices.map((notice) => el("p", {}, shown(notice))));
  document.title = `Review of ${walk.facts.run.id} · shippass`;
  onChange(update);
  onChange(renewEnd);
  goBack();
}

// Where this page was before it was loaded anew, or the first step that needs a word.
function goBack() {
  const place = remembered();
  if (place?.view === "end") return showEnd();
  const same = walk.steps.find((step) => step.checklist === place?.checklist && step.id === place?.id);
  const first = walk.steps.find(isOpen);
  if (same) return show(same);
  return first ? begin(first) : showEnd();
}

// Something was said on the phone, or all pictures are compared; also while the bundle was being opened.
let hasNews = false;
function hear() {
  hasNews = !walk.facts;
  if (walk.facts) refresh().catch((error) => hint(["What was said on the phone can’t be shown: ", shown(error.message)]));
}

const page = {
  hear,
  lay(element) {
    leave();
    fill(main, element);
    main.dataset.ready = "aside";
    verdicts.hidden = true;
  },
  async goOn() {
    if (!walk.facts) return openBundle();
    await refresh();
    return goBack();
  },
};

async function openBundle() {
  await load();
  start();
  if (hasNews) hear();
}

async function arrive() {
  if (await takeSeat(false, page)) await openBundle();
}

arrive().catch((error) => {
  const used = "This address is good once, and was opened before. Open the one that the terminal shows; if nobody of yours opened it, end the review there first.";
  const words = error.status === 403 ? (wasUsed ? used : "This address has no token. Open the one that the terminal shows.") : ["The bundle can’t be opened: ", shown(error.message)];
  fill(main, el("p", { class: "wait", role: "alert" }, words));
});

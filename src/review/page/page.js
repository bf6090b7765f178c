// The page: which step lies open, the keys, and the word on it.

import { el, fill, plural, shown } from "./write.js";
import { ask, onSaving, pictureOf } from "./wire.js";
import { count, isOpen, load, onChange, reference, startLooking, stopLooking, tell, tellLook, undecided, walk } from "./walk.js";
import { askWords, close, isAsking, open } from "./words.js";
import { stepView } from "./step.js";
import { allSteps, endView } from "./lists.js";

const byId = (id) => document.getElementById(id);
const main = byId("main");
const now = { step: null, view: null, end: null, hindrance: "The step is still coming." };

const detailPath = (step) => `steps/${step.checklist}/${step.place}`;
const details = new Map();
function detail(step) {
  const path = detailPath(step);
  if (!details.has(path)) {
    const told = ask(path);
    told.catch(() => details.delete(path));
    details.set(path, told);
  }
  return details.get(path);
}

function hint(text) {
  fill(byId("hint"), text);
}

async function show(step) {
  stopLooking();
  close("list");
  hint("");
  Object.assign(now, { step, view: null, end: null, hindrance: "The picture is still coming." });
  remember({ view: "step", checklist: step.checklist, id: step.id });
  let told;
  try {
    told = await detail(step);
  } catch (error) {
    if (now.step === step) fill(main, el("p", { class: "wait", role: "alert" }, "The step can’t be shown: ", shown(error.message)));
    return;
  }
  if (now.step !== step) return;
  now.view = stepView(step, told, (hindrance) => {
    if (now.step !== step) return;
    now.hindrance = hindrance;
    if (!hindrance) startLooking(step);
    main.dataset.ready = step.id;
  });
  fill(main, now.view.element);
  scrollTo(0, 0);
  now.view.heading.focus({ preventScroll: true });
  document.querySelector(".verdicts").hidden = false;
  update();
  prepare(neighbour(step, 1));
}

// The next step's texts and picture come while this one is looked at.
async function prepare(step) {
  if (!step) return;
  try {
    const told = await detail(step);
    const picture = told.pictures.findLast((it) => !it.caption) ?? told.pictures.at(-1);
    if (picture) await pictureOf(picture.file);
  } catch {
    // It is said when the step is shown.
  }
}

function showEnd() {
  stopLooking();
  close("list");
  hint("");
  Object.assign(now, { step: null, view: null, end: endView(show) });
  remember({ view: "end" });
  fill(main, now.end.element);
  main.dataset.ready = "end";
  scrollTo(0, 0);
  now.end.heading.focus({ preventScroll: true });
  document.querySelector(".verdicts").hidden = true;
  update();
}

function neighbour(step, by) {
  return walk.steps[walk.steps.indexOf(step) + by];
}

function go(by) {
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
  if (next) show(next);
  else showEnd();
}

function update() {
  const counts = count();
  const total = walk.steps.length;
  const left = walk.left > 0 ? `${plural(walk.left, "thing")} missing` : "nothing missing";
  fill(byId("progress"), now.step ? `Step ${walk.steps.indexOf(now.step) + 1} of ${total} · ` : "", `${total - counts.open} decided · `, el("b", {}, left));
  fill(byId("bar"), ["confirmed", "rejected", "unchecked", "open"].map((kind) => {
    const part = el("span", { class: kind });
    part.style.flexGrow = counts[kind];
    return part;
  }));
  now.view?.update();
  const verdict = now.step?.state.verdict?.verdict;
  for (const [id, word] of [["confirm", "confirmed"], ["reject", "rejected"], ["unchecked", "unchecked"]]) {
    byId(id).setAttribute("aria-pressed", String(verdict === word));
  }
}

async function judge(verdict) {
  const { step } = now;
  // What was looked at so far is told first: no word without a look.
  await tellLook();
  await tell({ said: "judged", step: reference(step), verdict });
  if (now.step === step) goOn();
}

async function confirm() {
  const { step, view } = now;
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
  if (isOdd && step.state.comments.length === 0 && !(await view.note(`The machine says “${step.status}”. Why is it right nevertheless?`))) return;
  await judge({ verdict: "confirmed" });
}

async function decline(verdict, title, label) {
  if (!now.view) return;
  const why = await askWords({ title, label, needed: true });
  if (why !== null) await judge({ verdict, why });
}

const reject = () => decline("rejected", "Reject the step", "What is wrong?");
const unchecked = () => decline("unchecked", "It couldn’t be checked", "Why not?");

// The finding that has the focus, or the next one without a word.
function findingHere() {
  const findings = now.view?.findings ?? [];
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
  if (step) show(step).then(() => now.view?.findings[0]?.element.focus());
  else hint("No further finding without a word.");
}

function tickNext() {
  const question = now.view?.questions.find((it) => !it.isTicked());
  if (!question) return hint("Every question is ticked.");
  question.box.focus({ preventScroll: false });
  question.tick(true);
}

const KEYS = {
  j: () => go(1), ArrowRight: () => go(1), k: () => go(-1), ArrowLeft: () => go(-1),
  c: confirm, r: reject, u: unchecked, " ": tickNext, f: nextFinding,
  a: () => findingHere()?.accept(), x: () => findingHere()?.reject(),
  n: () => now.view?.note(), m: () => now.view?.picture.mark(), z: () => now.view?.picture.large(),
  l: showList, e: showEnd, "?": () => open("keys"),
};

function showList() {
  open("list", allSteps(show, now.step));
  document.querySelector("#list [aria-current]")?.focus();
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isAsking()) return;
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
function run(act) {
  Promise.resolve(act()).catch((error) => hint(["Not kept: ", shown(error.message)]));
}

for (const [id, act] of Object.entries({
  back: () => go(-1), next: () => go(1), confirm, reject, unchecked,
  "show-list": showList, "show-end": showEnd, "show-keys": () => open("keys"),
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
  fill(byId("saved"), { saving: "saving…", saved: "kept", lost: ["Not kept yet: ", shown(why), ". It is tried again."] }[how]);
});

function begin() {
  const { target } = walk.facts;
  fill(byId("target"), shown(target.name), " · ", shown(target.commit ? target.commit.slice(0, 9) : "commit not known"), " · ", shown(walk.facts.device.name), " · ", shown(walk.facts.engine.name));
  document.title = `Review of ${walk.facts.run.id} · shippass`;
  onChange(update);
  const place = remembered();
  if (place?.view === "end") return showEnd();
  const same = walk.steps.find((step) => step.checklist === place?.checklist && step.id === place?.id);
  const first = same ?? walk.steps.find(isOpen) ?? null;
  return first ? show(first) : showEnd();
}

load().then(begin).catch((error) => {
  const words = error.status === 403 ? "This address has no token. Open the one that the terminal shows." : ["The bundle can’t be opened: ", shown(error.message)];
  fill(main, el("p", { class: "wait", role: "alert" }, words));
});

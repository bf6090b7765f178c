// The page: which step lies open, the keys, and the word on it.

import { el, fill, plural, shown } from "./write.js";
import { ask, onSaving, pictureOf, sit, wasUsed } from "./wire.js";
import { count, isOpen, load, onChange, reference, refresh, sheetSteps, startLooking, stopLooking, tell, tellLook, undecided, walk } from "./walk.js";
import { askWords, close, isAsking, open } from "./words.js";
import { PICTURE_COMES } from "./picture.js";
import { stepView } from "./step.js";
import { sheetView } from "./sheet.js";
import { allSteps, endView } from "./lists.js";

const byId = (id) => document.getElementById(id);
const main = byId("main");
const verdicts = document.querySelector(".verdicts");
// What is before the reader: a step with its view, the contact sheet, or the end.
const now = { step: null, view: null, sheet: null, hindrance: null, isSeated: false };
// Fewer unchanged steps than these are looked at one by one.
const LEAST_ON_SHEET = 2;
// A word on a step that isn't there yet would be one on something unseen: it isn't taken, and that is said.
const STEP_COMES = "The step is still coming: say it again when it is there.";

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

// Where there is no step to judge, its buttons are hidden; what went wrong is said nevertheless.
function hint(text) {
  fill(byId("hint"), text);
  verdicts.hidden = !now.view && text === "";
  verdicts.querySelector(".buttons").hidden = !now.view;
}

// The view of the step that lies open.
function here() {
  if (now.step && !now.view) hint(STEP_COMES);
  return now.view;
}

// The picture of the step that lies open; a place on one that isn't there yet would be one on something unseen.
function pictureHere() {
  const picture = here()?.picture;
  if (!picture?.lack()) return picture;
  hint(picture.lack());
  return null;
}

function leave() {
  stopLooking();
  now.sheet?.end();
  close("list");
  hint("");
}

async function show(step) {
  leave();
  Object.assign(now, { step, view: null, sheet: null, hindrance: PICTURE_COMES });
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
    if (byId("hint").textContent === PICTURE_COMES) hint("");
    main.dataset.ready = step.id;
  });
  fill(main, now.view.element);
  scrollTo(0, 0);
  now.view.heading.focus({ preventScroll: true });
  hint("");
  update();
  prepare(neighbour(step, 1)).then(() => prepare(neighbour(step, 2)));
}

// The next steps' texts and pictures come, and are decoded, while this one is looked at.
async function prepare(step) {
  if (!step) return;
  try {
    const told = await detail(step);
    const picture = told.pictures.findLast((it) => !it.caption) ?? told.pictures.at(-1);
    if (!picture) return;
    const ahead = new Image();
    ahead.src = await pictureOf(picture.file);
    await ahead.decode();
  } catch {
    // It is said when the step is shown.
  }
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
  Object.assign(now, { step: null, view: null, sheet: null });
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
  fill(byId("progress"), now.step ? `Step ${walk.steps.indexOf(now.step) + 1} of ${total} · ` : `${plural(total, "step")} · `, el("b", {}, left), walk.isComparing ? el("span", { class: "quiet" }, " · comparing pictures…") : null);
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

async function judge(verdict) {
  const { step } = now;
  // What was looked at so far is told first: no word without a look.
  await tellLook();
  await tell({ said: "judged", step: reference(step), verdict });
  if (now.step === step) goOn();
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
  if (isOdd && step.state.comments.length === 0 && !(await view.note(`The machine says “${step.status}”. Why is it right nevertheless?`))) return;
  await judge({ verdict: "confirmed" });
}

async function decline(verdict, title, label) {
  if (!here()) return;
  const why = await askWords({ title, label, needed: true });
  if (why !== null) await judge({ verdict, why });
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
  if (step) show(step).then(() => now.view?.findings[0]?.element.focus());
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
  n: () => here()?.note(), m: () => pictureHere()?.mark(), z: () => pictureHere()?.large(),
  v: () => here()?.picture.compare(), l: showList, s: showSheet, e: showEnd, "?": () => open("keys"),
};

function showList() {
  open("list", allSteps(show, now.step));
  document.querySelector("#list [aria-current]")?.focus();
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isAsking() || !now.isSeated) return;
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
  fill(byId("saved"), { saving: "saving…", saved: "kept", lost: ["Not kept yet: ", shown(why), ". It is tried again."] }[how]);
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

// Takes the one seat before the walk, and says so when it can't.
async function takeSeat(takesOver) {
  const isOurs = await sit(takesOver, leaveSeat, hear);
  now.isSeated = isOurs;
  if (!isOurs) aside("This bundle is open in another page", "One page at a time writes the walk. Go on there, or go on here; then the other page stops.");
  return isOurs;
}

// Something was said on the phone, or all pictures are compared.
function hear() {
  if (walk.facts && now.isSeated) refresh().catch((error) => hint(["What was said on the phone can’t be shown: ", shown(error.message)]));
}

function leaveSeat(why) {
  now.isSeated = false;
  if (why === "taken") aside("The walk goes on in another page", "Somebody opened this bundle again and took over. Every word that was said here is kept.");
  else aside("The review server has ended", "Every word that was said is kept. Start `shippass review` again, and open the address that it prints.");
}

function aside(title, words) {
  leave();
  Object.assign(now, { step: null, view: null, sheet: null });
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  const button = el("button", { type: "button", class: "main", click: () => run(takeOver) }, "Go on here");
  fill(main, el("div", { class: "aside", role: "alert" }, el("h2", {}, title), el("p", {}, words), el("p", {}, button)));
  main.dataset.ready = "aside";
  verdicts.hidden = true;
  document.body.dataset.seat = "none";
  button.focus();
}

async function takeOver() {
  if (!(await takeSeat(true))) return;
  delete document.body.dataset.seat;
  if (walk.facts) {
    await refresh();
    goBack();
  } else await openBundle();
}

async function openBundle() {
  await load();
  start();
}

async function arrive() {
  if (await takeSeat(false)) await openBundle();
}

arrive().catch((error) => {
  const used = "This address is good once, and was opened before. Open the one that the terminal shows; if nobody of yours opened it, end the review there first.";
  const words = error.status === 403 ? (wasUsed ? used : "This address has no token. Open the one that the terminal shows.") : ["The bundle can’t be opened: ", shown(error.message)];
  fill(main, el("p", { class: "wait", role: "alert" }, words));
});

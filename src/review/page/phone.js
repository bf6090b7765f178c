// The walk on a phone: each step is opened in the phone's own browser, its sentences are ticked, photos and notes are added.

import { block, el, fill, plural, put, shown } from "./write.js";

const byId = (id) => document.getElementById(id);
const main = byId("main");
const LONGEST_LOOK = 3600000;
const steps = [];

class Refused extends Error {
  constructor(status, text) {
    super(text || `the review answered ${status}`);
    this.status = status;
  }
}

async function request(path, more) {
  let answer;
  try {
    answer = await fetch(path, { cache: "no-store", credentials: "same-origin", redirect: "error", ...more });
  } catch {
    throw new Error("the review doesn’t answer; is this phone still in the same network?");
  }
  if (!answer.ok) throw new Refused(answer.status, (await answer.text()).trim());
  return answer.json();
}

const json = (value) => ({ method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(value), keepalive: true });

// The code comes behind the `#` and leaves the address bar at once; it is good once.
function takeCode() {
  const code = location.hash.slice(1);
  if (code) history.replaceState(null, "", location.pathname);
  return /^[0-9a-f]{64}$/.test(code) ? code : null;
}

// What this phone is, as its own browser measures it.
const measured = () => ({
  width: innerWidth, height: innerHeight, scale: devicePixelRatio,
  touch: navigator.maxTouchPoints > 0, user_agent: navigator.userAgent.slice(0, 512),
});

// The seat for the code; whoever has it already needs none.
async function sit() {
  const code = takeCode();
  if (!code) return;
  try {
    await request("/seat", json({ code, phone: measured() }));
  } catch (error) {
    if (error.status !== 409 || !(await isSeated())) throw error;
  }
}

const isSeated = () => request("/api/walk").then(() => true, () => false);

function card(told) {
  const step = { told, checklist: told.checklist, id: told.id };
  const reference = { checklist: told.checklist, step: told.id };
  const said = el("p", { class: "told", role: "status" });
  const url = told.url;
  const link = url ? el("a", { class: "button main", href: url, target: "_blank", rel: "noopener noreferrer" }, "Open it on this phone") : null;
  const boxes = told.confirm.map((sentence, question) => {
    const box = el("input", { type: "checkbox" });
    box.addEventListener("change", () => keep({ said: "ticked", step: reference, question, on: "phone", holds: box.checked }));
    return { box, element: el("li", {}, el("label", {}, box, el("span", {}, shown(sentence)))) };
  });
  const hint = el("p", { class: "quiet" }, "Open the step first, then tick what holds.");
  const looked = url ? null : el("button", { type: "button", click: () => open() }, "I opened it by hand");
  const file = el("input", { type: "file", accept: "image/jpeg,image/png", class: "unseen", "aria-label": `A photo or screenshot of “${told.name}”` });
  const photos = el("div", { class: "photos" });
  const notes = el("ul", { class: "notes" });
  const text = el("textarea", { maxlength: "4000", "aria-label": `A note on “${told.name}”` });
  const note = el("form", { class: "note", hidden: true }, text, el("button", { type: "submit" }, "Keep the note"));
  const element = el("li", { class: "step" },
    el("header", {},
      el("p", { class: "quiet" }, shown(told.list), told.persona ? [" · as ", shown(told.persona)] : " · signed out", told.tier ? [", on ", shown(told.tier)] : null),
      el("h2", {}, number(told.id), shown(told.name)),
      told.status === "clean" ? null : el("p", {}, el("span", { class: "flag" }, told.status === "not-run" ? "not run by the machine" : `${told.status} by the machine`))),
    link ?? el("p", { class: "quiet" }, "No link leads to where this step ended. Go there by hand."), looked,
    boxes.length > 0 ? el("div", {}, hint, el("ul", { class: "questions" }, boxes.map((it) => it.element))) : null,
    photos, notes,
    el("div", { class: "more" },
      el("label", { class: "button" }, "Add a photo", file),
      el("button", { type: "button", click: () => { note.hidden = !note.hidden; if (!note.hidden) text.focus(); } }, "Write a note")),
    note, said);

  // Says something of this step, and shows how it stands once that is kept. Words go one after the other, so that they are kept
  // in the order in which they were said; one that isn't kept is told until something else is said.
  let last = Promise.resolve();
  let onTheirWay = 0;
  function tell(send) {
    for (const line of said.querySelectorAll(".settled")) line.remove();
    const line = el("span", {}, "keeping…");
    put(said, line);
    onTheirWay += 1;
    last = last.then(async () => {
      try {
        Object.assign(step.told, await send());
        fill(line, "kept");
        if (said.children.length > 1) line.remove();
        return true;
      } catch (error) {
        line.classList.add("lost");
        fill(line, "Not kept: ", shown(error.message));
        return false;
      } finally {
        line.classList.add("settled");
        onTheirWay -= 1;
        update();
      }
    });
    return last;
  }
  const keep = (word) => tell(() => request("/api/said", json(word)));
  // Opening counts at once; how long it lay open is known when somebody comes back.
  let away = null;
  const open = () => keep({ said: "looked", step: reference, on: "phone", ms: 0 });
  link?.addEventListener("click", () => { away = performance.now(); open(); });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible" || away === null) return;
    const ms = Math.min(LONGEST_LOOK, Math.round(performance.now() - away));
    away = null;
    keep({ said: "looked", step: reference, on: "phone", ms });
  });
  file.addEventListener("change", async () => {
    const [photo] = file.files;
    if (!photo) return;
    const path = `/api/photographed/${told.checklist}/${encodeURIComponent(told.id)}`;
    const headers = { "Content-Type": photo.type === "image/png" ? "image/png" : "image/jpeg" };
    await tell(() => request(path, { method: "POST", headers, body: photo }));
    file.value = "";
  });
  note.addEventListener("submit", async (event) => {
    event.preventDefault();
    // Two taps are one, and what is being kept isn't changed.
    if (text.readOnly) return;
    if (text.value.trim() === "") {
      text.focus();
      return;
    }
    text.readOnly = true;
    if (await keep({ said: "commented", step: reference, text: text.value.trim() })) {
      text.value = "";
      note.hidden = true;
    }
    text.readOnly = false;
  });

  function update() {
    const { is_opened: isOpened, ticked, comments, photos: names } = step.told;
    element.classList.toggle("was-opened", isOpened);
    hint.hidden = isOpened;
    if (looked) looked.hidden = isOpened;
    for (const [question, { box }] of boxes.entries()) {
      if (onTheirWay === 0) box.checked = ticked.includes(question);
      box.disabled = !isOpened;
    }
    fill(notes, comments.map((words) => el("li", {}, block(words))));
    if (photos.children.length !== names.length) {
      fill(photos, names.map((name, index) => el("img", { src: `/api/photos/${name}`, alt: `Photo ${index + 1} of “${told.name}”` })));
    }
    progress();
  }
  return { ...step, step, element, update };
}

// The number in front of a step's name: `02-sign-it` is 2.
function number(id) {
  const value = Number.parseInt(id, 10);
  return value ? el("span", { class: "number" }, value, " ") : null;
}

function progress() {
  const opened = steps.filter((it) => it.step.told.is_opened).length;
  fill(byId("progress"), `${opened} of ${plural(steps.length, "step")} opened here`);
}

function lay(walk) {
  fill(byId("target"), shown(walk.target), " · ", shown(walk.commit ? walk.commit.slice(0, 9) : "commit not known"));
  steps.push(...walk.steps.map(card));
  fill(main,
    el("section", { class: "before" },
      el("p", {}, "Open each step of the preview in this phone’s browser, tick what holds, add a photo of what doesn’t. The word on each step is said on the review page."),
      el("p", {}, "Sign in there by hand, as each step says. "),
      walk.start ? el("a", { class: "button", href: walk.start, target: "_blank", rel: "noopener noreferrer" }, "Open the preview") : null),
    el("ol", { class: "steps" }, steps.map((it) => it.element)));
  for (const it of steps) it.update();
  main.dataset.ready = "walk";
}

async function arrive() {
  await sit();
  lay(await request("/api/walk"));
}

arrive().catch((error) => {
  const words = error.status === 403 ? "This phone has no seat in the walk. Scan the code that the terminal shows; it is good once." : error.message;
  fill(main, el("div", { class: "aside", role: "alert" }, el("h2", {}, "The walk can’t be taken up"), el("p", {}, shown(words))));
  main.dataset.ready = "refused";
});

// One step: what a person confirms, what was found, what was done, expected and seen.

import { block, duration, el, fill, plural, shown } from "./write.js";
import { consoleLines, finding, requests } from "./finding.js";
import { phone } from "./picture.js";
import { reference, surroundings, tell, undecided, walk } from "./walk.js";
import { picture as pictureAt } from "./wire.js";
import { askWords, open } from "./words.js";

const GROUP = { changed: "changed since it was last accepted", same: "as last accepted" };

// The number in front of a step's name: `02-sign-it` is 2.
const number = (id) => Number.parseInt(id, 10) || null;

// `page` is told when the picture is `ready`, gives a `hint`, and says what is a `hindrance` to a word.
export function stepView(step, told, page) {
  const place = surroundings(step.list);
  const picture = phone(step, told, page);
  const findings = told.found.map(finding);
  const questions = told.confirm.map((sentence, index) => question(step, sentence, index, { goOn: nextQuestion, page }));
  const notes = el("div", { class: "notes" });
  const device = onPhone(step);
  const todo = el("span", { class: "todo" });
  const heading = el("h2", { tabindex: "-1" }, number(step.id) ? el("span", { class: "number" }, number(step.id), " ") : null, shown(told.name));
  const element = el("article", { class: `step ${told.status}` },
    el("header", {},
      el("p", { class: "where quiet" }, shown(step.list.name), step.list.persona ? [" · as ", shown(step.list.persona)] : " · signed out", step.list.tier ? [", on ", shown(step.list.tier)] : null, place ? [" · ", shown(place)] : null),
      heading,
      el("p", { class: "state" }, el("span", { class: `status ${told.status}` }, told.status === "not-run" ? "not run" : told.status), " ",
        GROUP[step.group] ? el("span", { class: "quiet" }, GROUP[step.group]) : null, todo),
      told.why && told.status !== "flagged" ? el("p", { class: `why ${told.status}` }, block(told.why)) : null),
    el("div", { class: "sides" }, picture.element,
      el("div", { class: "told" },
        questions.length > 0 ? el("section", { class: "questions" }, el("h3", {}, "For you to confirm"), el("ul", {}, questions.map((it) => it.element))) : null,
        device.element,
        findings.length > 0 ? el("section", { class: "findings" }, findings.map((it) => it.element)) : null,
        told.status === "not-run" ? null : done(told.actions), expected(told.expectations), seen(told),
        fold(`Console, ${plural(told.console.length, "line")}`, told.console.length, () => consoleLines(told.console, told.noise)),
        fold(`Network, ${plural(told.requests.length, "request")}`, told.requests.length, () => requests(told.requests)),
        el("section", { class: "remarks" }, el("h3", {}, "Your notes"), notes,
          el("p", {}, el("button", { type: "button", click: () => note() }, "Write a note… ", el("kbd", {}, "n")))))));

  function update() {
    const { comments, looked_ms: looked } = step.state;
    for (const it of [...questions, ...findings, picture, device]) it.update();
    const unticked = questions.filter((it) => !it.isTicked());
    const open = undecided(step).length;
    const left = `${unticked.length}/${open}`;
    // Left as it is while it says the same: the focus may be on it.
    if (todo.dataset.left !== left) {
      todo.dataset.left = left;
      fill(todo, unticked.length > 0 ? jump(`${plural(unticked.length, "question")} to tick`, () => questions.find((it) => !it.isTicked())?.box) : null,
        open > 0 ? jump(`${plural(open, "finding")} to decide`, () => findings.find((it) => undecided(step).includes(it.id))?.element) : null);
    }
    fill(notes,
      comments.length > 0 ? el("ul", {}, comments.map((text) => el("li", {}, block(text)))) : null,
      looked > 0 ? el("p", { class: "quiet" }, "looked at for ", duration(looked)) : null);
  }
  async function note(label = "What is to be remembered?") {
    const text = await askWords({ title: "A note on this step", label, needed: true });
    if (text === null) return false;
    await tell({ said: "commented", step: reference(step), text });
    return true;
  }
  // From tick to tick by the space bar alone; behind the last one it unticks nothing.
  function nextQuestion() {
    (questions.find((it) => !it.isTicked())?.box ?? heading).focus();
  }
  update();
  return { element, heading, picture, findings, questions, update, note };
}

// What was seen on real phones: that it was opened there, and the photos.
function onPhone(step) {
  const photos = el("div", { class: "photos" });
  const device = el("ul", { class: "quiet" });
  const words = (it) => [`Opened at ${it.width} × ${it.height} px, pixel ratio ${it.scale}${it.touch ? ", touch" : ""}: `, shown(it.user_agent)];
  const element = el("section", { class: "on-phone" }, el("h3", {}, "On a real phone"), device, photos);
  function update() {
    const { phones, photos: files } = step.state;
    element.hidden = phones.length === 0 && files.length === 0;
    fill(device, phones.map((index) => el("li", {}, words(walk.phones[index]))));
    if (photos.children.length === files.length) return;
    fill(photos, files.map((file, index) => photo(file, `Photo ${index + 1} from the phone, of step “${step.name}”`)));
  }
  return { element, update };
}

function photo(file, alt) {
  const image = el("img", { alt, decoding: "async" });
  const button = el("button", { type: "button", click: () => open("large", el("img", { src: image.src, alt })) }, image);
  pictureAt(`photos/${encodeURIComponent(file.split("/").at(-1))}`).then((url) => { image.src = url; },
    (error) => fill(button, "The photo can’t be shown: ", shown(error.message)));
  return button;
}

// What is still to be done here, and the way to it.
function jump(words, to) {
  return el("button", { type: "button", class: "link", click: () => { to()?.focus(); to()?.scrollIntoView({ block: "center" }); } }, words);
}

// A sentence to tick. The box shows what was meant at once; the server's word counts when nothing is on its way any more.
function question(step, sentence, index, { goOn, page }) {
  const box = el("input", { type: "checkbox" });
  let onItsWay = 0;
  function update() {
    if (onItsWay === 0) box.checked = step.state.ticked.includes(index);
  }
  async function tick(holds) {
    const hindrance = holds ? page.hindrance() : null;
    if (hindrance) {
      box.checked = false;
      page.hint(hindrance);
      return;
    }
    box.checked = holds;
    onItsWay += 1;
    if (holds) goOn();
    try {
      await tell({ said: "ticked", step: reference(step), question: index, on: "page", holds });
    } finally {
      onItsWay -= 1;
      update();
    }
  }
  box.addEventListener("change", () => tick(box.checked).catch(() => {}));
  return { element: el("li", {}, el("label", {}, box, el("span", {}, shown(sentence)))), box, update, tick, isTicked: () => box.checked };
}

function fold(title, count, content) {
  if (count === 0) return null;
  const inside = el("div", {});
  const element = el("details", { class: "fold" }, el("summary", {}, title), inside);
  element.addEventListener("toggle", () => fill(inside, content()), { once: true });
  return element;
}

function done(actions) {
  return el("section", {}, el("h3", {}, "Done"),
    actions.length === 0 ? el("p", { class: "quiet" }, "Nothing; the page was looked at as it stood.") : null,
    el("ol", { class: "acts" }, actions.map((action) => {
      const failed = action.outcome.failed;
      const isSkipped = action.outcome === "not_run";
      return el("li", { class: failed ? "failed" : isSkipped ? "not-run" : "done" }, shown(action.what), " ",
        el("span", { class: "quiet" }, isSkipped ? "not run" : duration(action.duration_ms), !failed && action.effects ? [" · ", effects(action.effects)] : null),
        failed ? el("p", { class: "instead" }, block(failed.why)) : null,
        action.typed.filter((typed) => !typed.is_same).map((typed) =>
          el("p", { class: "instead" }, shown(typed.field), ": typed ", el("code", {}, shown(typed.typed)), ", then held ", el("code", {}, shown(typed.held)))));
    })));
}

function effects({ navigated, requests: asked, changes, others }) {
  const parts = [navigated ? "new page" : null, asked ? plural(asked, "request") : null, changes ? plural(changes, "change") : null, ...others].filter(Boolean);
  return parts.length > 0 ? shown(parts.join(", ")) : el("b", {}, "brought about nothing");
}

const HELD = { held: ["done", "held"], not_run: ["not-run", "not looked at"] };

function expected(expectations) {
  if (expectations.length === 0) return null;
  return el("section", {}, el("h3", {}, "Expected"), el("ul", { class: "acts" }, expectations.map(({ what, outcome, duration_ms: ms }) => {
    const [kind, word] = outcome.broken ? ["failed", "did not hold"] : outcome.undecided ? ["unknown", "could not be decided"] : HELD[outcome];
    return el("li", { class: kind }, shown(what), " ", el("span", { class: "quiet" }, word, outcome === "not_run" ? null : `, ${duration(ms)}`),
      outcome.broken ? el("p", { class: "instead" }, "Instead: ", block(outcome.broken.seen)) : null,
      outcome.undecided ? el("p", { class: "instead" }, block(outcome.undecided.why)) : null);
  })));
}

function seen(told) {
  if (told.status === "not-run") return null;
  const row = (name, ...value) => el("div", {}, el("dt", {}, name), el("dd", {}, value));
  const { page } = told;
  return el("section", {}, el("h3", {}, "Seen"), el("dl", { class: "seen" },
    page ? [row("Page", page.title ? shown(page.title) : "no title"), row("At", el("code", {}, shown(page.url))), page.alerts.map((text) => row("Told", block(text))),
      page.is_browser_error ? row("Error", "the browser’s own error page stands there") : null] : row("Page", "could not be read"),
    told.happenings.map((it) => happened(it, row)),
    told.unsettled ? row("Unsettled", shown(told.unsettled)) : null,
    told.undecided.map((why) => row("Undecided", shown(why)))));
}

function happened(happening, row) {
  const [[kind, it]] = Object.entries(happening);
  switch (kind) {
    case "dialog": return row("Dialog", shown(it.kind), ": ", shown(it.text), it.is_accepted ? ", accepted" : ", dismissed", it.is_expected ? null : ", not expected");
    case "download": return row("Download", shown(it.name), " from ", el("code", {}, shown(it.url)));
    case "withheld": return row("Not sent", el("code", {}, shown(it.method), " ", shown(it.url)), ", which could change something");
    case "new_tab": return row("New tab", el("code", {}, shown(it.url)));
    case "network": return row("Network", shown(it.state));
    default: return null;
  }
}

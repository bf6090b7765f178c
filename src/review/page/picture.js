// The picture in a phone: enlarged, and with places marked on it.

import { el, fill, shown } from "./write.js";
import { pictureOf } from "./wire.js";
import { reference, tell } from "./walk.js";
import { askWords, open } from "./words.js";
import { comparison } from "./compare.js";

const POINT = 0.02;

// A word on a picture that isn't there yet would be one on something unseen: it isn't taken, and that is said.
export const PICTURE_COMES = "The picture is still coming: say it again when it is there.";

// A picture in its frame; the page is told when it is before the reader's eyes.
export function phone(step, told, page) {
  const pictures = told.pictures;
  const last = Math.max(0, pictures.findLastIndex((picture) => !picture.caption));
  // Which one is asked for, and which one is before the reader: none while another one comes.
  let now = last;
  let before = null;
  let turn = 0;
  const image = el("img", { alt: "", decoding: "async" });
  const marks = el("div", { class: "marks", "aria-hidden": "true" });
  const boxes = boxesOf(told);
  const broken = el("p", { class: "broken", role: "alert", hidden: true });
  const screen = el("div", { class: "screen" }, image, boxes, marks, broken);
  const caption = el("figcaption", {});
  const tabs = el("div", { class: "tabs", role: "group", "aria-label": "Pictures of this step" });
  const notes = el("ol", { class: "mark-notes" });
  const buttons = [
    el("button", { type: "button", click: () => large() }, "Large ", el("kbd", {}, "z")),
    el("button", { type: "button", click: () => mark() }, "Mark a place ", el("kbd", {}, "m"))];
  const tools = el("p", { class: "tools" }, buttons);
  const frame = el("div", { class: "frame" }, screen);
  const compared = told.change ? comparison(step, told.change, frame, screen, toEnd) : null;
  const element = el("figure", { class: "phone" }, el("div", { class: "frames" }, frame), compared?.element, caption, tabs, tools, notes);

  // Notes which picture is before the reader.
  function see(picture) {
    before = picture;
    for (const button of buttons) button.disabled = !before;
  }

  async function show(index) {
    turn += 1;
    const mine = turn;
    now = index;
    see(null);
    const picture = pictures[index];
    if (!image.src && picture.width > 0) screen.style.aspectRatio = `${picture.width} / ${picture.height}`;
    for (const [place, tab] of [...tabs.children].entries()) tab.setAttribute("aria-pressed", String(place === index));
    try {
      const url = await pictureOf(picture.file);
      if (turn !== mine) return;
      image.src = url;
      await image.decode();
      if (turn !== mine) return;
      see({ file: picture.file, url });
      screen.style.aspectRatio = `${image.naturalWidth} / ${image.naturalHeight}`;
      lay(index, null);
    } catch (error) {
      // What came of one that nobody waits for any more doesn't count.
      if (turn === mine) lay(index, error);
    }
  }

  // Lays the picture before the reader with all that belongs to it, or why it can't be shown.
  function lay(index, error) {
    const isLast = index === last;
    broken.hidden = !error;
    fill(broken, error ? ["The picture can’t be shown: ", shown(error.message)] : null);
    image.hidden = Boolean(error);
    image.alt = error ? "" : `The page in step “${step.name}”`;
    fill(caption, pictures[index].caption ? shown(pictures[index].caption) : null);
    // Boxes and the picture accepted before belong to the page at the step's end.
    boxes.hidden = !isLast || Boolean(error);
    compared?.show(isLast && !error ? compared.mode() : "now");
    update();
    page.ready(error ? "The picture can’t be shown, so the step can’t be confirmed." : null);
  }

  function toEnd() {
    if (now !== last) show(last);
    return before === null;
  }

  function update() {
    const here = step.state.marks.filter((mark) => mark.picture === before?.file);
    fill(marks, here.map((mark, index) => {
      const box = el("span", { class: mark.width < POINT && mark.height < POINT ? "mark point" : "mark" }, String(index + 1));
      place(box, mark);
      return box;
    }));
    fill(notes, here.map((mark) => el("li", {}, mark.note ? shown(mark.note) : "marked")));
  }

  // Whether a picture is before the reader; what there is instead is said.
  function isHere() {
    if (!before) page.hint(pictures.length === 0 || !broken.hidden ? "There is no picture to be seen." : PICTURE_COMES);
    return before !== null;
  }

  function compare() {
    if (compared) compared.next();
    else page.hint("No picture of this step was accepted before.");
  }

  function large() {
    if (isHere()) open("large", el("img", { src: before.url, alt: image.alt }));
  }

  async function mark() {
    if (!isHere()) return;
    const { file } = before;
    const area = await draw(screen);
    if (!area) return;
    const note = await askWords({ title: "A place on the picture", label: "What is there?", needed: true });
    if (note === null) return;
    await tell({ said: "marked", step: reference(step), mark: { picture: file, ...area, note } });
  }

  if (pictures.length > 1) {
    fill(tabs, pictures.map((picture, index) =>
      el("button", { type: "button", click: () => show(index), title: picture.caption ?? "The page at the step’s end" }, String(index + 1))));
  }
  image.addEventListener("click", large);
  if (pictures.length === 0) {
    fill(screen, el("p", { class: "broken" }, told.status === "not-run" ? "This step never began." : "No picture was kept."));
    tools.hidden = true;
    page.ready(null);
  } else show(now);
  return { element, update, large, mark, compare };
}

// What the findings of this step point at, as far as the picture shows it, and what isn't compared with the picture before.
function boxesOf(told) {
  const [width, height] = told.shown ?? [0, 0];
  const areas = width > 0 && height > 0 ? told.found.flatMap((found) => (found.is_here ? found.boxes ?? [] : [])) : [];
  const boxed = (area, width, height, name) => {
    const box = el("span", { class: name });
    place(box, { x: area.x / width, y: area.y / height, width: area.width / width, height: area.height / height });
    return box;
  };
  const picture = told.pictures.findLast((picture) => !picture.caption);
  const masked = told.change ? picture?.masked ?? [] : [];
  return el("div", { class: "boxes", "aria-hidden": "true" }, areas.map((area) => boxed(area, width, height, "found")),
    masked.map((area) => boxed(area, picture.width, picture.height, "masked")));
}

function place(box, { x, y, width, height }) {
  box.style.left = `${x * 100}%`;
  box.style.top = `${y * 100}%`;
  box.style.width = `${width * 100}%`;
  box.style.height = `${height * 100}%`;
}

// A place on the screen: dragged, tapped, or pointed at with the arrow keys. `null` when it was left.
function draw(screen) {
  return new Promise((resolve) => {
    const rubber = el("span", { class: "rubber" });
    const sheet = el("div", { class: "drawing", tabindex: "0", role: "application",
      "aria-label": "Drag over a place, or move the point with the arrow keys and press Enter; Esc leaves it" }, rubber);
    const point = { x: 0.5, y: 0.5, width: 0, height: 0 };
    let from = null;
    const at = (event) => {
      const box = sheet.getBoundingClientRect();
      const part = (value, size) => Math.min(1, Math.max(0, value / size));
      return { x: part(event.clientX - box.left, box.width), y: part(event.clientY - box.top, box.height) };
    };
    const area = (one, other) => ({
      x: Math.min(one.x, other.x), y: Math.min(one.y, other.y),
      width: Math.abs(one.x - other.x), height: Math.abs(one.y - other.y),
    });
    let isDrawn = false;
    // Taking the sheet away takes its focus too, which would end it once more.
    const end = (result) => {
      if (isDrawn) return;
      isDrawn = true;
      sheet.remove();
      resolve(result);
    };
    sheet.addEventListener("pointerdown", (event) => { from = at(event); sheet.setPointerCapture(event.pointerId); event.preventDefault(); });
    sheet.addEventListener("pointermove", (event) => { if (from) place(rubber, area(from, at(event))); });
    sheet.addEventListener("pointerup", (event) => {
      if (!from) return;
      const drawn = area(from, at(event));
      end(drawn.width < POINT && drawn.height < POINT ? { ...at(event), width: 0, height: 0 } : drawn);
    });
    sheet.addEventListener("blur", () => end(null));
    sheet.addEventListener("keydown", (event) => {
      const step = event.shiftKey ? 0.005 : 0.03;
      const move = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
      if (event.key === "Enter") end(point);
      else if (event.key === "Escape") end(null);
      else if (!move) return;
      else {
        point.x = Math.min(1, Math.max(0, point.x + move[0]));
        point.y = Math.min(1, Math.max(0, point.y + move[1]));
        place(rubber, point);
      }
      event.preventDefault();
      event.stopPropagation();
    });
    place(rubber, point);
    screen.append(sheet);
    sheet.focus();
    sheet.scrollIntoView({ block: "nearest" });
  });
}

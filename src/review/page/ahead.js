// What is told of each step, asked for once; that of the next ones comes while one is looked at.

import { ask, pictureOf } from "./wire.js";

const details = new Map();
export function detail(step) {
  const path = `steps/${step.checklist}/${step.place}`;
  if (!details.has(path)) {
    const told = ask(path);
    told.catch(() => details.delete(path));
    details.set(path, told);
  }
  return details.get(path);
}

// The next steps' texts and pictures come, and are decoded, while this one is looked at.
export async function prepare(step) {
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

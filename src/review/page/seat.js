// The one seat before the walk: what is said when another page has it, takes it, or the server is gone.

import { el, fill } from "./write.js";
import { sit } from "./wire.js";
import { leaveSeat, sitAgain } from "./unkept.js";
import { draft } from "./words.js";

const KEPT = " Every word that was said here is kept, unless it stands above.";
const WORDS = {
  busy: ["This bundle is open in another page", "One page at a time writes the walk. Go on there, or go on here; then the other page stops."],
  taken: ["The walk goes on in another page", `Somebody opened this bundle again and took over.${KEPT}`],
  gone: ["The review server has ended", `Start \`shippass review\` again, and open the address that it prints.${KEPT}`],
};

export const seat = { isOurs: false };

// Takes the seat; whether it is ours. `page` is told of news, lays something aside from the walk before the reader, and goes on.
export async function takeSeat(takesOver, page) {
  const lost = (why) => {
    seat.isOurs = false;
    leaveSeat(draft());
    aside(why, page);
  };
  seat.isOurs = await sit(takesOver, lost, () => { if (seat.isOurs) page.hear(); });
  if (seat.isOurs) {
    sitAgain();
    delete document.body.dataset.seat;
  } else aside("busy", page);
  return seat.isOurs;
}

function aside(why, page) {
  const [title, words] = WORDS[why];
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  const told = el("p", { role: "status" });
  const goOn = async () => {
    button.disabled = true;
    try {
      if (await takeSeat(true, page)) await page.goOn();
    } catch {
      button.disabled = false;
      fill(told, "The review server doesn’t answer.");
    }
  };
  const button = el("button", { type: "button", class: "main", click: goOn }, "Go on here");
  page.lay(el("div", { class: "aside", role: "alert" }, el("h2", {}, title), el("p", {}, words), el("p", {}, button), told));
  document.body.dataset.seat = "none";
  button.focus();
}

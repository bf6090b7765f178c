// Waits until nothing has scrolled for a moment: what a finger sets in motion goes on when it has left, and a touch before
// that would stop it and do nothing else.
const [limit, done] = arguments;
const MOMENT = 400;
const started = performance.now();

let scrolled = started;
const note = () => { scrolled = performance.now(); };
addEventListener("scroll", note, true);
const attempt = () => {
  const now = performance.now();
  if (now - scrolled < MOMENT && now - started < limit) return nextFrame(attempt);
  removeEventListener("scroll", note, true);
  done(true);
};
attempt();

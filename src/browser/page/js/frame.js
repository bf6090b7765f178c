// Where a point of a frame's document lies in the document around it; brought onto the screen, and what covers it there.
const [{ frame, x, y }, place, limit, done] = arguments;
const started = performance.now();
origin = place.origin;

const lift = () => {
  const box = contentOrigin(frame);
  const scale = frame.offsetWidth > 0 ? frame.getBoundingClientRect().width / frame.offsetWidth : 1;
  return { x: box.x + x * scale, y: box.y + y * scale };
};
const isOnScreen = (point) => point.x >= 0 && point.y >= 0 && point.x < innerWidth && point.y < innerHeight;
const bringIn = () => {
  frame.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
  const point = lift();
  if (!isOnScreen(point)) scrollBy({ left: point.x < innerWidth ? 0 : point.x - innerWidth / 2, top: point.y - innerHeight / 2, behavior: "instant" });
};

// A frame is drawn by itself: touches find it where it was until what was scrolled has been drawn.
let last = lift();
let stillSince = performance.now();
let patience = 0;
let isCentred = false;
const attempt = () => {
  const point = lift();
  const now = performance.now();
  if (point.x !== last.x || point.y !== last.y) [stillSince, patience] = [now, 100];
  last = point;
  const isOver = now - started >= limit;
  if (now - stillSince < patience && !isOver) return nextFrame(attempt);
  if (!isOnScreen(point)) {
    if (isOver) return done({ error: { kind: "off-screen", by: null } });
    bringIn();
    return nextFrame(attempt);
  }
  const top = hit(point.x, point.y);
  if (top !== frame) {
    if (isOver) return done({ error: { kind: "covered", by: describe(coverOf(frame, top)) } });
    // A bar that sticks to an edge covers what lies there; the middle is free of it.
    if (!isCentred) scrollBy({ top: point.y - innerHeight / 2, behavior: "instant" });
    isCentred = true;
    return nextFrame(attempt);
  }
  done({ x: Math.round(point.x), y: Math.round(point.y) });
};
nextFrame(attempt);

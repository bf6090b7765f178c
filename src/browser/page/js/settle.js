// Resolves when the page has settled, or with what keeps it from it; tells what the page then shows.
const [ignored, limit, done] = arguments;
const state = window[Symbol.for("shippass")];
const started = performance.now();

// What a request is known by when it is asked again: a cursor, a time or a number in its query is another one each time.
const isWord = (text) => /^[a-z][a-z_-]{0,29}$/i.test(text);
const nameOf = ({ url }) => {
  if (!url || !URL.canParse(url, document.baseURI)) return url;
  const { origin, pathname, searchParams } = new URL(url, document.baseURI);
  const parts = [...searchParams].map(([key, value]) => (isWord(value) ? `${key}=${value}` : key));
  return `${origin}${pathname}?${parts.sort().join("&")}`;
};
const isWaitedFor = (request) => !request.url || !ignored.includes(nameOf(request));
const openRequests = () => (state ? [...state.open.values()].filter(isWaitedFor) : []);
const isRunning = (animation) => {
  if (animation.playState !== "running") return false;
  const timing = animation.effect && animation.effect.getComputedTiming();
  return Boolean(timing) && Number.isFinite(Number(timing.endTime)) && Number(timing.endTime) < 10_000;
};
const isInSight = (element) => {
  const box = element.getBoundingClientRect();
  return box.width > 0 && box.bottom > 0 && box.top < innerHeight;
};
const isPending = (image) => !image.complete && Boolean(image.currentSrc) && isInSight(image);
// What a frame of another origin still loads is told late on a busy machine. Its page is complete only when its frames are; that
// waits for more than what is in sight, so not for long.
const FRAMES_PATIENCE = 1_500;
const areFramesLoading = () => {
  if (document.readyState === "complete") return false;
  const [loading] = performance.getEntriesByType("navigation");
  const since = loading ? loading.domContentLoadedEventEnd : 0;
  return performance.now() - since < FRAMES_PATIENCE && [...document.querySelectorAll("iframe,frame")].some(isInSight);
};
// Modules and deferred scripts run before this event; between two of them nothing is open and nothing changes.
const areScriptsRunning = () => {
  if (document.readyState !== "interactive") return false;
  const [loading] = performance.getEntriesByType("navigation");
  return Boolean(loading) && loading.domContentLoadedEventEnd === 0;
};
const restless = () => {
  if (document.readyState === "loading") return "the document is still loading";
  if (areScriptsRunning()) return "the scripts that the document begins with are still running";
  const open = openRequests();
  if (open.length > 0) return `a request is open: ${open[0].url.slice(0, 120) || "XMLHttpRequest"}`;
  if (document.fonts && document.fonts.status === "loading") return "fonts are still loading";
  if ([...document.images].some(isPending)) return "an image is still loading";
  if (areFramesLoading()) return "a frame is still loading";
  if (document.getAnimations().some(isRunning)) return "an animation is running";
  return null;
};

const SKIPPED = "SCRIPT,STYLE,TEMPLATE,NOSCRIPT";
const isShown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
const look = () => {
  const body = document.body;
  const text = body ? (body.innerText ?? "").replace(/[ \t\f\v]+/g, " ").replace(/\n{2,}/g, "\n").trim() : "";
  // What a shadow root shows is none of the page's text.
  const hasWords = (root) => [...root.children].some((element) => !element.matches(SKIPPED) && isShown(element) && (element.innerText ?? "").trim());
  const visuals = rootsOf(document).map((root) =>
    [...root.querySelectorAll("img,svg,canvas,video,iframe,object,embed,input:not([type=hidden]),textarea,select,button,hr,progress,meter")]
      .filter((element) => isShown(element) && element.getBoundingClientRect().width > 0).length + (root !== document && hasWords(root) ? 1 : 0))
    .reduce((sum, count) => sum + count, 0);
  const alerts = [...document.querySelectorAll("[role=alert],[role=status],[aria-live=assertive],[aria-live=polite]")]
    .filter((element) => !element.matches(SKIPPED) && isShown(element)).map((element) => (element.innerText ?? "").trim().slice(0, 300)).filter(Boolean);
  return {
    url: location.href, title: document.title.slice(0, 300), text: text.slice(0, 2000), text_length: [...text].length, visuals,
    alerts: [...new Set(alerts)].slice(0, 10),
    is_browser_error: location.protocol === "chrome-error:" || Boolean(document.querySelector("body.neterror")),
  };
};
const held = () => (state ? state.typed : []).filter(({ element }) => element.isConnected)
  .map(({ id, element }) => ({ id, held: element.isContentEditable ? element.innerText : element.value }));
const isTypedInto = (element) => Boolean(element) && (element.isContentEditable || element.matches("input,textarea") || Boolean(element.shadowRoot));
const motion = () => {
  // What stands in a frame is seen by those alone who ask in it.
  if (rootsOf(document).some((root) => [...root.querySelectorAll(`${PRIVATE},iframe,frame`)].some(isShown))) return "private";
  const isMoving = document.getAnimations().some((animation) => animation.playState === "running");
  return isMoving || isTypedInto(document.activeElement) || document.querySelector(":active") ? "moving" : "still";
};
const measure = () => ({
  width: innerWidth, height: innerHeight, layout_width: document.documentElement.clientWidth, scale: devicePixelRatio, touch_points: navigator.maxTouchPoints,
  is_coarse: matchMedia("(pointer: coarse)").matches, screen_width: screen.width, user_agent: navigator.userAgent,
  viewport_meta: (document.querySelector("meta[name=viewport]") || { content: null }).content,
});

const answer = (unsettled) => done({
  unsettled, document: performance.timeOrigin, page: look(), held: held(), measure: measure(),
  motion: motion(),
  open: openRequests().map(nameOf),
  counters: { changes: state ? state.changes : 0, requests: state ? state.requests : 0, others: state ? [...state.others] : [] },
});

let quietFrames = 0;
let lastChanges = state ? state.changes : 0;
const frame = () => {
  const reason = restless();
  const changes = state ? state.changes : 0;
  quietFrames = reason === null && changes === lastChanges ? quietFrames + 1 : 0;
  lastChanges = changes;
  if (quietFrames >= 2) return answer(null);
  if (performance.now() - started >= limit) return answer(reason || "the page keeps changing");
  nextFrame(frame);
};
frame();

// What is asked of the server and told to it. Words go one after the other; each is kept when the server says so.

const KEPT_PICTURES = 60;
const AGAIN_AFTER = 2000;

// Whether this page came with a code that somebody had used before.
export let wasUsed = false;
const token = await takeToken();

// The token, or a code that is good for one once, comes behind the `#` and leaves the address bar at once; this tab alone keeps it.
async function takeToken() {
  const [, isOnce, given] = /^#(once-)?([0-9a-f]{64})$/.exec(location.hash) ?? [];
  if (!given) return sessionStorage.getItem("token") ?? "";
  history.replaceState(null, "", location.pathname);
  const taken = isOnce ? await exchanged(given) : given;
  sessionStorage.setItem("token", taken);
  return taken;
}

async function exchanged(code) {
  const answer = await fetch("/once", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ code }), cache: "no-store", credentials: "omit", redirect: "error" });
  wasUsed = !answer.ok;
  return answer.ok ? (await answer.json()).token : "";
}

function request(path, more = {}) {
  const headers = { "X-Shippass-Token": token, ...more.headers };
  return fetch(`/api/${path}`, { cache: "no-store", credentials: "omit", redirect: "error", ...more, headers });
}

export class Refused extends Error {
  constructor(status, text) {
    super(text || `the server answered ${status}`);
    this.status = status;
  }
}

async function good(answer) {
  if (!answer.ok) throw new Refused(answer.status, (await answer.text()).trim());
  return answer;
}

export async function ask(path) {
  return (await good(await request(path))).json();
}

export async function readText(file) {
  return (await good(await request(`files/${file.split("/").map(encodeURIComponent).join("/")}`))).text();
}

// Pictures need the token too: they are fetched, and shown from memory.
const pictures = new Map();

export function picture(path) {
  let found = pictures.get(path);
  if (found) pictures.delete(path);
  else {
    found = request(path).then(good).then((answer) => answer.blob()).then((bytes) => URL.createObjectURL(bytes));
    found.catch(() => pictures.delete(path));
  }
  pictures.set(path, found);
  for (const [old, url] of pictures) {
    if (pictures.size <= KEPT_PICTURES) break;
    pictures.delete(old);
    url.then((it) => URL.revokeObjectURL(it), () => {});
  }
  return found;
}

export const pictureOf = (file) => picture(`files/${file.split("/").map(encodeURIComponent).join("/")}`);

// One page speaks at a time. As long as it listens the seat is its own.
let seat = "";
const SEAT_TRIES = 6;
const SEAT_AGAIN = 250;

// Takes the seat; false when another page has it. `lost` hears "taken" or "gone", `news` that something was said or found.
export async function sit(takesOver, lost, news) {
  for (let tries = 1; ; tries += 1) {
    const { ticket } = await (await good(await request("seat", json({ takes_over: takesOver })))).json();
    if (ticket && (await listen(ticket, lost, news))) return true;
    // A page that was just loaded anew may still be taken for the one before it.
    if (tries >= SEAT_TRIES) return false;
    await new Promise((later) => setTimeout(later, SEAT_AGAIN));
  }
}

function listen(ticket, lost, news) {
  const events = new EventSource(`/seats/${ticket}`);
  return new Promise((seated) => {
    let isSeated = false;
    events.addEventListener("seated", ({ data }) => {
      seat = data;
      isSeated = true;
      seated(true);
    });
    const end = (why) => {
      events.close();
      if (isSeated) lost(why);
      else seated(false);
    };
    events.addEventListener("news", news);
    events.addEventListener("taken", () => end("taken"));
    events.addEventListener("error", () => end("gone"));
  });
}

const json = (value) => ({
  method: "POST",
  headers: { "Content-Type": "application/json", "X-Shippass-Seat": seat },
  body: JSON.stringify(value),
});

const waiting = [];
let isSending = false;
let tell = () => {};

// `listener` hears "saving", "saved" or "lost" with the reason.
export function onSaving(listener) {
  tell = listener;
}

// Says something; the promise holds how far the walk is, once the word is on the disk.
export function say(said) {
  return new Promise((kept, refused) => {
    waiting.push({ said, kept, refused });
    send();
  });
}

const post = (said) => request("said", { ...json(said), keepalive: true });

// Accepts the pictures of all confirmed steps; how many these are.
export async function accept() {
  return (await (await good(await request("accept", json({})))).json()).pictures;
}

async function send() {
  if (isSending) return;
  isSending = true;
  while (waiting.length > 0) {
    tell("saving");
    const { said, kept, refused } = waiting[0];
    try {
      const state = await (await good(await post(said))).json();
      waiting.shift();
      kept(state);
    } catch (error) {
      if (error instanceof Refused && error.status < 500) {
        waiting.shift();
        refused(error);
        continue;
      }
      tell("lost", error instanceof Refused ? error.message : "the review server doesn’t answer");
      await new Promise((later) => setTimeout(later, AGAIN_AFTER));
    }
  }
  isSending = false;
  tell("saved");
}

// For a page that is going away: nobody waits for the answer.
export function sayLast(said) {
  post(said).catch(() => {});
}

addEventListener("beforeunload", (event) => {
  if (waiting.length > 0) event.preventDefault();
});

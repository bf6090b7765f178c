// What is asked of the server and told to it. Words go one after the other; each is kept when the server says so.

const KEPT_PICTURES = 60;
const AGAIN_AFTER = 2000;
// What the server answers to whoever doesn't sit before the walk.
const NOT_SEATED = 409;

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
let listening = null;
let loseSeat = () => {};
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
  // Whoever sits down twice doesn't push itself off.
  listening?.close();
  listening = events;
  return new Promise((seated) => {
    let isSeated = false;
    events.addEventListener("seated", ({ data }) => {
      isSeated = true;
      takeUp(data);
      seated(true);
    });
    const end = (why) => {
      events.close();
      isResting = true;
      if (isSeated) lost(why);
      else seated(false);
    };
    loseSeat = end;
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
// Without a seat nothing is sent: what waits goes on waiting.
let isResting = false;
let tell = () => {};
let lose = () => {};

// `listener` hears "saving", "saved" or "lost" with the reason.
export function onSaving(listener) {
  tell = listener;
}

// `listener` hears each word that isn't kept after all, and why.
export function onLost(listener) {
  lose = listener;
}

// Words that aren't kept yet.
export const unkept = () => waiting.map((word) => word.said);

// Says something; the promise holds how far the walk is, once the word is on the disk.
export function say(said) {
  const word = { said };
  word.done = new Promise((kept, refused) => Object.assign(word, { kept, refused }));
  word.done.catch((error) => lose(said, error));
  waiting.push(word);
  send();
  return word.done;
}

// What waited is said from the next seat. Where another page sat in between it could undo what was said there.
function takeUp(number) {
  const isNext = seat === "" || Number(number) === Number(seat) + 1;
  seat = number;
  isResting = false;
  if (!isNext) for (const word of waiting.splice(0)) word.refused(new Refused(409, "another page went on in between"));
  send();
}

function settle(word) {
  const at = waiting.indexOf(word);
  if (at >= 0) waiting.splice(at, 1);
}

const post = (said) => request("said", { ...json(said), keepalive: true });

// Accepts the pictures of all confirmed steps, after every word that was said before; how many these are.
export async function accept() {
  await Promise.all(waiting.map((word) => word.done));
  return (await (await good(await request("accept", json({})))).json()).pictures;
}

async function send() {
  if (isSending) return;
  isSending = true;
  while (waiting.length > 0 && !isResting) {
    tell("saving");
    const [word] = waiting;
    const from = seat;
    try {
      const state = await (await good(await post(word.said))).json();
      settle(word);
      word.kept(state);
    } catch (error) {
      const status = error instanceof Refused ? error.status : null;
      if (status === NOT_SEATED) {
        if (from === seat && !isResting) loseSeat("taken");
      } else if (status !== null && status < 500) {
        settle(word);
        word.refused(error);
      } else if (!isResting) {
        tell("lost", status === null ? "the review server doesn’t answer" : error.message);
        await new Promise((later) => setTimeout(later, AGAIN_AFTER));
      }
    }
  }
  isSending = false;
  tell(waiting.length === 0 ? "saved" : "resting");
}

// For a page that is going away: nobody waits for the answer.
export function sayLast(said) {
  post(said).catch(() => {});
}

addEventListener("beforeunload", (event) => {
  if (waiting.length > 0) event.preventDefault();
});

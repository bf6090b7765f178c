// A finding with its exchange laid open, and the words that decide it.

import { block, duration, el, fill, put, shown } from "./write.js";
import { ask, readText } from "./wire.js";
import { tell, walk } from "./walk.js";
import { askWords } from "./words.js";

const WORDS = {
  empty: "empty", html_document: "an HTML page", html_fragment: "a piece of HTML", json: "JSON",
  broken_json: "broken JSON", xml: "XML", text: "text", binary: "binary",
};

export function finding(found) {
  const word = el("p", { class: "word" });
  // The buttons stay the same ones: whoever stands on one keeps standing there, whatever is told meanwhile.
  const decision = el("div", { class: "decision" }, word,
    el("p", { class: "buttons" },
      el("button", { type: "button", class: "accept", click: accept }, "Accept, with a reason… ", el("kbd", {}, "a")),
      el("button", { type: "button", class: "refuse", click: reject }, "Reject… ", el("kbd", {}, "x"))));
  const element = el("article", { class: `finding ${found.severity}`, tabindex: "-1", "aria-label": `Finding ${found.title}` },
    el("header", {}, el("span", { class: "severity" }, found.severity), el("h3", {}, shown(found.title)), el("code", { class: "quiet" }, shown(found.detector))),
    found.detail ? el("p", { class: "detail" }, block(found.detail)) : null,
    found.signals.length > 0 ? el("ul", { class: "signals" }, found.signals.map((signal) => el("li", {}, shown(signal)))) : null,
    found.exchanges.map((exchange, index) => exchangeOf(exchange, index === 0)),
    found.lines.length > 0 ? [el("h4", {}, "Console"), consoleLines(found.lines, [])] : null,
    found.mend ? el("details", {}, el("summary", {}, "How to mend it"), el("p", {}, found.mend)) : null,
    decision);

  function update() {
    const said = walk.decisions[found.id];
    element.classList.toggle("decided", Boolean(said));
    word.className = `word ${said?.decision ?? ""}`;
    fill(word, !said ? "Not decided yet" : [said.decision === "accepted" ? "Accepted" : "Rejected", said.why ? [": ", shown(said.why)] : null]);
  }
  async function decide(decided, title, label, needed) {
    const why = await askWords({ title, of: found.title, label, needed });
    if (why === null) return;
    // At once: whoever stands elsewhere when the word is kept stays there.
    element.focus();
    await tell({ said: "decided", finding: found.id, decision: { decision: decided, why } });
  }
  function accept() {
    return decide("accepted", "Accept the finding", "Why is it no hindrance?", true);
  }
  function reject() {
    return decide("rejected", "Reject: it has to be mended", "What is wrong? The finding says it already; add what it doesn’t.", false);
  }
  update();
  return { id: found.id, element, update, accept, reject };
}

function statusOf(request) {
  const outcome = request.status ?? request.outcome?.answered?.status;
  if (outcome === undefined || outcome === null) return el("span", { class: "code bad" }, "no answer");
  return el("span", { class: `code ${outcome >= 400 ? "bad" : outcome >= 300 ? "on" : ""}` }, outcome);
}

function line(request, kind) {
  return el("span", { class: "line" }, el("b", {}, shown(request.method)), " ", statusOf(request), " ", el("code", { class: "url" }, shown(request.url)), " ", el("span", { class: "quiet" }, kind));
}

function answeredWith(exchange) {
  const answer = exchange.outcome.answered;
  if (!answer) return null;
  const content = answer.body?.kept?.content ?? answer.body?.described?.content;
  return [shown(answer.mime), content ? `: ${WORDS[content] ?? content}` : null];
}

export function exchangeOf(exchange, isOpen) {
  const answer = exchange.outcome.answered;
  return el("details", { class: "exchange", open: isOpen },
    el("summary", {}, line(exchange, answeredWith(exchange))),
    exchange.chain.length > 0 ? [el("h4", {}, "Redirects"), el("ol", { class: "chain" }, exchange.chain.map((hop) => el("li", {}, line(hop, "redirect"))), el("li", {}, line(exchange, null)))] : null,
    answer ? [body("Answer’s body", answer.body), headers("Answer’s headers", answer.headers)]
      : el("p", { class: "instead" }, exchange.outcome.failed ? ["No answer came: ", shown(exchange.outcome.failed.error)] : "No answer had come when the run ended."),
    headers("Request’s headers", exchange.request_headers),
    exchange.request_body && exchange.request_body !== "none" ? body("Request’s body", exchange.request_body) : null);
}

function headers(title, list) {
  if (!list?.length) return null;
  return el("details", {}, el("summary", {}, title), el("dl", { class: "headers" },
    list.map((header) => el("div", {}, el("dt", {}, shown(header.name)), el("dd", {}, shown(header.value))))));
}

function body(title, told) {
  const heading = el("h4", {}, title);
  if (!told || told === "none") return [heading, el("p", { class: "quiet" }, "There is none.")];
  if (told.missing) return [heading, el("p", { class: "instead" }, "It couldn’t be had: ", shown(told.missing.why))];
  if (told.described) return [heading, el("p", { class: "quiet" }, "Not kept: ", shown(told.described.why))];
  const { start, file, size, content } = told.kept;
  if (!start) return [heading, el("p", { class: "quiet" }, content === "empty" ? "It is empty." : "It is no text.")];
  const text = el("pre", { tabindex: "0" }, block(start));
  const whole = file && size > start.length
    ? el("button", { type: "button", click: async (event) => {
      event.target.disabled = true;
      try {
        fill(text, document.createTextNode(await readText(file)));
      } catch (error) {
        event.target.disabled = false;
        fill(event.target, "Show all of it: ", shown(error.message));
      }
    } }, "Show all of it")
    : null;
  return [heading, text, whole];
}

export function consoleLines(lines, noise) {
  return el("ul", { class: "console" }, lines.map((told) => {
    const kind = told.kind === "uncaught_error" ? "uncaught error" : told.kind === "browser" ? "browser" : told.level;
    const isNoise = noise.includes(told.id);
    return el("li", { class: !isNoise && (told.level === "error" || told.kind === "uncaught_error") ? "error" : null },
      el("span", { class: "level" }, kind, isNoise ? ", noise" : null), el("pre", {}, block(told.text)),
      told.source ? el("code", { class: "quiet" }, shown(told.source), told.line ? `:${told.line}` : null) : null,
      told.stack.length > 0 ? el("details", {}, el("summary", {}, "Stack"), el("pre", {}, block(told.stack.join("\n")))) : null);
  }));
}

// Every request of a step; one is laid open when it is asked for.
export function requests(list) {
  return el("ul", { class: "requests" }, list.map((request) => {
    const kind = [request.error ? shown(request.error) : shown(request.mime), request.ms ? ` · ${duration(request.ms)}` : null];
    const item = el("details", { class: "exchange" }, el("summary", {}, line(request, kind)));
    item.addEventListener("toggle", async () => {
      try {
        const whole = exchangeOf(await ask(`exchanges/${encodeURIComponent(request.id)}`), true);
        put(item, [...whole.childNodes].slice(1));
      } catch (error) {
        put(item, el("p", { class: "instead" }, "It can’t be shown: ", shown(error.message)));
      }
    }, { once: true });
    return el("li", {}, item);
  }));
}

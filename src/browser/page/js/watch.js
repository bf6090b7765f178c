// Preload script: counts what happens on the page and sees how its code reads answers.
// Runs before the page's own scripts, in their world, since it must see their calls.
(channel) => {
  const key = Symbol.for("shippass");
  if (window[key]) return;
  const state = {
    changes: 0, // changes of the tree, attributes and texts
    changedAt: 0,
    requests: 0, // calls that send something
    open: new Map(), // those not answered yet: id -> {started, url}
    others: new Set(), // what else a touch brought about
    typed: [], // fields typed into: {element, held}
    touched: null, // the element touched last
    own: null, // the browser's own functions, for reads that aren't the page's
  };
  Object.defineProperty(window, key, { value: state });
  const tell = (message) => channel(JSON.stringify(message));
  const changed = (count) => {
    state.changes += count;
    state.changedAt = performance.now();
  };

  // What changes. Shadow roots don't show their changes outside.
  const observer = new MutationObserver((records) => changed(records.length));
  const everything = { subtree: true, childList: true, attributes: true, characterData: true };
  observer.observe(document, everything);
  const attachShadow = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (init) {
    const root = attachShadow.call(this, init);
    observer.observe(root, everything);
    return root;
  };
  const note = (what) => () => state.others.add(what);
  const isEditable = (element) =>
    element instanceof HTMLElement &&
    (element.isContentEditable || /^(input|textarea|select)$/i.test(element.tagName));
  addEventListener("input", note("value"), true);
  addEventListener("change", note("value"), true);
  addEventListener("scroll", note("scroll"), true);
  addEventListener("copy", note("clipboard"), true);
  addEventListener("toggle", note("toggle"), true);
  addEventListener("fullscreenchange", note("fullscreen"), true);
  addEventListener("focusin", (event) => isEditable(event.target) && state.others.add("focus"), true);
  // A button's own press effect is no effect of the press.
  addEventListener("transitionrun", (event) => {
    const own = state.touched && (state.touched.contains(event.target) || event.target.contains(state.touched));
    if (!own) state.others.add("transition");
  }, true);
  addEventListener("click", (event) => {
    state.touched = event.composedPath()[0];
    const canvas = event.composedPath().some((node) => node instanceof HTMLCanvasElement);
    if (canvas) state.others.add("canvas");
    if (event.target instanceof HTMLInputElement && event.target.type === "file") state.others.add("file picker");
  }, true);
  const around = (object, name, what) => {
    const original = object && object[name];
    if (typeof original !== "function") return;
    object[name] = function (...args) {
      state.others.add(what);
      return original.apply(this, args);
    };
  };
  around(window.Clipboard && Clipboard.prototype, "writeText", "clipboard");
  around(window.Clipboard && Clipboard.prototype, "write", "clipboard");
  around(Navigator.prototype, "share", "share");
  around(Navigator.prototype, "vibrate", "vibration");
  around(HTMLMediaElement.prototype, "play", "media");
  around(window, "print", "print");

  // What is sent, and whether it was answered.
  let sent = 0;
  const begin = (url) => {
    state.requests += 1;
    sent += 1;
    state.open.set(sent, { started: performance.now(), url: String(url) });
    return sent;
  };
  const end = (id) => state.open.delete(id);
  const fetchOriginal = window.fetch;
  if (fetchOriginal) {
    window.fetch = function (...args) {
      const id = begin(args[0] instanceof Request ? args[0].url : args[0]);
      const answer = fetchOriginal.apply(this, args);
      answer.then(() => end(id), () => end(id));
      return answer;
    };
  }
  const asked = new WeakMap(); // request -> url
  const open = XMLHttpRequest.prototype.open;
  XMLHttpRequest.prototype.open = function (...args) {
    asked.set(this, args[1]);
    return open.apply(this, args);
  };
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (...args) {
    const id = begin(asked.get(this) ?? "");
    this.addEventListener("loadend", () => {
      end(id);
      readByXhr(this);
    });
    return send.apply(this, args);
  };
  around(Navigator.prototype, "sendBeacon", "beacon");
  addEventListener("submit", () => { state.requests += 1; }, true);

  // How answers are read. Texts are remembered to see what becomes of them.
  const texts = new Map(); // text -> url
  const remember = (text, url) => {
    if (typeof text !== "string" || text.length === 0 || text.length > 1_000_000) return;
    texts.delete(text);
    texts.set(text, url);
    if (texts.size > 40) texts.delete(texts.keys().next().value);
  };
  const read = (url, how) => url && tell({ url: String(url), how });
  const watchRead = (name, how) => {
    const original = Response.prototype[name];
    Response.prototype[name] = function () {
      read(this.url, how);
      return original.call(this);
    };
  };
  watchRead("json", "json_method");
  watchRead("blob", "bytes");
  watchRead("arrayBuffer", "bytes");
  watchRead("formData", "bytes");
  const textOriginal = Response.prototype.text;
  state.own = { fetch: fetchOriginal, text: textOriginal };
  Response.prototype.text = function () {
    const url = this.url;
    read(url, "text_method");
    return textOriginal.call(this).then((text) => {
      remember(text, url);
      return text;
    });
  };
  const readByXhr = (xhr) => {
    if (xhr.responseType === "json") read(xhr.responseURL, "xhr_json");
    else if (xhr.responseType === "" || xhr.responseType === "text") remember(xhr.responseText, xhr.responseURL);
  };
  const parse = JSON.parse;
  JSON.parse = function (text, reviver) {
    if (texts.size > 0 && texts.has(text)) read(texts.get(text), "json_parse");
    return parse.call(this, text, reviver);
  };
  const asMarkup = (text) => {
    if (texts.size === 0 || typeof text !== "string") return;
    if (texts.has(text)) read(texts.get(text), "markup");
    else if (texts.has(text.trim())) read(texts.get(text.trim()), "markup");
  };
  for (const [prototype, name] of [[Element.prototype, "innerHTML"], [Element.prototype, "outerHTML"]]) {
    const property = Object.getOwnPropertyDescriptor(prototype, name);
    Object.defineProperty(prototype, name, {
      ...property,
      set(text) {
        asMarkup(text);
        property.set.call(this, text);
      },
    });
  }
  const watchMarkup = (prototype, name, position) => {
    const original = prototype && prototype[name];
    if (typeof original !== "function") return;
    prototype[name] = function (...args) {
      asMarkup(args[position]);
      return original.apply(this, args);
    };
  };
  watchMarkup(Element.prototype, "insertAdjacentHTML", 1);
  watchMarkup(Element.prototype, "setHTMLUnsafe", 0);
  watchMarkup(DOMParser.prototype, "parseFromString", 0);
  watchMarkup(Range.prototype, "createContextualFragment", 0);
  watchMarkup(Document.prototype, "write", 0);
}

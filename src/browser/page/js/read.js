// Reads a document with the page's own cookies, after a pause.
const [url, accept, pause, longest, limit, done] = arguments;
const state = window[Symbol.for("shippass")];
// What the page put around `fetch` is none of this read's business, and the read none of the page's.
const own = state && state.own ? state.own : { fetch: window.fetch, text: Response.prototype.text };
const options = { headers: { Accept: accept }, credentials: "include", cache: "no-store" };
const placeOf = (address) => {
  const { origin, pathname } = new URL(address);
  return origin === location.origin ? pathname : origin + pathname;
};
const read = async () => {
  const signal = AbortSignal.timeout(Math.max(limit - pause, 1));
  const response = await own.fetch.call(window, url, { ...options, signal });
  const text = await own.text.call(response);
  if (text.length > longest) return { error: `its answer is longer than ${longest} characters` };
  return { status: response.status, text, led_to: response.redirected ? placeOf(response.url) : null };
};
if (!/^https?:$/.test(location.protocol)) done({ error: "no page of the target is open to ask from; let a `visit` come before" });
else setTimeout(() => read().then(done, (error) => done({ error: String(error) })), pause);

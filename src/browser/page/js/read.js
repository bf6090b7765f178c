// Reads a document with the page's own cookies.
const [url, limit, done] = arguments;
fetch(url, { headers: { Accept: "application/json" }, cache: "no-store", signal: AbortSignal.timeout(limit) })
  .then(async (response) => done({ status: response.status, text: await response.text() }))
  .catch((error) => done({ error: String(error) }));

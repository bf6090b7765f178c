// Talking to the server, and telling the person what came of it.

import { h, useMount, useState } from "./core.js";
import { icon } from "./icons.js";

/** An answer that says no. */
export class ApiError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** Sends a request and answers its JSON. */
export const api = async (path, { method = "GET", body } = {}) => {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const response = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  // Some answers have no body.
  const answer = await response.json().catch(() => ({}));
  if (response.status === 401 && path !== "/api/session") location.assign("/sign-in");
  if (!response.ok) throw new ApiError(answer.error || "The server did not answer.", response.status);
  return answer;
};

/** What a page shows: `{}` while it loads, then `{ data }` or `{ error }`; and how to ask again. */
export const useApi = (path) => {
  const [answer, setAnswer] = useState({});
  const load = () => api(path).then((data) => setAnswer({ data }), (error) => setAnswer({ error }));
  useMount(load);
  return { ...answer, load };
};

const SHOWN_FOR = 4000;

/** Says something in passing; screen readers hear it. */
export const toast = (text, kind = "good") => {
  const note = h(`div.toast.${kind}`, {}, kind === "good" && icon("check"), text);
  document.getElementById("toasts").replaceChildren(note);
  setTimeout(() => note.remove(), SHOWN_FOR);
};

// Signing in.

import { api } from "../api.js";
import { h, useOnce } from "../core.js";
import { field } from "../layout.js";
import { navigate } from "../router.js";

const signInForm = () => {
  const email = h("input", { type: "email", autocomplete: "username", inputmode: "email", required: true });
  const password = h("input", { type: "password", autocomplete: "current-password", required: true });
  const problem = h("p.problem", { role: "alert" });
  const button = h("button.primary", { type: "submit" }, "Sign in");
  const submit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    problem.textContent = "";
    try {
      await api("/api/session", { method: "POST", body: { email: email.value, password: password.value } });
      navigate("/", { replace: true });
    } catch (error) {
      problem.textContent = error.message;
      button.disabled = false;
    }
  };
  return h("form.card.sign-in-card", { onsubmit: submit }, field("Email", email), field("Password", password), problem, button);
};

export const SignInPage = () => {
  const form = useOnce(signInForm);
  return h("main.sign-in", {},
    h("div.sign-in-hero", {},
      h("p.logo", {}, h("span.logo-mark", { "aria-hidden": "true" }, "F"), "Fieldquote"),
      h("h1", {}, "Quote it before you leave the driveway."),
      h("p", {}, "Price a job on site, send it, and get it signed on the customer's phone.")),
    form);
};

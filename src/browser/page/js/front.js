// What a front page shows of itself: how it answered, what it is called, and a sign-in form or the way to one.
// Prepended with what finds elements, so that each name given is one that finds its element again.
const [, done] = arguments;

const words = (element) => fold(element.innerText ?? element.textContent);
const named = (by) => ({ by, inside: null, nth: null });
const finds = (locator, purpose, element) => findLocator(locator, purpose).element === element;

// The plainest way to name an element that finds it and nothing else.
const naming = (element, purpose) => {
  const name = nameOf(element) || words(element);
  const ways = [];
  if (name && name.length <= 60) {
    ways.push({ name });
    if (purpose === "field") ways.push({ label: name });
    else ways.push({ role: { role: roleOf(element), name } });
  }
  if (element.id) ways.push({ css: `#${CSS.escape(element.id)}` });
  for (const key of ["name", "type", "autocomplete"]) {
    const value = element.getAttribute(key);
    if (value) ways.push({ css: `${element.tagName.toLowerCase()}[${key}=${JSON.stringify(value)}]` });
  }
  const way = ways.find((by) => finds(named(by), purpose, element));
  return way ? named(way) : null;
};

const signIn = /^(sign|log)[ -]?(in|on)\b|^(anmelden|einloggen|login|connexion|se connecter|iniciar sesi[oó]n|acceder|entrar|accedi|inloggen|logga in|ログイン|登录)/i;
const elements = deepElements(document).filter(isVisible);

const form = () => {
  const passwords = elements.filter((element) => element.matches("input[type=password]"));
  // Two of them ask for a new password: that is signing up.
  if (passwords.length !== 1 || /new-password/.test(passwords[0].autocomplete)) return null;
  const [password] = passwords;
  const scope = elements.filter((element) => !password.form || element.form === password.form);
  const before = scope.slice(0, scope.indexOf(password));
  const user = before.filter((element) => element.matches("input:is([type=email],[type=text],[type=tel],:not([type]))")).pop();
  const buttons = scope.filter((element) => element.matches("button,input[type=submit],[role=button]"));
  const button = buttons.find((element) => signIn.test(nameOf(element) || words(element))) ||
    buttons.find((element) => element.matches("[type=submit],button:not([type])"));
  const names = { user: user ? naming(user, "field") : null, password: naming(password, "field"), button: button ? naming(button, "tap") : null };
  return names.password ? names : null;
};

const way = () => {
  const links = elements.filter((element) => element.matches("a[href]") && signIn.test(nameOf(element) || words(element)));
  return links.map((link) => link.href).find((href) => href.startsWith(`${location.origin}/`)) || null;
};

const heading = elements.filter((element) => element.matches("h1,h2,[role=heading]")).map(words).find(Boolean) || null;
const metas = [...document.querySelectorAll("meta[name]")].map((meta) => [meta.name, meta.content]);
const navigation = performance.getEntriesByType("navigation")[0];
done({
  title: fold(document.title), heading, metas, form: form(), way: way(),
  status: (navigation && navigation.responseStatus) || null,
});

// Makes the next touch the long press that a phone makes of it: it opens the context menu, and no click follows.
// A desktop's browser sees the finger rest and takes it for a tap all the same.
const [, done] = arguments;
const LONG = 500;

let menu = null; // whether the menu was opened, by whom doesn't matter
let isLong = false;
const note = () => { menu = true; };
const swallow = (event) => {
  if (!isLong) return;
  event.preventDefault();
  event.stopImmediatePropagation();
};
const open = (touch) => {
  isLong = true;
  if (menu) return;
  const at = { clientX: touch.clientX, clientY: touch.clientY, screenX: touch.screenX, screenY: touch.screenY };
  touch.target.dispatchEvent(new PointerEvent("contextmenu", { bubbles: true, cancelable: true, composed: true, view: window, pointerType: "touch", button: 0, ...at }));
};
const begin = (event) => {
  const timer = setTimeout(() => open(event.touches[0]), LONG);
  const end = () => {
    clearTimeout(timer);
    // The click comes right behind the finger's leaving.
    setTimeout(stop, 100);
  };
  for (const name of ["touchend", "touchcancel"]) addEventListener(name, end, { capture: true, once: true });
};
const stop = () => {
  removeEventListener("contextmenu", note, true);
  for (const name of ["click", "dblclick"]) removeEventListener(name, swallow, true);
};
addEventListener("contextmenu", note, { capture: true, once: true });
for (const name of ["click", "dblclick"]) addEventListener(name, swallow, true);
addEventListener("touchstart", begin, { capture: true, once: true, passive: true });
done(true);

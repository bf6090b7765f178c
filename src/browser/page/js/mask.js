// Blanks fields that nobody should read, or shows them again.
const [isOn, , done] = arguments;
const id = "shippass-mask";
document.getElementById(id)?.remove();
if (isOn) {
  const style = document.createElement("style");
  style.id = id;
  const fields = "input[type=password],[autocomplete=one-time-code],[autocomplete^=cc-],[data-private]";
  style.textContent = `:is(${fields}){color:transparent!important;-webkit-text-fill-color:transparent!important;text-shadow:none!important;caret-color:transparent!important;background:repeating-linear-gradient(45deg,#8888 0 4px,#8884 4px 8px)!important}` +
    "[data-private] *{visibility:hidden!important}";
  document.documentElement.append(style);
}
nextFrame(() => done(true));

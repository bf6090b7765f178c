// Pastes a text over what is selected in the focused field, as the browser does it: the page may take the paste for itself.
const [element, text, , done] = arguments;
const target = (() => {
  let active = document.activeElement;
  while (active && active.shadowRoot && active.shadowRoot.activeElement) active = active.shadowRoot.activeElement;
  return active && (element.contains(active) || active.contains(element)) ? active : element;
})();
const clipboardData = new DataTransfer();
clipboardData.setData("text/plain", text);
const events = { bubbles: true, cancelable: true, composed: true };
const isLeftToTheBrowser = target.dispatchEvent(new ClipboardEvent("paste", { ...events, clipboardData })) &&
  target.dispatchEvent(new InputEvent("beforeinput", { ...events, inputType: "insertFromPaste", data: text, dataTransfer: clipboardData }));
if (isLeftToTheBrowser) document.execCommand("insertText", false, text);
done(true);

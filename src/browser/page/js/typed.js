// Remembers a field that was typed into, and reads back what it holds.
const [element, , done] = arguments;
const state = window[Symbol.for("shippass")];
const read = () => (element.isContentEditable ? element.innerText : element.value) ?? "";
const autocomplete = element.getAttribute("autocomplete") || "";
const isPrivate = element.type === "password" || /one-time-code|\bcc-/.test(autocomplete) || element.hasAttribute("data-private");
const typed = state ? state.typed : [];
let entry = typed.find((item) => item.element === element);
if (!entry) {
  entry = { id: typed.length + 1, element };
  typed.push(entry);
}
// Frameworks put their own idea of the text back in the frame after the last key.
nextFrame(() => done({ id: entry.id, document: performance.timeOrigin, held: read(), input_type: element.type || "", is_private: isPrivate }));

// Sets what a phone fills through a picker of its own: dates, times, colours, sliders. Answers why it can't be set.
const [element, text, , done] = arguments;
const forms = {
  date: "2026-12-31", time: "09:30", "datetime-local": "2026-12-31T09:30", month: "2026-12", week: "2026-W52", color: "#1a2b3c", range: "50",
};
// A framework may shadow the property of its own element; the kind's own is what the picker sets.
const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
const before = element.value;
element.focus({ preventScroll: true });
set.call(element, text);
const isTaken = element.type === "range" ? Number(element.value) === Number(text) && text.trim() !== ""
  : element.type === "color" ? element.value === text.toLowerCase() : text === "" || element.value !== "";
const isInRange = !element.validity.rangeOverflow && !element.validity.rangeUnderflow;
if (isTaken && isInRange) {
  element.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
  element.dispatchEvent(new Event("change", { bubbles: true }));
  done(null);
} else {
  set.call(element, before);
  const limits = [element.min && `from ${element.min}`, element.max && `to ${element.max}`, element.type === "range" && element.step && `in steps of ${element.step}`];
  done({ input_type: element.type, form: forms[element.type], limits: limits.filter(Boolean).join(" ") });
}

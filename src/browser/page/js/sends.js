// Answers whether a touch of an element would send a form.
const [element, limit, done] = arguments;
const label = element.closest("label");
const button = (label && label.control ? label.control : element).closest("button, input");
done(Boolean(button && button.form) && ["submit", "image"].includes(button.type));

// Finds an option of a select by its visible text: exact before substring.
const [select, wanted, , done] = arguments;
const options = [...select.options].filter((option) => !option.hidden);
const textOf = (option) => lower(option.label || option.text);
const needle = lower(wanted);
const option = options.find((item) => textOf(item) === needle) || options.find((item) => textOf(item).includes(needle)) || null;
done({
  option, is_chosen: Boolean(option && option.selected), is_multiple: select.multiple,
  is_disabled: Boolean(option && (option.disabled || (option.parentElement.tagName === "OPTGROUP" && option.parentElement.disabled))),
  options: options.slice(0, 20).map((item) => fold(item.label || item.text)),
});

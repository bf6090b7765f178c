// Measures how the page is laid out, once it has settled: what sticks out, is cut off, covered, small, broken or missing.
// Prepended with what walks over the page and with what measures each.
const [, done] = arguments;

// Those that nothing excuses first; of the others a few, as evidence of what was seen.
const bounded = (all, isExcused = () => false) => [...all.filter((one) => !isExcused(one)).slice(0, LISTED), ...all.filter(isExcused).slice(0, EXCUSED)].map(told);

const measureImages = () => drawn.filter(({ element, isVisible, box }) => {
  if (element.tagName !== "IMG" || !isVisible || !element.complete || element.naturalWidth > 0) return false;
  const source = element.currentSrc || element.getAttribute("src") || "";
  const isDot = [element.getAttribute("width"), element.getAttribute("height")].some((side) => side !== null && parseFloat(side) <= 2);
  return source !== "" && box.width > 2 && box.height > 2 && !isDot;
}).map((record) => {
  const { element } = record;
  const source = element.currentSrc || element.src;
  return { element: placed(record), source: source.slice(0, 400), is_decoration: element.getAttribute("alt") === "" || record.isSilent };
});

// What says or offers something wherever it stands, shadow trees and frames too.
const countShown = () => texts.length + drawn.filter(({ element, isVisible, box }) =>
  isVisible && box.width > 1 && box.height > 1 && (/^(IMG|SVG|CANVAS|VIDEO|IFRAME|OBJECT|EMBED|INPUT|TEXTAREA|SELECT|BUTTON)$/i.test(element.tagName))).length;
// Boxes with a ground, a picture or an edge of their own; one as large as the screen is the screen's own colour.
const countPainted = () => {
  const isLarge = (box) => box.width >= innerWidth * 0.95 && box.height >= innerHeight * 0.8;
  return drawn.filter(({ style, box, isVisible }) => isVisible && box.width > 1 && box.height > 1 && !isLarge(box) && box.bottom > 0 && box.right > 0 &&
    (!/rgba\(.*, 0\)$|^transparent$/.test(style.backgroundColor) || style.backgroundImage !== "none" || parseFloat(style.borderTopWidth) > 0 || style.boxShadow !== "none")).length;
};

const viewportMeta = () => {
  const metas = [...document.querySelectorAll("meta[name]")].filter((meta) => meta.name.toLowerCase() === "viewport");
  return metas.length > 0 ? metas[metas.length - 1].content.slice(0, 200) : null;
};

const measureLayout = () => {
  visitDocument(document, { x: 0, y: 0 }, { frame: null, isWidget: false });
  const all = controls();
  const shown = countShown();
  const { content, wide } = measureWide();
  const found = {
    width: document.documentElement.clientWidth, shown_width: innerWidth, shown_height: innerHeight, content_width: content,
    is_html: /html/.test(document.contentType), viewport: viewportMeta(), shown, painted: shown > 0 ? 0 : countPainted(),
    wide: bounded(wide), clipped: bounded(measureTexts(), ({ how }) => how === "ellipsis"),
    covered: bounded(measureCovered(all), ({ intent }) => intent !== null),
    small: bounded(measureSmall(all), ({ exception }) => exception !== null),
    small_fields: bounded(measureFields(all)), broken_images: bounded(measureImages()),
  };
  remember();
  return found;
};
done(measureLayout());

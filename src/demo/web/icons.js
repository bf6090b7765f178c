// Line drawings, 24 by 24.

const SHAPES = {
  home: "M4 11.5 12 5l8 6.5V20h-5.5v-5h-5v5H4z",
  quotes: "M6 3h9l4 4v14H6zM14.5 3v4.5H19M9 12h7M9 16h7",
  bolt: "M13 3 5 13.5h6L10 21l8.5-11h-6z",
  team: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c.4-3.8 3-6 6.5-6s6.1 2.2 6.5 6M16 4.3a3.5 3.5 0 0 1 0 6.4M18 14.3c2 .8 3.2 2.8 3.5 5.7",
  back: "M14.5 5 7.5 12l7 7",
  next: "M9.5 5l7 7-7 7",
  plus: "M12 5v14M5 12h14",
  camera: "M4 8h3.5L9 5.5h6L16.5 8H20v11H4zM12 16.5a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4z",
  microphone: "M12 14.5a3 3 0 0 0 3-3v-5a3 3 0 0 0-6 0v5a3 3 0 0 0 3 3zM6 11.5a6 6 0 0 0 12 0M12 17.5V21",
  mail: "M3.5 6h17v12h-17zM4 6.5l8 6.5 8-6.5",
  clock: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM12 7.5V12l3 2.5",
  tag: "M4 4h8l8 8-8 8-8-8zM8.5 8.5h.01",
  sequence: "M6 4.5v10a3 3 0 0 0 3 3h9M14.5 14l3.5 3.5-3.5 3.5M10 8h8M10 12h5",
  check: "M5 12.5l4.5 4.5L19 7.5",
  close: "M7 7l10 10M17 7 7 17",
  info: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM12 11v5.5M12 7.7h.01",
  star: "M12 4l2.4 5 5.6.7-4.1 3.8 1.1 5.5-5-2.8-5 2.8 1.1-5.5L4 9.7 9.6 9z",
};
const SVG = "http://www.w3.org/2000/svg";

/** A line drawing that screen readers pass over. */
export const icon = (name) => {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
};

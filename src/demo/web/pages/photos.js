// Photos of a job: taken on site, sent to the bucket, shown from there.

import { api, toast, useApi } from "../api.js";
import { h, useOnce } from "../core.js";
import { icon } from "../icons.js";
import { failed, loading, screen } from "../layout.js";

/** Draws a wall with a double socket, for those who have no photo at hand. */
const drawSample = () => {
  const canvas = h("canvas", { width: "960", height: "720" });
  const pen = canvas.getContext("2d");
  pen.scale(3, 3);
  const box = (colour, x, y, width, height, radius) => {
    pen.fillStyle = colour;
    pen.beginPath();
    pen.roundRect(x, y, width, height, radius);
    pen.fill();
  };
  box("#cfd8cf", 0, 0, 320, 240, 0);
  box("#b9c5ba", 0, 190, 320, 50, 0);
  box("#a3b1a5", 0, 188, 320, 4, 0);
  box("#93a096", 66, 58, 192, 104, 14);
  box("#fbfbf8", 62, 52, 192, 104, 14);
  for (const x of [80, 164]) {
    box("#e9ece6", x, 66, 72, 76, 12);
    box("#4a534d", x + 31, 76, 10, 20, 3);
    box("#4a534d", x + 14, 110, 18, 8, 3);
    box("#4a534d", x + 40, 110, 18, 8, 3);
  }
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
};

const send = async (number, picture) => {
  const { url, key } = await api(`/api/quotes/${number}/uploads`, { method: "POST" });
  const response = await fetch(url, { method: "PUT", headers: { "Content-Type": "image/png" }, body: picture });
  if (!response.ok) throw new Error(`The bucket answered ${response.status}.`);
  await api(`/api/quotes/${number}/photos`, { method: "POST", body: { key } });
};

const controls = (number, onAdded) => {
  const problem = h("p.problem", { role: "alert" });
  const add = async (picture) => {
    problem.textContent = "";
    try {
      await send(number, picture);
      toast("Photo added");
      onAdded();
    } catch {
      problem.textContent = "The photo could not be sent.";
    }
  };
  const file = h("input.visually-hidden", { type: "file", accept: "image/*", id: "photo", onchange: () => file.files.length > 0 && add(file.files[0]) });
  return h("section.card", {},
    h("div.buttons", {},
      h("span.file", {}, file, h("label.secondary", { for: "photo" }, icon("camera"), "Choose a photo")),
      h("button.secondary", { type: "button", onclick: async () => add(await drawSample()) }, "Use sample photo")),
    problem);
};

export const PhotosPage = ({ number }) => {
  const { data, error, load } = useApi(`/api/quotes/${number}/photos`);
  const card = useOnce(() => controls(number, load));
  const place = { back: { href: `/quotes/${number}`, label: "Back to the quote" } };
  if (error) return failed("Photos", error, place);
  if (!data) return loading("Photos", place);
  const { photos } = data;
  return screen({ title: "Photos", ...place, action: h("span.bar-note", {}, `Quote ${number}`) },
    photos.length === 0
      ? h("section.card.centred.empty", {}, icon("camera"), h("p.quiet", {}, "No photos yet. A picture of the wall saves a second visit."))
      : h("section.card", {},
          h("h2", {}, photos.length === 1 ? "1 photo" : `${photos.length} photos`),
          h("div.photos", {}, photos.map((url, index) => h("img.photo", { src: url, alt: `Photo ${index + 1}`, width: "320", height: "240" })))),
    card);
};

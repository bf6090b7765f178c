// A voice note from the site, and its words.

import { api, useApi } from "../api.js";
import { h, useState } from "../core.js";
import { icon } from "../icons.js";
import { failed, loading, screen } from "../layout.js";

const LOUDNESS = [4, 9, 15, 22, 12, 18, 26, 20, 10, 6, 14, 24, 28, 19, 11, 7, 16, 23, 17, 9, 5, 12, 20, 25, 14, 8, 13, 21, 10, 5];

const waveform = () =>
  h("div.waveform", { "aria-hidden": "true" }, LOUDNESS.map((height) => h(`span.wave.wave-${Math.ceil(height / 4)}`)));

const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

export const VoiceNotePage = ({ number }) => {
  const { data: note, error } = useApi(`/api/quotes/${number}/voice-note`);
  const [words, setWords] = useState({});
  const place = { back: { href: `/quotes/${number}`, label: "Back to the quote" } };
  if (error) return failed("Voice note", error, place);
  if (!note) return loading("Voice note", place);
  const transcribe = async (event) => {
    event.target.disabled = true;
    try {
      const { text } = await api(`/api/quotes/${number}/transcription`, { method: "POST" });
      setWords({ text });
    } catch {
      setWords({ problem: "Transcription failed." });
    }
  };
  return screen({ title: "Voice note", ...place, action: h("span.bar-note", {}, `Quote ${number}`) },
    h("section.card", {},
      h("div.note-head", {},
        h("span.row-icon", {}, icon("microphone")),
        h("span.row-main", {}, h("span.row-title", {}, note.customer), h("span.row-sub", {}, `Recorded on site, ${minutes(note.seconds)}`))),
      waveform()),
    words.text
      ? h("section.card", {}, h("h2", {}, "What was said"), h("blockquote.transcript", {}, words.text))
      : h("section.card", {},
          h("p.quiet", {}, "Turn it into text to search it and to copy it into the quote."),
          words.problem && h("p.problem", { role: "alert" }, words.problem),
          h("button.primary", { type: "button", onclick: transcribe }, "Transcribe")));
};

// The few signs of the page, drawn on a grid of 16 with one stroke. They are always beside a name, never instead of it.
import { html } from "htm/preact";

const PATHS = {
  send: "M8 13V3M3.5 7.5 8 3l4.5 4.5",
  close: "M4 4l8 8M12 4l-8 8",
  plus: "M8 3.5v9M3.5 8h9",
  sun: "M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6ZM8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M12.6 3.4l-.7.7M4.1 11.9l-.7.7",
  moon: "M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8Z",
  leave: "M6.5 2.5h-3a1 1 0 0 0-1 1v9a1 1 0 0 0 1 1h3M10 11l3-3-3-3M13 8H6",
  play: "M5 3.2v9.6L12.5 8Z",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  down: "M8 3v10M3.5 8.5 8 13l4.5-4.5",
  download: "M8 2.5v7.5M4.5 7 8 10.5 11.5 7M3 13.5h10",
  out: "M6 3.5H3.5v9h9V10M9 3h4v4M13 3 7.5 8.5",
  good: "M3.5 8.5 6.5 11.5 12.5 4.5",
  warn: "M8 2.5 14 13H2ZM8 6.5v3M8 11.2v.1",
  bad: "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2ZM8 5v3.5M8 10.8v.1",
  file: "M4 2h5l3 3v9H4ZM9 2v3h3",
} as const;

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false"><path d=${PATHS[name]} /></svg>`;
}

/** The mark: a level meter whose middle bar is the letter i. */
export function Mark() {
  return html`<img class="mark" src="/icon.svg" alt="" width="28" height="28" />`;
}

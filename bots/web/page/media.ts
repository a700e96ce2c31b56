// Pictures and players. Sound has its own small player; video has the browser's, which knows full screen and captions.
import { html } from "htm/preact";
import { useRef, useState } from "preact/hooks";
import type { Block } from "../../../core/view/index.ts";
import { Icon } from "./icons.ts";
import { length, safeUrl } from "./text.ts";
import { words } from "./words.ts";

type Of<K extends Block["kind"]> = Extract<Block, { kind: K }>;

const Away = ({ alt }: { alt: string }) =>
  html`<p class="words tone-soft">${alt ? `${alt}. ` : ""}${words.mediaAway()}</p>`;

export function Picture({ url, alt }: Of<"picture">) {
  const [state, set] = useState<"loading" | "shown" | "away">("loading");
  const src = safeUrl(url);
  if (!src || state === "away") return html`<${Away} alt=${alt} />`;
  return html`<a class="picture" href=${src} target="_blank" rel="noopener">
    <img class=${state === "loading" ? "skeleton" : ""} src=${src} alt=${alt} decoding="async" onLoad=${() => set("shown")} onError=${() => set("away")} />
  </a>`;
}

export function Audio({ url, alt, title, seconds }: Of<"audio">) {
  const sound = useRef<HTMLAudioElement>(null);
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [all, setAll] = useState(seconds ?? 0);
  const [away, setAway] = useState(false);
  const src = safeUrl(url);
  if (!src || away) return html`<${Away} alt=${alt || title} />`;
  const toggle = () => {
    const element = sound.current;
    if (!element) return;
    if (!element.paused) return element.pause();
    // One at a time: the others fall silent.
    for (const other of document.querySelectorAll<HTMLMediaElement>("audio, video"))
      if (other !== element) other.pause();
    element.play().catch(() => setAway(element.error !== null));
  };
  const known = (e: Event) => {
    const { duration } = e.currentTarget as HTMLAudioElement;
    if (Number.isFinite(duration)) setAll(duration);
  };
  const seek = (e: Event) => {
    const to = Number((e.currentTarget as HTMLInputElement).value);
    if (sound.current) sound.current.currentTime = to;
    setAt(to);
  };
  return html`<div class="audio" role="group" aria-label=${alt || title}>
    <audio ref=${sound} src=${src} preload="metadata" onLoadedMetadata=${known} onError=${() => setAway(true)}
      onPlay=${() => setPlaying(true)} onPause=${() => setPlaying(false)} onEnded=${() => setPlaying(false)}
      onTimeUpdate=${(e: Event) => setAt((e.currentTarget as HTMLAudioElement).currentTime)}></audio>
    <button type="button" class="round" aria-label=${playing ? words.pause(title) : words.play(title)} onClick=${toggle}>
      <${Icon} name=${playing ? "pause" : "play"} />
    </button>
    <div class="audio-body">
      <span class="audio-title">${title}</span>
      <span class="audio-line">
        <input type="range" min="0" max=${Math.max(1, Math.round(all))} step="1" value=${Math.round(at)}
          aria-label=${words.seek(title)} aria-valuetext=${words.ofTime(length(at), length(all))} onInput=${seek} />
        <span class="time">${length(at)} / ${length(all)}</span>
      </span>
    </div>
    <a class="round quiet" href=${src} download rel="noopener" aria-label=${words.download(title)}><${Icon} name="download" /></a>
  </div>`;
}

export function Video({ url, alt, title, poster }: Of<"video">) {
  const [away, setAway] = useState(false);
  const src = safeUrl(url);
  if (!src || away) return html`<${Away} alt=${alt || title} />`;
  return html`<figure class="video">
    <video controls playsinline preload="metadata" src=${src} poster=${poster ? safeUrl(poster) : undefined} aria-label=${alt || title}
      onError=${() => setAway(true)}></video>
    <figcaption>${title}</figcaption>
  </figure>`;
}

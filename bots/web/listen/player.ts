// The sound: a playlist where the browser plays one by itself, else one stream without end. Paused is left: whoever plays
// again hears what is on the air then.
import { html } from "htm/preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Known, Store } from "./store.ts";
import { words } from "./words.ts";

const PLAYLIST = "application/vnd.apple.mpegurl";
const AGAIN = 4_000;

export function Player({ store, known }: { store: Store; known: Known }) {
  const audio = useRef<HTMLAudioElement>(null);
  const [wanted, want] = useState(false);
  const [trouble, setTrouble] = useState(false);
  const [tries, setTries] = useState(0);
  const { now, channel } = known.state;

  useEffect(() => {
    const player = audio.current;
    if (!player || !wanted) return;
    const native = player.canPlayType(PLAYLIST) !== "";
    // The first that fails is not tried again and again: they take turns.
    player.src = `${store.path}/${native && tries % 2 === 0 ? "index.m3u8" : "stream.mp3"}`;
    player.play().catch((error: unknown) => console.debug(error));
    return () => {
      player.pause();
      player.removeAttribute("src");
      player.load();
    };
  }, [wanted, tries]);

  useEffect(() => {
    if (!wanted || !trouble) return;
    const timer = setTimeout(() => setTries((n) => n + 1), tries === 0 ? 200 : AGAIN);
    return () => clearTimeout(timer);
  }, [wanted, trouble, tries]);

  useEffect(() => {
    if (!("mediaSession" in navigator) || !now) return;
    const artwork = now.cover ? [{ src: now.cover }] : [];
    navigator.mediaSession.metadata = new MediaMetadata({
      title: now.title,
      artist: now.artist ?? channel.name,
      album: channel.name,
      artwork,
    });
  }, [now?.id]);

  const toggle = () => {
    setTrouble(false);
    setTries(0);
    want(!wanted);
  };
  const failed = () => {
    if (wanted) setTrouble(true);
  };
  return html`
    <div class="player">
      <audio
        ref=${audio}
        preload="none"
        onPlaying=${() => setTrouble(false)}
        onError=${failed}
        onEnded=${failed}
      ></audio>
      <button type="button" class="play" aria-pressed=${wanted} onClick=${toggle}>
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d=${wanted ? "M7 5h4v14H7zM13 5h4v14h-4z" : "M8 5v14l11-7z"} />
        </svg>
        <span>${wanted ? words.pause() : words.play()}</span>
      </button>
      <label class="volume">
        <span class="sr">${words.volume()}</span>
        <input
          type="range"
          min="0"
          max="100"
          value="90"
          onInput=${(event: Event) => {
            if (audio.current) audio.current.volume = Number((event.target as HTMLInputElement).value) / 100;
          }}
        />
      </label>
      ${wanted && trouble ? html`<p class="soft small" role="status">${words.silent()}</p>` : ""}
    </div>
  `;
}

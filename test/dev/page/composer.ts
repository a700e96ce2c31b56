// The line at the foot of a client, with what the platform offers while one types.
import { html } from "htm/preact";
import { useRef, useState } from "preact/hooks";
import type { Offer, Room } from "../screen.ts";
import { act } from "./wire.ts";

type At = { platform: string; person: string; room: Room };

export function Composer({ at, name, asks, thread }: { at: At; name: string; asks?: string; thread?: string }) {
  const [line, setLine] = useState("");
  const [offers, setOffers] = useState<Offer[]>([]);
  const [chosen, setChosen] = useState(-1);
  const turn = useRef(0);
  const input = useRef<HTMLInputElement>(null);

  async function change(text: string): Promise<void> {
    setLine(text);
    setChosen(-1);
    const mine = ++turn.current;
    const found = text.startsWith("/") ? await act<Offer[]>({ ...at, what: "offers", line: text }) : [];
    // An older question may be answered later.
    if (mine === turn.current) setOffers(Array.isArray(found) ? found : []);
  }
  const take = (offer: Offer) => {
    void change(offer.insert);
    input.current?.focus();
  };
  const send = (event: Event) => {
    event.preventDefault();
    if (chosen >= 0 && offers[chosen]) return take(offers[chosen]);
    if (line.trim() === "") return;
    turn.current++;
    void act({ ...at, what: "type", line: line.trimEnd(), ...(thread ? { thread } : {}) });
    setLine("");
    setOffers([]);
  };
  const key = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && offers.length > 0) {
      event.preventDefault();
      setChosen((chosen + step + offers.length) % offers.length);
    }
    if (event.key === "Tab" && offers.length > 0 && !event.shiftKey) {
      event.preventDefault();
      take(offers[Math.max(0, chosen)]!);
    }
    if (event.key === "Escape") setOffers([]);
  };

  return html`
    <form class="composer" aria-label=${`Say something in ${name}`} onSubmit=${send}>
      ${
        offers.length > 0 &&
        html`<ul class="offers" role="listbox" aria-label="Offers">
        ${offers.slice(0, 25).map(
          (o, n) =>
            html`<li role="option" aria-selected=${n === chosen} onMouseDown=${(e: Event) => {
              e.preventDefault();
              take(o);
            }}><b>${o.label}</b><span>${o.hint}</span></li>`,
        )}
      </ul>`
      }
      <input class="grow" ref=${input} value=${line} aria-label=${`Message in ${name}`} placeholder=${asks ?? "Message, or / for commands"} onInput=${(e: Event) => void change((e.target as HTMLInputElement).value)} onKeyDown=${key} onBlur=${() => setOffers([])} autocomplete="off" spellcheck=${false} />
      <button type="submit" class="key plain">Send</button>
    </form>`;
}

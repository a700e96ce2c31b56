// One platform as its client shows it: rooms, messages, the dialogue on top, the line to type in.
import { html } from "htm/preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Person, Room, Screen } from "../screen.ts";
import { Composer } from "./composer.ts";
import { ShowDialog } from "./dialog.ts";
import { Message } from "./message.ts";
import { act } from "./wire.ts";

const ROOMS: Record<string, Record<Room, string>> = {
  discord: { group: "# radio", direct: "Direct message", home: "" },
  slack: { group: "# radio", direct: "Direct message", home: "Home" },
  telegram: { group: "Radio group", direct: "Own chat", home: "" },
};
const NAMES: Record<string, string> = { discord: "Discord", slack: "Slack", telegram: "Telegram" };

type Props = { name: string; person: Person; room: Room; rooms: Room[]; screen: Screen; enter: (room: Room) => void };

export function Column({ name, person, room, rooms, screen, enter }: Props) {
  const list = useRef<HTMLOListElement>(null);
  const [wrong, setWrong] = useState("");
  const [thread, setThread] = useState<string | undefined>();
  const at = { platform: name, person: person.id, room };
  const last = screen.messages.at(-1);
  // What was told where nobody looked.
  const seen = useRef<Partial<Record<Room, number>>>({});
  const isNew = (r: Room) => r !== room && (screen.told[r] ?? 0) > (seen.current[r] ?? 0);
  seen.current = { ...seen.current, [room]: screen.told[room] ?? 0 };
  // What is new is seen; whoever read further up has scrolled, and stays.
  useLayoutEffect(() => {
    const { current } = list;
    if (current) current.scrollTop = current.scrollHeight;
  }, [screen.messages.length, last?.edits, last?.thinking, room]);

  const told = (answer: Promise<{ error?: string }>) => void answer.then(({ error }) => setWrong(error ?? ""));
  const tell = {
    press: (message: string, key: string) => told(act({ ...at, what: "press", message, key })),
    choose: (message: string, menu: string, values: string[]) =>
      told(act({ ...at, what: "choose", message, menu, values })),
    ask: (message: string | undefined, menu: string, typed: string) =>
      act<{ value: string; label: string }[]>({
        ...at,
        what: "ask",
        menu,
        typed,
        ...(message === undefined ? {} : { message }),
      }),
  };
  const asks = last?.asks;
  const toast = wrong || screen.toast;

  return html`
    <section class="client ${name}" aria-label=${NAMES[name]} data-room=${room}>
      <header>
        <h2>${NAMES[name]}</h2>
        <span class="state ${screen.connected ? "on" : "off"}">${screen.connected ? "connected" : "no bot"}</span>
        <nav role="group" aria-label="Rooms">
          ${rooms.map((r) => html`<button type="button" aria-pressed=${r === room} onClick=${() => enter(r)}>${ROOMS[name]![r]}${isNew(r) && html`<span class="new" aria-label="new"></span>`}</button>`)}
        </nav>
      </header>
      <ol class="messages" ref=${list} tabindex="0" aria-label="Messages">
        ${screen.messages.length === 0 && html`<li class="empty">Nothing was said here yet. Type a command below.</li>`}
        ${screen.messages.map(
          (message) =>
            html`<${Message} key=${message.id} message=${message} tell=${tell} reply=${name === "slack" && room === "group" && !message.only ? () => setThread(message.thread ?? message.id) : undefined} />`,
        )}
      </ol>
      ${
        toast &&
        html`<p class="toast" role="alert">${toast}<button class="quiet" type="button" aria-label="Close" onClick=${() => {
          setWrong("");
          void act({ ...at, what: "dismiss" });
        }}>×</button></p>`
      }
      ${thread && html`<p class="thread">In a thread<button class="quiet" type="button" onClick=${() => setThread(undefined)}>Leave it</button></p>`}
      ${room !== "home" && html`<${Composer} at=${at} name=${NAMES[name]} asks=${asks} thread=${thread} />`}
      ${screen.dialog && html`<${ShowDialog} key=${screen.dialog.id} dialog=${screen.dialog} at=${at} ask=${tell.ask} />`}
    </section>`;
}

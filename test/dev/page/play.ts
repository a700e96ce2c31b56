// Puts the page together: who one is, three clients, and a line that goes to all of them.
import { html } from "htm/preact";
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Person, Room, Screen } from "../screen.ts";
import { Column } from "./column.ts";
import { act } from "./wire.ts";

export type About = { people: Person[]; rooms: Record<string, Room[]>; console: string };
const EMPTY: Screen = { connected: false, messages: [], told: {} };

function Page({ about }: { about: About }) {
  const [person, setPerson] = useState(about.people[0]!);
  const [rooms, setRooms] = useState<Record<string, Room>>({});
  const [screens, setScreens] = useState<Record<string, Screen>>({});
  const [line, setLine] = useState("");
  const names = Object.keys(about.rooms);
  const roomOf = (name: string): Room => rooms[name] ?? "group";
  const query = new URLSearchParams({
    person: person.id,
    ...Object.fromEntries(names.map((n) => [n, roomOf(n)])),
  }).toString();

  useEffect(() => {
    const events = new EventSource(`/events?${query}`);
    events.onmessage = ({ data }) => {
      const { platform, screen } = JSON.parse(data as string) as { platform: string; screen: Screen };
      setScreens((all) => ({ ...all, [platform]: screen }));
    };
    return () => events.close();
  }, [query]);

  const everywhere = (event: Event) => {
    event.preventDefault();
    if (line.trim() === "") return;
    void act({ platform: "", person: person.id, room: "group", what: "everywhere", line });
    setRooms({});
    setLine("");
  };
  const enter = (name: string, room: Room) => {
    setRooms((all) => ({ ...all, [name]: room }));
    void act({ platform: name, person: person.id, room, what: "open" });
  };

  return html`
    <header class="top">
      <h1>Three platforms</h1>
      <form class="all" aria-label="To all three" onSubmit=${everywhere}>
        <input class="grow" aria-label="The same command on all three" placeholder="The same command on all three, such as status" value=${line} onInput=${(e: Event) => setLine((e.target as HTMLInputElement).value)} autocomplete="off" spellcheck=${false} />
        <button class="key primary" type="submit">Send to all</button>
      </form>
      <div class="people" role="group" aria-label="You are">
        ${about.people.map((p) => html`<button type="button" aria-pressed=${p.id === person.id} onClick=${() => setPerson(p)}>${p.name}</button>`)}
      </div>
      ${about.console && html`<a href=${about.console}>Console</a>`}
    </header>
    <main>
      ${names.map(
        (name) =>
          html`<${Column} key=${`${name}${person.id}`} name=${name} person=${person} room=${roomOf(name)} rooms=${about.rooms[name]} screen=${screens[name] ?? EMPTY} enter=${(room: Room) => enter(name, room)} />`,
      )}
    </main>`;
}

const about = (await (await fetch("/about")).json()) as About;
const root = document.getElementById("app");
if (root) render(html`<${Page} about=${about} />`, root);

// Puts the live page together: what it begins with is in the page already, then the stream keeps it so.
import { html } from "htm/preact";
import { render } from "preact";
import { speak } from "../page/say.ts";
import { App } from "./app.ts";
import { type First, openStore } from "./store.ts";

const first = JSON.parse(document.getElementById("first")?.textContent ?? "{}") as First;
speak(first.locale, first.words);
document.documentElement.style.setProperty("--hue", first.state.channel.hue);
const store = openStore(first);
const root = document.getElementById("app");
if (root) {
  root.replaceChildren();
  render(html`<${App} store=${store} />`, root);
}
store.start();

// Puts the page together: the browser's means are handed in here and nowhere else.

import { html } from "htm/preact";
import { render } from "preact";
import { makeApi } from "./api.ts";
import { App } from "./app.ts";
import { makeModel } from "./model.ts";
import { speak } from "./say.ts";

const wait = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));
const api = makeApi({
  fetch: (...request) => fetch(...request),
  wait,
  maybeBack: (ms) =>
    Promise.race([wait(ms), new Promise<void>((done) => addEventListener("online", () => done(), { once: true }))]),
  reachable: (yes) => model.reachable(yes),
});
const model = makeModel({
  api,
  newKey: () => crypto.randomUUID(),
  now: () => new Date(),
  storage: sessionStorage,
  async speak(locale) {
    // English is what the code says.
    speak(locale, /^en(-|$)/.test(locale) ? {} : await api.words(locale));
    document.documentElement.lang = locale;
  },
});

const SPOKEN = ["es", "pt-BR", "fr", "de", "ja", "ko"];
const wanted = SPOKEN.find((l) => l.split("-")[0] === navigator.language.split("-")[0]) ?? "en";
speak(wanted, wanted === "en" ? {} : await api.words(wanted));
document.documentElement.lang = wanted;

const root = document.getElementById("app");
if (root) render(html`<${App} model=${model} api=${api} />`, root);

// A sign-in link that did not sign in leads here with this.
if (new URLSearchParams(location.search).get("entry") === "used") {
  model.notice("link-used");
  history.replaceState(null, "", location.pathname + location.hash);
}
void model.start();

// The library: what was made, found again.
import { type Act, mayActAs } from "../act.ts";
import { choice, command, pick, text } from "../command/index.ts";
import { channels } from "../streams/index.ts";
import { view } from "../view/index.ts";
import { libraryLink, librarySimilar } from "./commands-more.ts";
import { factsOf, familyOf, itemOf, lengthWords, partButtons, playerOf, provenanceOf, reviewButtons } from "./show.ts";
import { listWorks, shortOf, type Work, works } from "./work.ts";

const PAGE = 25;

export const libraryList = command({
  name: "library list",
  says: "What was made: songs, videos, pictures and words",
  role: "member",
  reads: true,
  options: {
    kind: text("Only this kind, such as song", { max: 40 }).optional(),
    channel: pick(channels, "Only of this channel").optional(),
    query: text("Words of its title, prompt or maker", { max: 100 }).optional(),
    status: choice("Only in this state", ["draft", "approved", "rejected"]).optional(),
    before: text("Only those before this one, by its id", { max: 36 }).optional(),
  },
  examples: ["library list", "library list kind:song query:rain"],
  async run({ act, options }) {
    const { channel, kind, query, status, before } = options;
    const found = await listWorks(act, { kind, channel: channel?.id, query, status, before }, PAGE + 1);
    const items = found.slice(0, PAGE);
    const next = found.length > PAGE ? items.at(-1)!.id : undefined;
    const data = { items: items.map(itemOf), ...(next ? { next } : {}) };
    if (items.length === 0) return { view: nothing(act, query), data };
    const rows = items.map((w) => [
      w.title,
      w.kind,
      w.seconds === null ? "" : lengthWords(w.seconds),
      act.say(`work:${w.status}`),
      shortOf(w.id),
    ]);
    const columns = [
      { label: act.say("Title") },
      { label: act.say("Kind") },
      { label: act.say("Length"), align: "right" as const },
      { label: act.say("State") },
      { label: act.say("Id") },
    ];
    const words = next
      ? act.say("The newest {count}.", { count: items.length })
      : act.say("{count, plural, one {# thing} other {# things}} in the library.", { count: items.length });
    const choices = items.map((w) => ({
      value: w.id,
      label: w.title,
      press: { command: "library show", options: { asset: w.id }, uses: "many" as const },
    }));
    return {
      view: view(words, { kind: "table", columns, rows }, { kind: "select", label: act.say("Show one"), choices }),
      data,
    };
  },
});

function nothing(act: Act, query: string | undefined) {
  if (query) return view(act.say("Nothing in the library matches {query}.", { query }));
  return view(act.say("The library is empty. Make a song: /generate song"));
}

export const libraryShow = command({
  name: "library show",
  says: "One thing of the library: hear or see it, and where it comes from",
  role: "member",
  reads: true,
  options: { asset: pick(works, "Which one") },
  examples: ["library show 3fa20b1c"],
  run({ act, options: { asset } }) {
    return { view: showWork(act, asset), data: { item: itemOf(asset) } };
  },
});

export const showWork = (act: Act, work: Work) =>
  view(
    act.say("{title}, {status}.", { title: work.title, status: act.say(`work:${work.status}`) }),
    playerOf(work),
    ...familyOf(act, work),
    { kind: "fields", fields: factsOf(act, work) },
    { kind: "text", text: work.prompt, tone: "soft" },
    { kind: "fields", fields: provenanceOf(act, work) },
    ...(mayActAs(act.role, "staff") ? partButtons(act, work) : []),
    ...(work.status === "draft" && mayActAs(act.role, "staff") ? [reviewButtons(act, work)] : []),
  );

export const libraryCommands = [libraryList, libraryShow, librarySimilar, libraryLink];

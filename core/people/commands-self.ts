import { rawOf } from "../../db/connect.ts";
import { choice, command } from "../command/index.ts";
import { view } from "../view/index.ts";
import { LOCALES, say } from "../words/say.ts";

const language = command({
  name: "language",
  says: "The language that you are answered in",
  options: { language: choice("Which language", LOCALES) },
  role: "member",
  reply: "private",
  examples: ["language language:ja"],
  async run({ options, act }) {
    const wanted = options.language;
    const [before] = await rawOf(act.db)<{ locale: string | null }[]>`
      update person p set locale = ${wanted} from person q
      where p.id = ${act.person.id} and q.workspace_id = p.workspace_id and q.id = p.id returning q.locale`;
    if (before?.locale !== wanted)
      act.changed({ what: "person.locale", id: act.person.id, from: before?.locale ?? null, to: wanted });
    const name = new Intl.DisplayNames([wanted], { type: "language" }).of(wanted) ?? wanted;
    return {
      view: view(say(wanted, "You are answered in {language} from now on.", { language: name })),
      data: { item: { id: act.person.id, locale: wanted } },
    };
  },
});

export const selfCommands = [language];

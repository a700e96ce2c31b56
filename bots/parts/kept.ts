// What a person hears whose message was not kept, where their platform does not send it again.
import type { Received } from "../../core/inbox/index.ts";
import { type Locale, say } from "../../core/words/say.ts";

/** `unsure` is told as it is: who asks again at once may have it done twice. */
export const notKept = (locale: Locale, received: Received): string =>
  received === "unsure"
    ? say(
        locale,
        "The database fell silent, and this may be done all the same. If no answer comes within a minute, ask again.",
      )
    : say(locale, "The database cannot be reached. Nothing was changed; ask again in a moment.");

// A message before it leaves: drawn, and its files read or painted.
import { readBytes, sizeOf } from "../../core/assets/index.ts";

import type { Outgoing } from "../../core/outbox/index.ts";
import type { Painter } from "../../core/view/chart/index.ts";
import type { Reader, View } from "../../core/view/index.ts";
import { localeOf, say } from "../../core/words/say.ts";
import type { Kit } from "../surface.ts";
import type { Hints } from "./decode.ts";
import { MESSAGE } from "./limits.ts";
import { assetOf } from "./media.ts";
import type { Origin } from "./origin.ts";
import { type File, type How, type Message, type Rendered, render, renderPlain } from "./render.ts";

/** These come with the door, when the house opens. `closed`: we are no member of a server any more. */
export type More = { painter?: Painter; baseUrl?: URL | undefined; closed?: (guild: string) => Promise<void> };
export type Ready = { body: Message; files: { name: string; data: Buffer }[] };
export type Prepared = {
  parts: Ready[];
  lost: string[];
  /** Without made files: each is a link. */
  linked(): Promise<Ready[]>;
  /** Nothing but words. */
  plain(): Ready[];
};

/** Discord tells nobody whether somebody reads on a light or a dark ground. The pictures bring their own. */
const THEME = "dark";

export const readerFor = (hints: Partial<Hints>): Reader => {
  const locale = localeOf(hints.locale);
  return { locale, say: (text, vars) => say(locale, text, vars) };
};

export async function prepare(
  house: Kit,
  more: More,
  message: Outgoing,
  hints: Partial<Hints>,
  origin?: Origin,
): Promise<Prepared> {
  const view = message.view!;
  const reader = readerFor(hints);
  const how: How = { private: hints.private === true, baseUrl: more.baseUrl, ...(origin ? { origin } : {}) };
  const plain = () => renderPlain(view, reader, how).messages.map(({ body }) => ({ body, files: [] }));
  const assets = await measured(house, message.workspaceId, view, hints.most ?? MESSAGE.file);
  const charts = more.painter !== undefined;
  const linked = () => filled(render(view, reader, { ...how, charts }));
  const drawn = render(view, reader, { ...how, charts, assets });
  try {
    return { parts: await filled(drawn), lost: drawn.lost, linked, plain };
  } catch (error) {
    house.log.warn({ message: message.id, err: error }, "a file could not be made and is told in words");
    const told = render(view, reader, how);
    return { parts: await filled(told), lost: [...told.lost, "a chart or a file"], linked, plain };
  }

  function filled({ messages }: Rendered): Promise<Ready[]> {
    return Promise.all(
      messages.map(async ({ body, files }) => ({
        body,
        files: await Promise.all(files.map(async (file) => ({ name: file.name, data: await bytesOf(file) }))),
      })),
    );
  }
  async function bytesOf(file: File): Promise<Buffer> {
    if ("asset" in file) {
      const bytes = await readBytes(house, message.workspaceId, file.asset);
      if (!bytes) throw new Error("the bytes of a file are gone");
      return bytes;
    }
    return Buffer.from(await more.painter!.render(file.chart, { theme: THEME, locale: reader.locale }));
  }
}

/** Those of a view's made files that are here, and not larger than the server takes. */
async function measured(house: Kit, workspaceId: string, { blocks }: View, most: number) {
  const ids = new Set(blocks.flatMap((block) => assetOf(block) ?? []));
  const sizes = new Map<string, number>();
  for (const id of ids) {
    const size = await sizeOf(house, workspaceId, id).catch(() => undefined);
    if (size !== undefined && size > 0 && size <= Math.min(most, MESSAGE.bytes)) sizes.set(id, size);
  }
  return sizes;
}

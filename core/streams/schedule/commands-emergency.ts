// Emergency content: calm music that all channels share, until staff end it.
import type { Act } from "../../act.ts";
import { command, pick } from "../../command/index.ts";
import { refuse } from "../../problem.ts";
import { view } from "../../view/index.ts";
import { type Channel, channels, listChannels } from "../channel.ts";
import { setEmergency } from "../control.ts";
import { songs } from "../queue/songs.ts";
import { staffButton } from "../words.ts";
import { sharedEmergency, wantBed } from "./emergency.ts";
import { putInto, takeFrom } from "./schedule.ts";

async function switched(act: Act, on: boolean, channel: Channel | undefined) {
  const changed = await setEmergency(act, on, channel?.id);
  const data = { items: changed };
  const options = channel ? { channel: channel.slug } : {};
  if (changed.length === 0 && (await listChannels(act)).items.length === 0)
    throw refuse("rule", "There is no channel yet. An owner starts with seven: /setup blueprint:streams");
  const names = changed.map((c) => c.name).join(", ");
  const button = on
    ? staffButton(act.say("End it"), "emergency off", options, { style: "primary" })
    : staffButton(act.say("Emergency"), "emergency on", options, { style: "danger" });
  const words = on
    ? names === ""
      ? act.say("Emergency content was on already.")
      : act.say("Emergency content plays on {names}. Votes and requests wait until it is over.", { names })
    : names === ""
      ? act.say("There was no emergency.")
      : act.say("Back to the queue on {names}.", { names });
  return { view: view(words, { kind: "buttons", buttons: [button] }), data };
}

export const emergencyOn = command({
  name: "emergency on",
  says: "Play emergency content: on one channel, or on all",
  role: "staff",
  effects: ["publish"],
  options: { channel: pick(channels, "On which channel; without one: on all").optional() },
  examples: ["emergency on", "emergency on noir-jazz"],
  run: ({ act, options: { channel } }) => switched(act, true, channel),
});

export const emergencyOff = command({
  name: "emergency off",
  says: "End emergency content: on one channel, or on all",
  role: "staff",
  effects: ["publish"],
  options: { channel: pick(channels, "On which channel; without one: on all").optional() },
  examples: ["emergency off"],
  run: ({ act, options: { channel } }) => switched(act, false, channel),
});

export const emergencyAdd = command({
  name: "emergency add",
  says: "Put a track into the emergency content that all channels share",
  role: "staff",
  options: { asset: pick(songs, "Which track") },
  examples: ["emergency add 3fa20b1c"],
  async run({ act, options: { asset } }) {
    if (asset.status !== "approved")
      throw refuse("rule", "{title} is not let out: only approved tracks are played.", { title: asset.title });
    await putInto(act, await sharedEmergency(act), asset.id);
    const words = act.say("{title} is emergency content of all channels.", { title: asset.title });
    return { view: view(words), data: { item: { id: asset.id } } };
  },
});

export const emergencyRemove = command({
  name: "emergency remove",
  says: "Take a track out of the emergency content",
  role: "staff",
  options: { asset: pick(songs, "Which track") },
  examples: ["emergency remove 3fa20b1c"],
  async run({ act, options: { asset } }) {
    if ((await takeFrom(act, null, asset.id, "emergency")) === 0)
      throw refuse("missing", "{title} is no emergency content.", { title: asset.title });
    // Without any, a bed is made again.
    await wantBed(act);
    const words = act.say("{title} is no emergency content any more.", { title: asset.title });
    return { view: view(words), data: { item: { id: asset.id } } };
  },
});

export const emergencyCommands = [emergencyOn, emergencyOff, emergencyAdd, emergencyRemove];

// Which engine plays a channel: the one that it asks for when this deployment has it, else our own.
import type { House } from "../../core/house.ts";
import { azuracastPlayout, liquidsoapPlayout, type Mixing, obsPlayout } from "../../core/streams/engines/index.ts";
import type { Playout, Wanted } from "../../core/streams/index.ts";

export type EngineEnv = Readonly<Record<string, string | undefined>>;

const given = (env: EngineEnv, name: string): string | undefined => env[name]?.trim() || undefined;

/** A key of Liquidsoap's may stand in its address, as a password does. */
function liquidsoap(url: string, wall: () => number): Playout {
  const address = new URL(url);
  const key = decodeURIComponent(address.password) || undefined;
  address.username = "";
  address.password = "";
  return liquidsoapPlayout({ url: address.href, key, wall });
}

export function engineFor(
  { id, slug, engine }: Pick<Wanted, "id" | "slug" | "engine">,
  { env, mixing, wall, log }: { env: EngineEnv; mixing: Mixing; wall(): number; log: House["log"] },
): Playout {
  const [obs, soap, azura] = [given(env, "OBS_URL"), given(env, "LIQUIDSOAP_URL"), given(env, "AZURACAST_URL")];
  if (engine === "obs" && obs) return obsPlayout({ url: obs, password: given(env, "OBS_PASSWORD"), wall });
  if (engine === "liquidsoap" && soap) return liquidsoap(soap, wall);
  if (engine === "azuracast" && azura)
    return azuracastPlayout({ url: azura, key: given(env, "AZURACAST_API_KEY") ?? "", station: slug, wall });
  if (engine !== "mixer") log.warn({ channel: slug, engine }, "this engine has no address here: our own plays instead");
  return mixing.playout(id);
}

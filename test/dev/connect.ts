// Makes the emulated places belong to the workspace, and the first person its owner, by the same commands that people use:
// a code made by the owner, typed in the place, confirmed where it was made.
import { until } from "../contract/driver.ts";
import { inPlainWords } from "./everywhere.ts";
import type { At, Client, Person } from "./screen.ts";

export type Owner = { url: string; token: string };
type Answer = {
  run?: string;
  data?: { item?: Record<string, unknown> };
  view?: { text: string; blocks: { kind: string; buttons?: { action?: string }[] }[] };
};

async function ask({ url, token }: Owner, method: string, path: string, body?: object): Promise<Answer> {
  const response = await fetch(`${url}/api/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return (await response.json()) as Answer;
}

/** Answers which platforms are new here. */
export async function connectPlaces(clients: readonly Client[], owner: Owner, person: Person): Promise<string[]> {
  const shown = await ask(owner, "POST", "commands/workspace%20show", {});
  const places = (shown.data?.item?.places ?? []) as { surface: string }[];
  const fresh = clients.filter((c) => !places.some((p) => p.surface === c.name));
  const done: string[] = [];
  for (const client of fresh) {
    const at: At = { person, room: "group" };
    // A bot that is not there answers nobody.
    if (!(await until(() => client.screen(at).connected || undefined, 20_000))) continue;
    for (const command of ["connect", "link"] as const) await redeem(client, at, owner, command);
    done.push(client.name);
  }
  // What a place answered while it was nobody's is remembered for so long.
  if (done.length > 0) await new Promise((go) => setTimeout(go, 2_100));
  return done;
}

async function redeem(client: Client, at: At, owner: Owner, command: "connect" | "link"): Promise<void> {
  const issued = await ask(owner, "POST", `commands/${command}`, {});
  const code = issued.data?.item?.code;
  if (!issued.run || typeof code !== "string") throw new Error(`No code to ${command}: ${JSON.stringify(issued)}`);
  await client.type(at, inPlainWords(client.name, `${command} code:${code}`));
  const end = performance.now() + 15_000;
  for (;;) {
    const { view } = await ask(owner, "GET", `runs/${issued.run}`);
    const action = view?.blocks.flatMap((b) => b.buttons ?? [])[0]?.action;
    if (action) return void (await ask(owner, "POST", `actions/${action}`, {}));
    if (performance.now() > end) throw new Error(`Nobody took the code to ${command} in ${client.name}.`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

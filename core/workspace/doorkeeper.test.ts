// The whole way of a chat surface: kept, run in its lane, answered through the outbox, in whoever's place it is.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { inWorkspace, rawOf } from "../../db/connect.ts";
import { type TestHouse, testHouse } from "../../test/house.ts";
import {
  type Caller,
  type Envelope,
  findRun,
  handle,
  type Lanes,
  openIntake,
  type Reply,
  startLanes,
} from "../inbox/index.ts";
import { type Outgoing, type Sender, startOutbox } from "../outbox/index.ts";
import { doorkeeper, ensureOwnerToken, openDoors } from "./index.ts";

let house: TestHouse;
let owner: Caller;
let lobbyId: string;
const stops: (() => Promise<void>)[] = [];
beforeAll(async () => {
  house = await testHouse();
  const first = await ensureOwnerToken(house.database, house.sources, "owner");
  owner = { workspaceId: first.mainId, personId: first.personId };
  lobbyId = first.lobbyId;
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
afterAll(() => house.close());

let count = 0;
/** A platform that remembers what it was sent. */
function surface() {
  const taken: Outgoing[] = [];
  const sender: Sender = {
    surface: "chat",
    send: async (message) => {
      taken.push(message);
      return { external: `m${taken.length}` };
    },
    classify: () => ({ kind: "retry" }),
  };
  const keeper = doorkeeper(house, openDoors());
  const lanes: Lanes = startLanes(house, { resolveAccount: keeper.resolveAccount, sweep: 50 });
  const intake = openIntake(house, { findHome: keeper.findHome, lanes });
  const outbox = startOutbox(house, [sender], { sweep: 50 });
  stops.push(
    () => intake.stop(),
    () => lanes.stop(),
    () => outbox.stop(),
  );
  return {
    taken,
    async say(account: string, name: string, options: Record<string, unknown> = {}): Promise<Outgoing> {
      const delivery = `d${++count}`;
      const envelope: Envelope = {
        surface: "chat",
        tenant: "server",
        place: "general",
        whole: true,
        delivery,
        account: { id: account, name: account },
        content: { kind: "command", name, options },
      };
      const got = await intake.receive(envelope);
      const run = typeof got === "object" && "run" in got ? got.run : "";
      const mine = () => taken.find((m) => m.subject === run);
      await expect.poll(mine, { timeout: 8000 }).toBeDefined();
      return mine()!;
    },
  };
}
const asOwner = (content: Envelope["content"]): Promise<Reply> =>
  handle(house, house.database, owner, {
    surface: "http",
    tenant: "x",
    place: "x",
    delivery: "",
    account: { id: "x" },
    content,
  });
const outboxRows = (workspaceId: string, subject: string) =>
  inWorkspace(
    house.database,
    workspaceId,
    (tx) => rawOf(tx)<{ status: string; view: unknown; kind: string }[]>`
    select status, view, kind from outbox where subject = ${subject} order by seq`,
  );

test("a server is nobody's, is connected from the console, and is then the workspace's", async () => {
  const chat = surface();
  const before = await chat.say("mia", "whoami");
  expect(before.workspaceId).toBe(lobbyId);
  expect(before.view?.text).toContain("belongs to no workspace yet");
  const issued = await asOwner({ kind: "command", name: "connect", options: {} });
  const { code } = (issued.data?.item ?? {}) as { code: string };
  const typed = await chat.say("mia", "connect", { code });
  expect(typed.view?.text).toContain("Almost");
  const asked = (await inWorkspace(house.database, owner.workspaceId, (tx) => findRun(tx, issued.run)))!;
  const [yes] = asked.view.blocks.flatMap((b) => (b.kind === "buttons" ? b.buttons : []));
  expect((await asOwner({ kind: "press", token: yes!.action! })).status).toBe("done");
  // The message in the server changes by itself.
  await expect.poll(() => chat.taken.at(-1)?.view?.text).toContain("belongs to Main now");
  expect(chat.taken.at(-1)).toMatchObject({ kind: "edit", subject: typed.subject });
  const after = await chat.say("mia", "whoami");
  expect(after.workspaceId).toBe(owner.workspaceId);
  expect(after.view?.text).toContain("mia");
});

test("a token that is shown in a chat is kept nowhere once it was sent", async () => {
  const chat = surface();
  const whoami = await chat.say("boss", "whoami");
  expect(whoami.workspaceId).toBe(owner.workspaceId);
  await inWorkspace(
    house.database,
    owner.workspaceId,
    (tx) => rawOf(tx)`
    update person set role = 'owner' where id = (select person_id from account where external = 'boss')`,
  );
  const shown = await chat.say("boss", "token create", { name: "from chat" });
  const secret = /imp_[A-Za-z0-9]{40}/.exec(JSON.stringify(shown.view))?.[0];
  expect(secret).toBeDefined();
  const rows = () => outboxRows(owner.workspaceId, shown.subject);
  await expect.poll(async () => (await rows())[0]?.status).toBe("sent");
  expect((await rows())[0]?.view).toBeNull();
  const tables = await house.database.client<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`;
  await inWorkspace(house.database, owner.workspaceId, async (tx) => {
    for (const { name } of tables) {
      const hits = await rawOf(tx)`select from ${rawOf(tx)(name)} t where strpos(to_jsonb(t)::text, ${secret!}) > 0`;
      expect(hits.length, name).toBe(0);
    }
  });
  const plain = await chat.say("boss", "whoami");
  await expect.poll(async () => (await outboxRows(owner.workspaceId, plain.subject))[0]?.status).toBe("sent");
  expect((await outboxRows(owner.workspaceId, plain.subject))[0]?.view).not.toBeNull();
});

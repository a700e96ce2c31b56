import { generateKeyPairSync, sign } from "node:crypto";
import { expect, test } from "vitest";
import { command, registry, text, whole, yesNo } from "../../core/command/index.ts";
import { houseCommands } from "../../core/commands.ts";
import { view } from "../../core/view/index.ts";
import { component, modal, slash } from "../../test/emulators/discord/interactions.ts";
import { hasSpec, openJudge } from "../../test/emulators/discord/spec.ts";
import { ackOf } from "./ack.ts";
import { decode, typingOf } from "./decode.ts";
import { changes, type Registered } from "./differ.ts";
import { modalOf } from "./forms.ts";
import { momentOf } from "./limits.ts";
import { manifest } from "./manifest.ts";
import { isGenuine, publicKey } from "./verify.ts";

const run = () => view("Done.");
const commands = registry([
  command({
    name: "song make",
    says: "Make a song.",
    role: "staff",
    run,
    options: {
      about: text("What about."),
      count: whole("How many.", { min: 1, max: 9 }).optional(),
      loud: yesNo("Loud or not.").optional(),
    },
  }),
  command({ name: "secret", says: "Show a secret.", role: "owner", reply: "private", run }),
]);
const judge = openJudge();

test("a command of two words, its options and who sent it become an envelope", () => {
  const sent = slash("song make", { about: "rain", count: 3, loud: true }, { roles: ["7"], nick: "Ann" });
  expect(decode(sent, commands)).toEqual({
    surface: "discord",
    tenant: "500",
    place: "600",
    whole: true,
    delivery: sent.id,
    at: new Date(momentOf(sent.id)).toISOString(),
    account: { id: "42", name: "Ann", locale: "en-US", roles: ["7"] },
    content: { kind: "command", name: "song make", options: { about: "rain", count: 3, loud: true } },
    hints: { app: "900", token: sent.token, interaction: sent.id, user: "42", locale: "en-US", most: 10_485_760 },
  });
});

test("in a direct message the bot is the tenant, and nothing is bound as a whole", () => {
  const envelope = decode(slash("secret", {}, { direct: true }), commands);
  expect(envelope).toMatchObject({ tenant: "900", hints: { private: true } });
  expect(envelope).not.toHaveProperty("whole");
  expect(envelope?.account).not.toHaveProperty("roles");
});

test("the acknowledgement is known from the declaration and the token alone", () => {
  expect(ackOf(slash("song make"), commands)).toEqual({ type: 5 });
  for (const name of ["secret", "no such"])
    expect(ackOf(slash(name), commands)).toEqual({ type: 5, data: { flags: 64 } });
  expect(ackOf(component("uAAAAAAAAAAAAAA"), commands)).toEqual({ type: 6 });
  expect(ackOf(component("rAAAAAAAAAAAAAA"), commands)).toEqual({ type: 5 });
  expect(ackOf(component("pAAAAAAAAAAAAAA"), commands)).toEqual({ type: 5, data: { flags: 64 } });
  expect(ackOf(component("select:1", ["rBBBBBBBBBBBBBB"]), commands)).toEqual({ type: 5 });
  expect(decode(component("select:1", ["rBBBBBBBBBBBBBB"]), commands)?.content).toEqual({
    kind: "press",
    token: "rBBBBBBBBBBBBBB",
  });
});

test("a form opens without being kept, and comes back as a press with its input", () => {
  const id = "form:rAAAAAAAAAAAAAA:song make:about,loud";
  const ack = ackOf(component(id), commands);
  expect(ack?.type).toBe(9);
  expect(judge("ModalInteractionCallbackRequest", ack)).toEqual([]);
  expect(JSON.stringify(ack)).not.toContain('"count"');
  expect(decode(component(id), commands)).toBeUndefined();
  const back = modal(id, { about: "rain", loud: ["yes"] });
  expect(ackOf(back, commands)).toEqual({ type: 5 });
  expect(decode(back, commands)?.content).toEqual({
    kind: "press",
    token: "rAAAAAAAAAAAAAA",
    input: { about: "rain", loud: "yes" },
  });
});

test("what is being typed is neither kept nor acknowledged", () => {
  const sent = slash("song make", { about: "ra" }, { focused: "about" });
  expect(ackOf(sent, commands)).toBeUndefined();
  expect(decode(sent, commands)).toBeUndefined();
  expect(typingOf(sent)).toEqual({ command: "song make", option: "about", typed: "ra" });
});

test("every command of the house has a form that Discord takes", () => {
  const house = houseCommands();
  for (const { name } of house.all()) {
    const made = modalOf(`form:rAAAAAAAAAAAAAA:${name}`, house, "de");
    if (made) expect(judge("ModalInteractionCallbackRequest", made), name).toEqual([]);
  }
});

test("every command of the house is registered, in every language, within the limits", () => {
  const { commands: natives, problems } = manifest(houseCommands());
  expect(problems).toEqual([]);
  for (const native of natives) {
    expect(judge("ApplicationCommandCreateRequest", native), native.name).toEqual([]);
    // A menu has a name and nothing else.
    if (native.type === 1) expect(native.description, native.name).not.toBe("");
  }
  expect(natives.length).toBeGreaterThan(5);
});

test("one command that cannot be registered is named and does not take the others with it", () => {
  const many = Object.fromEntries(Array.from({ length: 26 }, (_, n) => [`o${n}`, text("One.").optional()]));
  const bad = registry([
    command({ name: "wide", says: "Too wide.", role: "member", run, options: many }),
    command({ name: "fine", says: "Fine.", role: "member", run }),
  ]);
  const made = manifest(bad);
  expect(made.commands.map((c) => c.name)).toEqual(["fine"]);
  expect(made.problems).toEqual([{ command: "wide", why: '"wide" has more than 25 options.' }]);
  const registered = [
    { id: "1", name: "wide" },
    { id: "2", name: "old" },
    { id: "3", name: "menu", type: 2 },
  ];
  expect([...changes(made, registered, bad)].map(({ what, name }) => `${what} ${name}`)).toEqual([
    "add fine",
    "remove old",
  ]);
});

test("a command that is wrong is left out of its group, and the rest of the group stays", () => {
  const many = Object.fromEntries(Array.from({ length: 26 }, (_, n) => [`o${n}`, text("One.").optional()]));
  const made = manifest(
    registry([
      command({ name: "song wide", says: "Too wide.", role: "member", run, options: many }),
      command({ name: "song make", says: "Make one.", role: "member", run }),
    ]),
  );
  expect(made.commands).toMatchObject([{ name: "song", options: [{ name: "make" }] }]);
  expect(made.problems).toEqual([{ command: "song wide", why: '"wide" has more than 25 options.' }]);
});

test("a menu's entry is registered beside the command; one that is ours no more goes, a stranger's stays", () => {
  const on = { message: "what" } as const;
  const options = { what: text("What.") };
  const now = registry([
    command({ name: "ask", says: "Ask.", role: "member", run, options, on }),
    command({ name: "greet", says: "Greet.", role: "member", run }),
  ]);
  const made = manifest(now);
  const entry = made.commands.find((c) => c.type === 3);
  expect(entry).toMatchObject({ name: "Ask", contexts: [0, 1], default_member_permissions: null });
  const registered: Registered[] = [
    { id: "1", name: "Greet", type: 2 },
    { id: "2", name: "By Hand", type: 2 },
    { id: "3", name: "ask", type: 1 },
  ];
  expect([...changes(made, registered, now)].map(({ what, name }) => `${what} ${name}`)).toEqual([
    "change ask",
    "add greet",
    "add Ask",
    "remove Greet",
  ]);
});

test("sixteen entries are one too many, and the last is named", () => {
  const on = { message: "what" } as const;
  const all = Array.from({ length: 16 }, (_, n) =>
    command({ name: `ask${n}`, says: "Ask.", role: "member", run, options: { what: text("What.") }, on }),
  );
  const made = manifest(registry(all));
  expect(made.commands.filter((c) => c.type === 3)).toHaveLength(15);
  expect(made.problems).toEqual([{ command: "Ask15", why: "More than 15 of its kind." }]);
});

test("what is registered already is not sent again; what differs is", () => {
  const made = manifest(houseCommands());
  const there = made.commands.map((c, n) => ({
    ...structuredClone(c),
    id: String(n),
    version: "1",
    default_member_permissions: c.default_member_permissions === null ? null : String(c.default_member_permissions),
  })) as Registered[];
  expect([...changes(made, there, houseCommands())]).toEqual([]);
  Object.assign(there[0]!, { description: "Something else." });
  expect([...changes(made, there, houseCommands())].map((c) => [c.what, c.name])).toEqual([
    ["change", made.commands[0]!.name],
  ]);
});

test("only what was signed, by this key, just now, is genuine", () => {
  const pair = generateKeyPairSync("ed25519");
  const hex = Buffer.from(String(pair.publicKey.export({ format: "jwk" }).x), "base64url").toString("hex");
  const key = publicKey(hex);
  const now = new Date("2026-11-20T12:00:00Z");
  const body = Buffer.from('{"type":1}');
  const signed = (at: number, what = body) => {
    const timestamp = String(at / 1000);
    const signature = sign(null, Buffer.concat([Buffer.from(timestamp), what]), pair.privateKey).toString("hex");
    return new Headers({ "x-signature-ed25519": signature, "x-signature-timestamp": timestamp });
  };
  const at = now.getTime();
  expect(isGenuine(key, { headers: signed(at), body }, now)).toBe(true);
  expect(isGenuine(key, { headers: signed(at - 300_000), body }, now)).toBe(true);
  expect(isGenuine(key, { headers: signed(at - 301_000), body }, now)).toBe(false);
  expect(isGenuine(key, { headers: signed(at + 301_000), body }, now)).toBe(false);
  expect(isGenuine(key, { headers: signed(at), body: Buffer.from('{"type":2}') }, now)).toBe(false);
  expect(isGenuine(key, { headers: new Headers(), body }, now)).toBe(false);
  const cut = signed(at);
  cut.set("x-signature-ed25519", cut.get("x-signature-ed25519")!.slice(2));
  expect(isGenuine(key, { headers: cut, body }, now)).toBe(false);
});

test.skipIf(!hasSpec)("Discord's own description judges commands", () => {
  expect(judge("ApplicationCommandCreateRequest", { name: "", description: "x" })).not.toEqual([]);
});

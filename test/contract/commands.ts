// The commands of the contract suite: each shows one thing that a surface has to do.
import { choice, command } from "../../core/command/index.ts";
import { type Block, view } from "../../core/view/index.ts";

const SHOWN: Record<string, Block[]> = { text: [{ kind: "text", text: "A plain line." }] };

export const show = command({
  name: "test show",
  says: "Show one kind of block",
  role: "member",
  options: { kind: choice("Which kind", ["text"]) },
  run: ({ options }) => view("This is it.", ...SHOWN[options.kind]!),
});

// The API in OpenAPI 3.1, made from the commands: what is not declared there is not here either.
import { type Command, jsonSchemaOf, type Registry } from "../../core/command/index.ts";
import { HTTP_STATUS } from "../../core/problem.ts";

type Json = Record<string, unknown>;
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const json = (schema: Json) => ({ "application/json": { schema } });
const answers = (description: string, schema: Json) => ({ "200": { description, content: json(schema) } });

/** What can go wrong, by status. */
const PROBLEMS: Record<string, string> = {
  "400": "Wrong or missing options, or a body that cannot be read",
  "401": "No token, or one that is not known any more",
  "403": "The caller's role is not enough, or a browser's request was not from our page",
  "404": "Not there, or not the caller's",
  "408": "The request did not arrive in time",
  "409": "The key was used for something else, or the state does not allow it",
  "413": "Too large",
  "415": "Another format is needed",
  "422": "A rule says no: a budget, a quota, a rest; Retry-After when waiting helps",
  "429": "Too many requests; Retry-After says when to ask again",
  "500": "Broken on our side; nothing was changed",
  "503": "Out of reach for a moment; Retry-After says when to ask again",
};
const problem = (status: string) => ({
  description: PROBLEMS[status],
  ...(["422", "429", "503"].includes(status) ? { headers: { "Retry-After": { schema: { type: "integer" } } } } : {}),
  content: { "application/problem+json": { schema: ref("Problem") } },
});
const problems = (...statuses: (keyof typeof PROBLEMS)[]) =>
  Object.fromEntries(statuses.map((status) => [status, problem(status)]));
const EVERY = ["401", "429", "500", "503"];

const KEY = {
  name: "Idempotency-Key",
  in: "header",
  description: "The same key with the same body gives the first answer again, for ever; with another body, 409.",
  schema: { type: "string", minLength: 1, maxLength: 200 },
};
const inPath = (name: string, description: string, schema: Json = { type: "string" }) => ({
  name,
  in: "path",
  required: true,
  description,
  schema,
});
const inQuery = (name: string, description: string, schema: Json, required = false) => ({
  name,
  in: "query",
  required,
  description,
  schema,
});

export function openapi(commands: Registry, origin: string): Json {
  const paths: Json = { ...FIXED };
  const tags = new Set<string>();
  for (const command of commands.all()) {
    paths[`/api/v1/commands/${command.name.replace(" ", ".")}`] = { post: operationOf(command) };
    tags.add(tagOf(command));
  }
  return {
    openapi: "3.1.0",
    info: { title: "Impresario", version: "1", description: "Every command of the control plane, over HTTP." },
    servers: [{ url: origin }],
    security: [{ token: [] }],
    tags: [...tags].sort().map((name) => ({ name })),
    paths,
    components: { securitySchemes: { token: { type: "http", scheme: "bearer" } }, schemas: SCHEMAS },
  };
}

const tagOf = (command: Command) => command.name.split(" ")[0]!;

function operationOf(command: Command): Json {
  const schema = jsonSchemaOf(command);
  const takesFiles = Object.values(command.options).some((spec) => spec.kind === "file");
  const required = (schema.required?.length ?? 0) > 0;
  const effects = command.effects.length > 0 ? ` Effects: ${command.effects.join(", ")}.` : "";
  const confirm = command.confirm === "always" ? " Answers with a button that must be pressed." : "";
  return {
    operationId: command.name.replace(" ", "_"),
    summary: command.says,
    description: `${command.says}. For ${command.role} and above.${effects}${confirm}`,
    tags: [tagOf(command)],
    "x-role": command.role,
    "x-effects": command.effects,
    parameters: [KEY],
    requestBody: {
      required,
      content: {
        ...json(schema as unknown as Json),
        ...(takesFiles ? { "multipart/form-data": { schema: formOf(command, schema as unknown as Json) } } : {}),
      },
    },
    responses: { ...answers("What came of it", ref("Answer")), ...problems(...Object.keys(PROBLEMS)) },
  };
}

/** In a form a file is its bytes. */
function formOf(command: Command, schema: Json): Json {
  const properties = { ...(schema.properties as Record<string, Json>) };
  for (const [name, spec] of Object.entries(command.options))
    if (spec.kind === "file") properties[name] = { description: spec.says, type: "string", format: "binary" };
  return { ...schema, properties };
}

const RUN = inPath("run", "The id of a run", { type: "string", format: "uuid" });

const FIXED: Json = {
  "/api/v1/runs/{run}": {
    get: {
      operationId: "get_run",
      summary: "An answer of before, as it is now",
      parameters: [RUN],
      responses: { ...answers("The run", ref("Run")), ...problems("404", ...EVERY) },
    },
  },
  "/api/v1/runs": {
    get: {
      operationId: "list_runs",
      summary: "What the caller did at the console, newest first",
      parameters: [
        inQuery("limit", "How many", { type: "integer", minimum: 1, maximum: 100, default: 20 }),
        inQuery("before", "`next` of the page before", { type: "string", format: "uuid" }),
      ],
      responses: { ...answers("A page of runs", listOf(ref("Run"))), ...problems("400", ...EVERY) },
    },
  },
  "/api/v1/actions/{token}": {
    post: {
      operationId: "press",
      summary: "Press a button of a view",
      parameters: [inPath("token", "`action` of the button"), KEY],
      requestBody: { content: json({ type: "object", properties: { input: { type: "object" } } }) },
      responses: { ...answers("What came of it", ref("Answer")), ...problems(...Object.keys(PROBLEMS)) },
    },
  },
  "/api/v1/words": {
    post: {
      operationId: "say",
      summary: "Run a command as one types it in a chat",
      parameters: [KEY],
      requestBody: {
        required: true,
        content: json({ type: "object", properties: { text: { type: "string" } }, required: ["text"] }),
      },
      responses: { ...answers("What came of it", ref("Answer")), ...problems(...Object.keys(PROBLEMS)) },
    },
  },
  "/api/v1/commands": {
    get: {
      operationId: "list_commands",
      summary: "The commands that the caller may run, in the caller's language",
      responses: { ...answers("The commands", listOf({ type: "object" })), ...problems(...EVERY) },
    },
  },
  "/api/v1/complete": {
    get: {
      operationId: "complete",
      summary: "What an option offers while one types",
      parameters: [
        inQuery("command", "The command's name", { type: "string" }, true),
        inQuery("option", "The option's name", { type: "string" }, true),
        inQuery("q", "What was typed so far", { type: "string" }),
      ],
      responses: { ...answers("Suggestions", listOf(ref("Suggestion"))), ...problems("403", "404", ...EVERY) },
    },
  },
  "/api/v1/events": {
    get: {
      operationId: "events",
      summary: "What happens in the workspace, as server-sent events",
      parameters: [
        { name: "Last-Event-ID", in: "header", description: "Goes on after this event", schema: { type: "string" } },
      ],
      responses: {
        "200": { description: "Events without end", content: { "text/event-stream": { schema: { type: "string" } } } },
        ...problems("400", ...EVERY),
      },
    },
  },
  "/api/v1/assets/{id}": {
    get: {
      operationId: "get_asset",
      summary: "A made file; ranges and ETags are understood",
      parameters: [inPath("id", "The id of the asset", { type: "string", format: "uuid" })],
      responses: {
        "200": { description: "The file", content: { "*/*": {} } },
        "206": { description: "A part of the file", content: { "*/*": {} } },
        "304": { description: "Not changed" },
        "416": { description: "No such part" },
        ...problems("404", ...EVERY),
      },
    },
  },
  "/api/v1/links/{token}": {
    get: {
      operationId: "get_linked",
      summary: "The file of a sealed link; needs no token, and ends with the link's time",
      parameters: [inPath("token", "As `library link` made it", { type: "string" })],
      responses: {
        "200": { description: "The file", content: { "*/*": {} } },
        "206": { description: "A part of the file", content: { "*/*": {} } },
        "304": { description: "Not changed" },
        "416": { description: "No such part" },
        ...problems("404", ...EVERY),
      },
    },
  },
  "/api/v1/charts/{run}/{index}.png": {
    get: {
      operationId: "get_chart",
      summary: "A chart of a run's view as a picture",
      parameters: [
        RUN,
        inPath("index", "Which chart of the view, from 0", { type: "integer", minimum: 0 }),
        inQuery("theme", "Its ground", { type: "string", enum: ["light", "dark"], default: "light" }),
        inQuery("locale", "Its words and figures", { type: "string" }),
      ],
      responses: {
        "200": { description: "The picture", content: { "image/png": {} } },
        "304": { description: "Not changed" },
        ...problems("404", ...EVERY),
      },
    },
  },
};

function listOf(items: Json): Json {
  return {
    type: "object",
    properties: { items: { type: "array", items }, next: { type: "string" } },
    required: ["items"],
  };
}

const STATUS = ["done", "running", "confirm", "refused", "failed", "cancelled"];
const SCHEMAS: Json = {
  View: {
    type: "object",
    description: "What to show. `text` alone is enough; blocks say it better.",
    properties: {
      text: { type: "string" },
      blocks: {
        type: "array",
        items: { type: "object", properties: { kind: { type: "string" } }, required: ["kind"] },
      },
    },
    required: ["text", "blocks"],
  },
  Answer: {
    type: "object",
    properties: {
      run: { type: "string", format: "uuid" },
      command: { type: "string" },
      status: { enum: STATUS },
      view: ref("View"),
      data: {
        type: "object",
        description: "The machine-readable result: `items` and `next?` of a list, `item` of one thing.",
        properties: {
          items: { type: "array", items: { type: "object" } },
          next: { type: "string" },
          item: { type: "object" },
        },
      },
      job: { type: "string", format: "uuid" },
    },
    required: ["run", "status", "view"],
  },
  Run: {
    allOf: [{ $ref: "#/components/schemas/Answer" }],
    properties: { problem: ref("Problem"), at: { type: "string", format: "date-time" }, asked: { type: "object" } },
  },
  Problem: {
    type: "object",
    description: "RFC 9457",
    properties: {
      type: {
        type: "string",
        format: "uri",
        examples: Object.keys(HTTP_STATUS).map((k) => `urn:impresario:problem:${k}`),
      },
      title: { type: "string" },
      status: { type: "integer" },
      detail: { type: "string" },
      errors: {
        type: "array",
        items: {
          type: "object",
          properties: { option: { type: "string" }, detail: { type: "string" } },
          required: ["option", "detail"],
        },
      },
      retry_after: { type: "integer", description: "Seconds" },
      run: { type: "string", format: "uuid" },
      outcome: { enum: STATUS },
      view: ref("View"),
    },
    required: ["type", "title", "status", "detail", "errors"],
  },
  Suggestion: {
    type: "object",
    properties: { value: { type: "string" }, label: { type: "string" } },
    required: ["value", "label"],
  },
};

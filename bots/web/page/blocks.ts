// A view as the browser shows it: each kind of block natively, in the order given.
import { html } from "htm/preact";
import type { Block, View } from "../../../core/view/index.ts";
import { Buttons, Select } from "./buttons.ts";
import { Chart } from "./chart.ts";
import { Fields, List, Table } from "./facts.ts";
import { Form } from "./form.ts";
import { Icon } from "./icons.ts";
import { Audio, Picture, Video } from "./media.ts";
import { Progress } from "./progress.ts";
import { Rich, safeUrl, size } from "./text.ts";
import { words } from "./words.ts";

/** `chart`: which of the charts of its view it is. */
type At = { run: string; chart: number };

const SAYS_LITTLE = new Set<Block["kind"]>([
  "buttons",
  "select",
  "form",
  "progress",
  "link",
  "file",
  "picture",
  "audio",
  "video",
]);

export function ShowView({ view, run, tone }: { view: View; run: string; tone?: string }) {
  const first = view.blocks.findIndex((b) => b.kind === "text" && b.text.trim() === view.text.trim());
  const head = headline(view, first);
  const charts = view.blocks.filter((b) => b.kind === "chart") as Block[];
  // What is wrong stands at its input; the list of it would only say it again.
  const mended = view.blocks.some((b) => b.kind === "form" && b.inputs.some((i) => i.error));
  return html`
    ${head && html`<p class="head ${tone ? `tone-${tone}` : ""}">${tone && html`<${Sign} tone=${tone} />`}<span><${Rich} text=${head} /></span></p>`}
    ${view.blocks.map((block, index) =>
      (index === first && head) || (mended && block.kind === "list")
        ? null
        : html`<${ShowBlock} key=${index} block=${block} at=${{ run, chart: charts.indexOf(block) }} />`,
    )}`;
}

/** The line above the blocks. Where blocks tell the rest, its first line is enough: what follows is their fall-back. */
function headline(view: View, same: number): string {
  const text = view.text.trim();
  if (same > 0) return "";
  const told = view.blocks.some((b, i) => !SAYS_LITTLE.has(b.kind) && i !== same);
  return told && same < 0 ? text.split("\n", 1)[0]! : text;
}

function ShowBlock({ block, at }: { block: Block; at: At }) {
  switch (block.kind) {
    case "text":
      return html`<${Words} text=${block.text} tone=${block.tone ?? "plain"} />`;
    case "fields":
      return html`<${Fields} fields=${block.fields} />`;
    case "list":
      return html`<${List} ...${block} />`;
    case "table":
      return html`<${Table} ...${block} />`;
    case "chart":
      return html`<${Chart} chart=${block.chart} alt=${block.alt} run=${at.run} index=${at.chart} />`;
    case "picture":
      return html`<${Picture} ...${block} />`;
    case "audio":
      return html`<${Audio} ...${block} />`;
    case "video":
      return html`<${Video} ...${block} />`;
    case "progress":
      return html`<${Progress} done=${block.done} total=${block.total} now=${block.now} />`;
    case "buttons":
      return html`<${Buttons} buttons=${block.buttons} run=${at.run} />`;
    case "select":
      return html`<${Select} label=${block.label} choices=${block.choices} run=${at.run} />`;
    case "form":
      return html`<${Form} ...${block} run=${at.run} />`;
    case "link":
      return html`<${Link} url=${block.url} label=${block.label} />`;
    case "file":
      return html`<${File} ...${block} />`;
    default:
      // A kind that a newer server has: its view's text was shown.
      return null;
  }
}

export function Sign({ tone }: { tone: string }) {
  if (tone !== "good" && tone !== "warn" && tone !== "bad") return null;
  const name = tone === "good" ? words.good() : tone === "warn" ? words.warning() : words.bad();
  return html`<span class="sign" role="img" aria-label=${name}><${Icon} name=${tone} /></span>`;
}

function Words({ text, tone }: { text: string; tone: string }) {
  return html`<p class="words tone-${tone}"><${Sign} tone=${tone} /><span><${Rich} text=${text} /></span></p>`;
}

function Link({ url, label }: { url: string; label: string }) {
  const to = safeUrl(url);
  if (!to) return html`<p class="words">${label}</p>`;
  const outside = new URL(to).origin !== location.origin;
  return html`<p class="words">
    <a class="link" href=${to} rel="noopener noreferrer" target=${outside ? "_blank" : undefined}>${label}${outside && html`<${Icon} name="out" />`}</a>
  </p>`;
}

function File({ url, name, type, bytes }: { url: string; name: string; type: string; bytes: number }) {
  const to = safeUrl(url);
  const inside = html`<${Icon} name="file" /><span class="file-name">${name}</span><span class="soft">${size(bytes)}</span>`;
  if (!to) return html`<p class="file">${inside}</p>`;
  return html`<a class="file" href=${to} download=${name} type=${type} rel="noopener" aria-label="${words.download(name)}, ${size(bytes)}">
    ${inside}<${Icon} name="download" />
  </a>`;
}

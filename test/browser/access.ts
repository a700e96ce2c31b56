// Own checks of what everyone must be able to read, name and hit: WCAG 2.2 AA's figures, on the page as it is drawn.
import type { Page } from "playwright-core";

/** Texts whose contrast with what is behind them is under 4.5 (3 when large), with their colours. */
export const faintTexts = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    type Colour = [number, number, number, number];
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true })!;
    // Drawing a colour tells what it is, in whatever notation the browser gives it.
    const read = (css: string): Colour => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = css;
      canvas.fillRect(0, 0, 1, 1);
      const [r = 0, g = 0, b = 0, a = 0] = canvas.getImageData(0, 0, 1, 1).data;
      return [r, g, b, a / 255];
    };
    const over = (top: Colour, under: Colour): Colour => {
      const mix = (n: 0 | 1 | 2) => top[n] * top[3] + under[n] * (1 - top[3]);
      return [mix(0), mix(1), mix(2), 1];
    };
    const behind = (element: Element | null): Colour => {
      if (!element) return [255, 255, 255, 1];
      const own = read(getComputedStyle(element).backgroundColor);
      return own[3] >= 1 ? own : over(own, behind(element.parentElement));
    };
    const light = ([r, g, b]: Colour) => {
      const part = (c: number) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
      return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
    };
    const found: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement!;
      const text = node.textContent!.trim();
      const style = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      const hidden = !element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || box.width <= 1;
      // What cannot be used now is exempt (1.4.3), and so are a system's own menus.
      if (!text || hidden || element.closest(":disabled, .sr, noscript, option")) continue;
      const ground = behind(element);
      const [a, b] = [light(over(read(style.color), ground)), light(ground)];
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      const size = Number.parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (contrast < (large ? 3 : 4.5)) found.push(`${contrast.toFixed(2)} "${text.slice(0, 30)}" ${style.color}`);
    }
    return found;
  });

type Node = {
  role?: { value?: string };
  name?: { value?: string };
  ignored?: boolean;
  nodeId: string;
  backendDOMNodeId?: number;
};
const CONTROLS = new Set([
  "button",
  "link",
  "textbox",
  "combobox",
  "listbox",
  "slider",
  "checkbox",
  "radio",
  "form",
  "img",
  "progressbar",
  "region",
  "dialog",
  "spinbutton",
  "searchbox",
  "log",
]);

/** What the accessibility tree shows without a name although people must know what it is. */
export async function namelessControls(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = (await session.send("Accessibility.getFullAXTree")) as { nodes: Node[] };
  await session.detach();
  return nodes
    .filter((n) => !n.ignored && CONTROLS.has(n.role?.value ?? "") && !n.name?.value?.trim())
    .map((n) => `${n.role?.value} #${n.backendDOMNodeId}`);
}

/** Targets for a thumb under 44 px, those inside a sentence apart (WCAG 2.5.8 exempts them). */
export const smallTargets = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll("button, a[href], input, select, textarea, summary, [role=option]")].flatMap((e) => {
      const box = e.getBoundingClientRect();
      const shown = e.checkVisibility() && box.width > 1;
      const inSentence = e.closest("p, .item, .note, .words") && getComputedStyle(e).display.startsWith("inline");
      // A range is held by its thumb and by its row.
      if (!shown || inSentence || e.matches(".skip, input[type=range]") || box.height >= 43.5) return [];
      return [
        `${e.tagName.toLowerCase()}.${e.className} ${Math.round(box.width)}×${Math.round(box.height)} "${e.textContent?.slice(0, 20)}"`,
      ];
    }),
  );

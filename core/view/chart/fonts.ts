// The fonts that pictures are written with: bundled, as files, and of the large ones only those that a text needs.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const folder = (name: string) =>
  dirname(createRequire(import.meta.url).resolve(`@expo-google-fonts/${name}/package.json`));

export function fontFilesFor(text: string): string[] {
  const inter = folder("inter");
  const files = [join(inter, "400Regular/Inter_400Regular.ttf"), join(inter, "600SemiBold/Inter_600SemiBold.ttf")];
  // Five megabytes each: read only for a text that needs them.
  if (/[\u2e80-\u9fff\uff00-\uffef]/u.test(text))
    files.push(join(folder("noto-sans-jp"), "400Regular/NotoSansJP_400Regular.ttf"));
  if (/[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]/u.test(text))
    files.push(join(folder("noto-sans-kr"), "400Regular/NotoSansKR_400Regular.ttf"));
  return files;
}

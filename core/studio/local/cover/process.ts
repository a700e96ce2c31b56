// The process that turns one SVG into a PNG, or into its pixels, and ends: the native renderer's memory and its faults end with it.
import { Resvg } from "@resvg/resvg-js";
import { fontFilesFor } from "../../../view/chart/index.ts";

export type Drawing = { svg: string; as: "png" | "pixels" };

process.once("message", (drawing) => {
  const { svg: text, as } = drawing as Drawing;
  const picture = new Resvg(text, {
    font: { fontFiles: fontFilesFor(text), loadSystemFonts: false, defaultFontFamily: "Inter" },
  });
  const image = picture.render();
  const bytes = as === "png" ? image.asPng() : image.pixels;
  process.send?.(new Uint8Array(bytes), () => process.disconnect?.());
});
process.on("disconnect", () => process.exit());

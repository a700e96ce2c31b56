// The process that turns one SVG into a PNG and ends: the native renderer's memory and its faults end with it.
import { Resvg } from "@resvg/resvg-js";
import { fontFilesFor } from "../../../view/chart/index.ts";

process.once("message", (svg) => {
  const text = String(svg);
  const picture = new Resvg(text, {
    font: { fontFiles: fontFilesFor(text), loadSystemFonts: false, defaultFontFamily: "Inter" },
  });
  const png = picture.render().asPng();
  process.send?.(new Uint8Array(png), () => process.disconnect?.());
});
process.on("disconnect", () => process.exit());

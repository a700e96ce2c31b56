export { type Caps, type Fitted, fit } from "./fit.ts";
export { splitText } from "./split.ts";
export { blockText, chartText, clock, progressText, type Reader, tableText, textOf, widthOf } from "./text.ts";
export * from "./view.ts";

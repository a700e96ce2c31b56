export { fontFilesFor } from "./fonts.ts";
export { HEIGHT, type Theme, WIDTH } from "./look.ts";
export { figure } from "./numbers.ts";
export { type Painter, painter } from "./render.ts";

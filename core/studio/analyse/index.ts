// What listens and decodes, without the rest of the studio: threads import it.
export { analyse, type Heard } from "./analyse.ts";
export { type Container, containerOf, decode, openWav, reader, type Shape, type Sound } from "./decode.ts";
export { type Listened, listen } from "./listen.ts";
export { decibels, integrated, truePeak } from "./loudness.ts";

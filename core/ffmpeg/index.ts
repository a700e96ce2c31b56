// What others may use of ffmpeg. It is a program of its own that we start: nothing of it is linked into ours.
export { ffmpegOnce, openFfmpeg } from "./find.ts";
export { BadEnd, type Ended, type Ffmpeg, type Progress, type Running, type RunOptions } from "./run.ts";

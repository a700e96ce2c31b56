// The engines that make a channel heard, each behind the one type of playout.ts.
export { type MixerHouse, type Mixing, openMixing } from "./mixer/playout.ts";
export { mp3Delay } from "./mixer/source.ts";
export { INDEX, type Playlist, playlistText, readPlaylist } from "./out/hls.ts";

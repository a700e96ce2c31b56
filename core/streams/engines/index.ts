// The engines that make a channel heard, each behind the one type of playout.ts.
export { type MixerHouse, type Mixing, openMixing } from "./mixer/playout.ts";
export { mp3Delay } from "./mixer/source.ts";
export { INDEX, type Playlist, playlistText, readPlaylist } from "./out/hls.ts";
export { azuracastPlayout } from "./plug/azuracast.ts";
export { liquidsoapPlayout } from "./plug/liquidsoap.ts";
export { obsPlayout } from "./plug/obs.ts";

// Why a step of ours was not good enough, in words for a person.
import type { Act } from "../../act.ts";
import type { Worked } from "./work.ts";

type Wrong = Extract<Worked, { wrong: string }>;

export function faultWords(act: Pick<Act, "say">, { wrong, watched }: Wrong): string {
  const seconds = (value = 0) => Math.round(value * 10) / 10;
  switch (wrong) {
    case "short":
      return act.say("The film lasts {seconds} s, and should be as long as its words.", {
        seconds: seconds(watched?.seconds),
      });
    case "black":
      return act.say("It is black for {seconds} s.", { seconds: seconds(watched?.black) });
    case "frozen":
      return act.say("The picture stands still for {seconds} s.", { seconds: seconds(watched?.frozen) });
    case "mute":
      return act.say("It has no sound.");
    case "silent":
      return act.say("It is silent for {seconds} s.", { seconds: seconds(watched?.silence) });
    case "loudness":
      return act.say("It is {lufs} LUFS loud; −14 is right.", { lufs: watched?.lufs ?? 0 });
    case "voice":
      return act.say("The voice is a kind of sound that cannot be read here. With ffmpeg it can.");
    case "sound":
      return act.say("The music is a kind of sound that cannot be read here. With ffmpeg it can.");
  }
}

// Everything that the live page itself says, in one place: the English text is the key of its translations.
import { say } from "../page/say.ts";

export const words = {
  skip: () => say("Skip to the chat"),
  play: () => say("Play"),
  pause: () => say("Pause"),
  volume: () => say("Volume"),
  onAir: () => say("On air"),
  offAir: () => say("Off air"),
  starting: () => say("Starting"),
  listening: (count: number) =>
    say("{count, plural, =0 {Nobody listens yet} one {# listens} other {# listen}}", { count }),
  here: (count: number) => say("{count, plural, one {# here} other {# here}}", { count }),
  silent: () => say("Nothing to hear right now. It begins by itself as soon as there is."),
  nothing: () => say("Nothing plays right now"),
  now: () => say("Now"),
  next: () => say("Next"),
  nextOpen: () => say("What comes next is not decided yet."),
  decided: (by: string, name: string | null): string => {
    if (by === "request") return name ? say("{name} asked for it", { name }) : say("Asked for by a listener");
    if (by === "operator") return name ? say("{name} put it in", { name }) : say("Put in by staff");
    if (by === "vote") return say("Chosen by your votes");
    if (by === "draw" || by.startsWith("tie")) return say("Chosen by your votes, the tie by a draw");
    if (by === "quorum-fallback") return say("Too few voted: the rotation chose");
    if (by === "schedule") return say("On schedule");
    if (by === "emergency") return say("Calm music until all is well");
    return say("From the rotation");
  },
  closesIn: (time: string) => say("Closes in {time}", { time }),
  closing: () => say("Closing…"),
  voters: (count: number) => say("{count, plural, =0 {No votes yet} one {# vote} other {# votes}}", { count }),
  hidden: () => say("Counts are shown when it closes."),
  held: () => say("Staff look at some of the votes. Yours counts."),
  won: (title: string) => say("{title} won", { title }),
  noWinner: () => say("No winner: the rotation chooses."),
  yours: () => say("Your vote"),
  requests: () => say("Requests"),
  request: () => say("Ask for a song"),
  requestHint: () => say("Title or artist"),
  ask: () => say("Ask"),
  noRequests: () => say("Nobody asked for a song yet."),
  want: (title: string) => say("I want {title} too", { title }),
  shouts: () => say("Shouts"),
  noShouts: () => say("Quiet so far. A shout is read everywhere this channel is told of."),
  chat: () => say("Chat"),
  noChat: () => say("Nobody has written yet. Say hello."),
  write: () => say("Write a message"),
  send: () => say("Send"),
  shout: () => say("Shout"),
  typing: (names: string, count: number) =>
    say("{names} {count, plural, one {is typing…} other {are typing…}}", { names, count }),
  react: (sign: string) => say("React with {sign}", { sign }),
  hide: (name: string) => say("Hide the message of {name}", { name }),
  signIn: () => say("Sign in to vote, ask and write"),
  signInHow: () => say("Write /live in our chat: the answer is your own link."),
  again: () => say("Connection lost. Trying again…"),
  refused: () => say("That did not work. Try again."),
};

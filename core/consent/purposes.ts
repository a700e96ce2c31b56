// What people are asked to agree to, in words that they read before they do. An area that needs a consent names its
// purpose here. Other words that mean something else need a new version: then everybody is asked again.

export const PURPOSES = {
  content: {
    version: 1,
    says: "What I send here (texts, pictures, voices) may be used in the songs, videos and streams of this workspace. Taking this back stops new uses; what is published stays until I ask for it to be taken down.",
  },
  figures: {
    version: 1,
    says: "My name and my figures (income, ranks, results) may be shown to others: on boards, in posts and on stream.",
  },
  messages: {
    version: 1,
    says: "I may be written to first, with news and offers of this workspace. Answers to what I ask come without this.",
  },
  analysis: {
    version: 1,
    says: "What I write in the chats of this workspace may be read by a program that measures moods and topics. Results name nobody.",
  },
} as const satisfies Record<string, { version: number; says: string }>;

export type Purpose = keyof typeof PURPOSES;
export const NAMES = Object.keys(PURPOSES) as readonly Purpose[] as readonly [Purpose, ...Purpose[]];

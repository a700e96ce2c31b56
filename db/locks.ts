// Numbers of advisory locks, in one place so that no two of ours are the same. Any numbers: nobody else's tools use them.
export const LOCKS = { migrate: 7_304_118, firstStart: 7_304_119, engineSetup: 7_304_120 } as const;

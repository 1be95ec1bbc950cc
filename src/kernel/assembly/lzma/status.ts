// What went wrong, as negative results. codec/lzma.ts has the words.

export const TRUNCATED: i32 = -1
export const OVERLONG: i32 = -2
export const CORRUPT: i32 = -3
/** Bytes follow the end. */
export const TRAILING: i32 = -4

// What went wrong, as negative results. codec/zstd-frames.ts has the words.

export const TRUNCATED: i32 = -1
export const OVERLONG: i32 = -2
export const CORRUPT: i32 = -3
export const NO_FRAME: i32 = -4
export const BAD_CHECKSUM: i32 = -5
export const NEEDS_DICTIONARY: i32 = -6

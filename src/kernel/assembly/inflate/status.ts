// What went wrong, as negative results. codec/inflate.ts has the words.

export const TRUNCATED: i32 = -1
export const OVERLONG: i32 = -2
export const NO_HEADER: i32 = -3
export const BAD_METHOD: i32 = -4
export const BAD_FLAGS: i32 = -5
export const BAD_WINDOW: i32 = -6
export const NEEDS_DICTIONARY: i32 = -7
export const BAD_HEADER_CHECKSUM: i32 = -8
export const BAD_BLOCK: i32 = -9
export const BAD_STORED: i32 = -10
export const BAD_LENGTHS: i32 = -11
export const BAD_CODE: i32 = -12
export const BAD_DISTANCE: i32 = -13
export const BAD_CHECKSUM: i32 = -14
export const BAD_SIZE: i32 = -15
export const TRAILING: i32 = -16

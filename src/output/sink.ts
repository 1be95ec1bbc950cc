/** Where a result goes: files and streams of src/platform, or anything a user brings. */
export interface Sink {
  /** Takes bytes, or text to be written as UTF-8. The bytes may be reused once the promise is resolved. */
  write(part: Uint8Array | string): Promise<void>
  /** Makes what was written visible and final. */
  close(): Promise<void>
  /** Leaves no trace where that is possible. Never throws. */
  abort(): Promise<void>
}

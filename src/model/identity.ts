/** A text that two pieces of plain data share only where they are equal. Used to find what was made before. */

/** `leaveOut`: a property that does not count, such as a place in the text. */
export function identityOf(data: unknown, leaveOut: (key: string) => boolean = () => false): string {
  return JSON.stringify(data, (key, value) => (leaveOut(key) ? undefined : representable(value)))
}

/** JSON has no 64-bit integers, writes NaN and the infinities as null, and -0 as 0. */
function representable(value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`
  const hasNoJson = typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
  return hasNoJson ? { number: Object.is(value, -0) ? '-0' : String(value) } : value
}

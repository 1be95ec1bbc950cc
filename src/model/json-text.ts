/** Values of metadata as messages show them: JSON, with integers of any length; `missing` where there is none. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? String(part) : part))
  return text ?? 'missing'
}

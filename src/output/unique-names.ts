/** Column names for formats in which a name must be unique: `a, a` becomes `a, a_1`, as in DuckDB. */
import type { Header } from '../model/vector.js'

/** Names are compared without case. */
export function uniqueNames(header: Header): string[] {
  const taken = new Set<string>()
  const counts = new Map<string, number>()
  return header.columns.map(({ name }) => {
    const key = name.toLowerCase()
    let unique = name
    while (taken.has(unique.toLowerCase())) {
      const count = (counts.get(key) ?? 0) + 1
      counts.set(key, count)
      unique = `${name}_${count}`
    }
    taken.add(unique.toLowerCase())
    return unique
  })
}

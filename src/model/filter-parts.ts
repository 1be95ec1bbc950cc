/**
 * A filter in parts: its conjuncts, of which statistics may decide some for all cells of a chunk and leave others to be
 * tested. Sets of parts are bits of a byte. Asked by `statistics`, `schedule` and `execute`.
 */
import { type ColumnId, columnsOf, conjunction, conjuncts, type Expression } from './expression.js'

/** Of more conjuncts the last part holds those that are left. */
const mostParts = 8

/** The set of all parts, however many there are. */
export const everyPart = 255

export function filterParts(predicate: Expression | undefined): Expression[] {
  const all = predicate ? conjuncts(predicate) : []
  const last = all.length > mostParts ? conjunction(all.splice(mostParts - 1)) : undefined
  return last ? [...all, last] : all
}

/** What remains to be tested where some parts are decided. */
export function withoutParts(predicate: Expression | undefined, decided: number): Expression | undefined {
  return conjunction(filterParts(predicate).filter((_, k) => (decided & (1 << k)) === 0))
}

/** Whether `all` has everything that `some` has. */
export function includesParts(all: number, some: number): boolean {
  return (some & ~all) === 0
}

/**
 * By each set of decided parts the one that counts: the same where leaving it out saves a column, else the empty one.
 * `read`: those that are read anyway; `stored`: those with chunks.
 */
export function savingSets(
  predicate: Expression | undefined,
  stored: ReadonlySet<ColumnId>,
  read: ReadonlySet<ColumnId>,
): Uint8Array {
  const own = filterParts(predicate).map((part) => [...columnsOf(part)].filter((id) => stored.has(id) && !read.has(id)))
  return Uint8Array.from({ length: 1 << own.length }, (_, decided) => {
    const isDecided = (k: number) => (decided & (1 << k)) !== 0
    const left = new Set(own.filter((_, k) => !isDecided(k)).flat())
    return own.some((ids, k) => isDecided(k) && ids.some((id) => !left.has(id))) ? decided : 0
  })
}

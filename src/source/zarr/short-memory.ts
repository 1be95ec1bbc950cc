/** Remembers what was found, for a while: a store may change, and memory is small. Called by shard-reader.ts and stores. */

export interface ShortMemory<T> {
  get(name: string): T | undefined
  set(name: string, value: T, bytes: number): void
  clear(): void
}

const mostBytes = 64e6

/** The oldest is forgotten where there is too much. */
export function shortMemory<T>(lastingMs: number): ShortMemory<T> {
  const kept = new Map<string, { readonly value: T; readonly bytes: number; readonly until: number }>()
  let total = 0

  function forget(name: string): void {
    total -= kept.get(name)?.bytes ?? 0
    kept.delete(name)
  }

  return {
    get(name) {
      const found = kept.get(name)
      if (!found || found.until > performance.now()) return found?.value
      forget(name)
      return undefined
    },
    clear() {
      kept.clear()
      total = 0
    },
    set(name, value, bytes) {
      forget(name)
      kept.set(name, { value, bytes, until: performance.now() + lastingMs })
      total += bytes
      for (const oldest of kept.keys()) {
        if (total <= mostBytes || oldest === name) break
        forget(oldest)
      }
    },
  }
}

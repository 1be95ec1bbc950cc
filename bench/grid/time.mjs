// What every peer in JavaScript does with the lines: each asked once to warm up, then `runs` times.
import { readFileSync } from 'node:fs'

export async function timeLines(lines, runs, ask) {
  const results = {}
  for (const { name, sql } of lines) {
    let rows = await ask(sql)
    const ms = []
    for (let run = 0; run < runs; run++) {
      const start = performance.now()
      rows = await ask(sql)
      ms.push(performance.now() - start)
    }
    results[name] = { ms, rows }
  }
  return results
}

/** The most memory that this process has held, in MB, all threads included; only Linux says. */
export function peakMemory() {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
    return Number(kilobytes) / 1024
  } catch {
    return process.memoryUsage().rss / 2 ** 20
  }
}

/** A peer gets its order as JSON in its first argument and answers with JSON on standard output. */
export const order = () => JSON.parse(process.argv[2])

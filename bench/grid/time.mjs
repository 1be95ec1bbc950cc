// What every peer in JavaScript does with the lines: each asked once to warm up, then `runs` times.
import { readFileSync } from 'node:fs'

/** Timed is the answer in columns, as each engine gives it; rows for the comparison are made when all is done, and memory was looked at. */
export async function timeLines(lines, runs, ask, rowsOf) {
  const answers = []
  for (const { name, sql } of lines) {
    let answer = await ask(sql)
    const ms = []
    for (let run = 0; run < runs; run++) {
      const start = performance.now()
      answer = await ask(sql)
      ms.push(performance.now() - start)
    }
    answers.push({ name, ms, answer })
  }
  const peak = peakMemory()
  const results = Object.fromEntries(answers.map(({ name, ms, answer }) => [name, { ms, rows: rowsOf(answer) }]))
  return { results, peak }
}

/** The most memory that this process has held, in MB, all threads included; only Linux says. */
function peakMemory() {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
    return Number(kilobytes) / 1024
  } catch {
    return process.memoryUsage().rss / 2 ** 20
  }
}

/** A peer gets its order as JSON in its first argument and answers with JSON on standard output. */
export const order = () => JSON.parse(process.argv[2])

// DuckDB judges our answers: `npm run test:judge` replays every .slt file on it and runs random queries on both engines.
// `--write [part of a file name]` takes its answers as the expected ones; a person reviews the difference.
import { judgeDescriptions } from '../build/test/judge/describe.js'
import { replay, writeExpected } from '../build/test/judge/replay.js'
import { readScripts } from '../build/test/slt/scripts.js'

const words = process.argv.slice(2)
const options = new Set(words.filter((word) => word.startsWith('--')))
const part = words.find((word) => !word.startsWith('--')) ?? ''
const scripts = readScripts(part)

if (options.has('--write')) {
  for (const script of scripts) for (const failure of await writeExpected(script)) print(failure)
} else {
  const agreed = [await replayAll(), part !== '' || (await describeAll())]
  process.exitCode = agreed.every(Boolean) ? 0 : 1
}

async function replayAll() {
  let asked = 0
  let disagreements = 0
  for (const script of scripts) {
    const result = await replay(script)
    asked += result.asked
    disagreements += result.found.length
    for (const disagreement of result.found) print(disagreement)
  }
  console.log(`${scripts.length} files, ${asked} queries and errors, ${disagreements} disagreements with DuckDB`)
  return disagreements === 0
}

async function describeAll() {
  const { asked, onlyDuckDB, onlyOurs, found } = await judgeDescriptions()
  for (const disagreement of found) print(disagreement)
  console.log(
    `${asked} described, ${found.length} otherwise than DuckDB (${onlyDuckDB} only there, ${onlyOurs} only here)`,
  )
  return found.length === 0
}

function print({ place, sql, reason }) {
  console.log(`${place}: ${reason}\n  ${sql.replaceAll('\n', '\n  ')}`)
}

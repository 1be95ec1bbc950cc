// Runs the .slt files alone: `npm run test:slt -- [--full] [part of a file name]`. Without --full each file takes the eight
// configurations in which every pair of choices meets; with it all thirty-two, which continuous integration shares between two
// versions of Node.
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { full: { type: 'boolean', default: false } },
})
const env = {
  ...process.env,
  ...(values.full && { CHUNKQL_MATRIX: 'full' }),
  ...(positionals[0] && { CHUNKQL_SLT: positionals[0] }),
}
const shapes = ['normal', 'cell', 'whole', 'memory'].map((shape) => `slt/${shape}.test`)
const { status } = spawnSync(process.execPath, ['scripts/test.mjs', ...shapes], { stdio: 'inherit', env })
process.exit(status ?? 1)

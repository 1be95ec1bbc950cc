// Damages the chunks of every codec, shards and metadata many times over: `node scripts/fuzz.mjs [mutations per family] [seed]`. The test suite
// does the same with fewer mutations and a fixed seed.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
const [mutations = '100000', seed = String(Date.now() % 2 ** 31)] = process.argv.slice(2)
console.log(`${mutations} mutations per family, seed ${seed}`)
spawnSync(process.execPath, ['scripts/build.mjs', '--quick', '--tests'], { stdio: 'inherit' })
const { status } = spawnSync(
  process.execPath,
  ['scripts/test.mjs', 'codec/damage', 'codec/inflate', 'zarr-shards', 'zarr-lists', 'metadata-damage'],
  {
    stdio: 'inherit',
    env: { ...process.env, FUZZ_MUTATIONS: mutations, FUZZ_SEED: seed },
  },
)
process.exit(status ?? 1)

/**
 * Every .slt file gives the same answers however it is run: by code or interpreter, on one thread or two, over chunks of any
 * shape, with and without optimizer, pruning and statistics. Most files take the eight configurations that hold every pair of choices.
 */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { openEngine } from './chunkql.js'
import { analyzed, type Configuration, describeConfiguration, divided, full, pairwise } from './matrix.js'
import { runScript } from './run-script.js'
import type { Script } from './script.js'
import { readScripts } from './scripts.js'
import { makeStores, type Stores } from './stores.js'

/**
 * CHUNKQL_SLT=order runs only files with `order` in their path; CHUNKQL_MATRIX=full all of them in every configuration,
 * CHUNKQL_MATRIX=others in those that most files do not take otherwise.
 */
const scripts = readScripts(process.env.CHUNKQL_SLT)
const matrix = process.env.CHUNKQL_MATRIX

/** Those over data of one shape, so that shapes are tested side by side. */
export function testConfigurations(data: Configuration['data']): void {
  const stores = makeStores()
  after(() => stores.remove())
  // What is analyzed stays so: these come last.
  const configurations = [...full, ...divided, ...analyzed].filter((each) => each.data === data)
  for (const configuration of configurations) testConfiguration(configuration, stores)
}

function testConfiguration(configuration: Configuration, stores: Stores): void {
  const mine = scripts.filter((script) => isDue(script, configuration))
  if (mine.length === 0) return
  test(describeConfiguration(configuration), async (t) => {
    const engine = await openEngine(stores, configuration.data, configuration.statistics)
    try {
      for (const script of mine) {
        await t.test(script.path, async () => {
          await engine.configure(configuration)
          const { failures } = await runScript(script, engine, checksWork(configuration, script))
          assert.equal(failures.length, 0, `${failures.length} failed\n\n${failures.slice(0, 20).join('\n\n')}`)
        })
      }
    } finally {
      await engine.close()
    }
  })
}

function isDue(script: Script, configuration: Configuration): boolean {
  if (configuration.divided) return groups(script)
  if (matrix === 'full' || script.fullMatrix || configuration.statistics === true) return true
  return pairwise.some((each) => sameConfiguration(each, configuration)) !== (matrix === 'others')
}

function groups({ records }: Script): boolean {
  return records.some((record) => record.kind === 'query' && /GROUP BY|DISTINCT/i.test(record.sql))
}

function sameConfiguration(a: Configuration, b: Configuration): boolean {
  return describeConfiguration(a) === describeConfiguration(b)
}

/** The figures in the files are of the normal chunks, and of what the optimizer prunes. */
function checksWork({ data, engine, optimized, statistics = false }: Configuration, { records }: Script): boolean {
  const assumesStatistics = records.some((record) => record.kind === 'require' && record.capability === 'statistics')
  // The interpreter prunes by statistics, but takes no answers from them.
  const asAssumed = assumesStatistics ? statistics && engine === 'auto' : !statistics
  return data === 'normal' && optimized && asAssumed
}

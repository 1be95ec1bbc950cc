/** ChunkQL as the runner and the judge ask it: one connection per configuration, tables as stores or from memory. */
import { connect, type Database } from '../../src/index.js'
import { type Type, typeName, type Value } from '../../src/model/type.js'
import { valueText } from '../../src/model/value-text.js'
import { valueAt } from '../../src/model/vector.js'
import type { Answer, Cell } from './answer.js'
import { toArrowTable } from './arrow-table.js'
import type { Dataset } from './dataset.js'
import { type Configuration, settingsOf } from './matrix.js'
import type { Engine } from './run-script.js'
import type { Stores } from './stores.js'

export interface OpenEngine extends Engine {
  /** Puts the settings back, whatever a script has SET. */
  configure(configuration: Configuration): Promise<void>
  close(): Promise<void>
}

/** `statistics`: whether what is loaded is analyzed. */
export async function openEngine(stores: Stores, data: Configuration['data'], statistics = false): Promise<OpenEngine> {
  const db = await connect({ settings: { local_cache: stores.folder } })
  const loaded = new Set<string>()
  return {
    name: 'chunkql',
    capabilities: new Set([data === 'memory' ? 'memory' : 'zarr', ...(statistics ? ['statistics'] : [])]),
    async load(dataset) {
      if (loaded.has(dataset.name)) return
      loaded.add(dataset.name)
      await load(db, dataset, stores, data)
      if (statistics) await analyze(db, dataset)
    },
    run: (sql) => run(db, sql),
    async configure(configuration) {
      for (const [name, value] of Object.entries(settingsOf(configuration))) await db.query(`SET ${name} = ${value}`)
    },
    close: () => db.close(),
  }
}

async function load(db: Database, dataset: Dataset, stores: Stores, data: Configuration['data']): Promise<void> {
  if (data === 'memory') await db.register(dataset.name, toArrowTable(dataset))
  else await db.attach(dataset.name, stores.pathOf(dataset, data))
}

async function analyze(db: Database, { name }: Dataset): Promise<void> {
  const { rows } = await run(db, `SHOW TABLES FROM ${name}`)
  for (const [table] of rows) await db.query(`ANALYZE ${name}."${table}"`)
}

async function run(db: Database, sql: string): Promise<Answer> {
  const { header, batches, work } = await db.run(sql)
  const rows: Cell[][] = []
  for await (const batch of batches) {
    for (let row = 0; row < batch.length; row++) {
      rows.push(batch.columns.map((column) => toCell(valueAt(column, row), column.type)))
    }
  }
  return {
    names: header.columns.map(({ name }) => name),
    types: header.columns.map(({ type }) => typeName(type)),
    rows,
    work,
  }
}

function toCell(value: Value, type: Type): Cell {
  if (value === null) return value
  return typeof value === 'object' || type.kind === 'date' || type.kind === 'timestamp' ? valueText(type, value) : value
}

/** A store on the disk whose files are old, and a connection with a cache of its own. Used by the tests of statistics. */
import { readdirSync, rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { connect, type Database } from '../../src/index.js'
import { textAt } from '../../src/model/value-text.js'
import { type ArraySpec, arrayV2, directory } from '../source/stores.js'

/** Arrays of a group on the disk. */
export function filesOf(arrays: Readonly<Record<string, ArraySpec>>): Record<string, unknown> {
  const files: Record<string, unknown> = { '.zgroup': { zarr_format: 2 } }
  for (const [name, spec] of Object.entries(arrays)) {
    files[`${name}/.zarray`] = arrayV2(spec)
    files[`${name}/.zattrs`] = { _ARRAY_DIMENSIONS: spec.dims, ...spec.attributes }
    for (const [key, bytes] of Object.entries(spec.chunks ?? {})) files[`${name}/${key}`] = bytes
  }
  return files
}

/** Of files that were just written nobody can tell whether they are written again. */
export function makeOld(path: string, seconds = 1e9): void {
  for (const file of readdirSync(path, { recursive: true })) utimesSync(join(path, String(file)), seconds, seconds)
}

export interface Fixture {
  readonly path: string
  readonly cache: string
  readonly db: Database
  ask(sql: string): Promise<{ readonly rows: string[]; readonly read: number; readonly answered: number }>
}

export async function open(arrays: Readonly<Record<string, ArraySpec>>, settings = {}): Promise<Fixture> {
  const path = directory(filesOf(arrays))
  makeOld(path)
  const cache = directory({})
  const db = await connect({ threads: 1, settings: { local_cache: cache, ...settings } })
  const ask = async (sql: string) => {
    const { batches, work } = await db.run(sql.replaceAll('$t', `'${path}'`))
    const found: string[] = []
    for await (const { length, columns } of batches) {
      for (let row = 0; row < length; row++) found.push(columns.map((column) => textAt(column, row)).join(' '))
    }
    return { rows: found, read: work.read, answered: work.answered }
  }
  return { path, cache, db, ask }
}

export async function withFixture(
  arrays: Readonly<Record<string, ArraySpec>>,
  work: (fixture: Fixture) => Promise<void>,
  settings = {},
): Promise<void> {
  const fixture = await open(arrays, settings)
  try {
    await work(fixture)
  } finally {
    await fixture.db.close()
    rmSync(fixture.path, { recursive: true })
    rmSync(fixture.cache, { recursive: true })
  }
}

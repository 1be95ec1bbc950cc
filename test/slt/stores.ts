/** The datasets as files: written once per run of the tests into a folder that goes away with it. */
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Dataset } from './dataset.js'
import { type Chunking, writeStore } from './store.js'

export interface Stores {
  readonly folder: string
  pathOf(dataset: Dataset, chunking: Chunking): string
  remove(): void
}

/** Of files that were just written nobody can tell whether they are written again. */
function makeOld(folder: string): void {
  for (const file of readdirSync(folder, { recursive: true })) utimesSync(join(folder, String(file)), 1e9, 1e9)
}

export function makeStores(): Stores {
  const folder = mkdtempSync(join(tmpdir(), 'chunkql-slt-'))
  return {
    folder,
    pathOf(dataset, chunking) {
      const path = join(folder, chunking, `${dataset.name}.zarr`)
      if (!existsSync(path)) writeStore(dataset, path, chunking)
      makeOld(path)
      return path
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

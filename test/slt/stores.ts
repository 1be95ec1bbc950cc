/** The datasets as files: written once per run of the tests into a folder that goes away with it. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Dataset } from './dataset.js'
import { type Chunking, writeStore } from './store.js'

export interface Stores {
  pathOf(dataset: Dataset, chunking: Chunking): string
  remove(): void
}

export function makeStores(): Stores {
  const folder = mkdtempSync(join(tmpdir(), 'chunkql-slt-'))
  return {
    pathOf(dataset, chunking) {
      const path = join(folder, chunking, `${dataset.name}.zarr`)
      if (!existsSync(path)) writeStore(dataset, path, chunking)
      return path
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

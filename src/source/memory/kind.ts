/** Data in memory as a kind of source, loaded when first used: apache-arrow takes longer to load than most queries to run. Listed in source/registry.ts. */
import type { SourceKind } from '../source.js'
import { isInMemory } from './recognise.js'

export const memory: SourceKind = {
  kind: 'memory',
  accepts: isInMemory,
  open: async (location, options) => (await import('./open.js')).openMemory(location, options.nanIsNull !== false),
}

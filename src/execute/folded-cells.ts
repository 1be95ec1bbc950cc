/** One number for each list of a chunk: sums, means, least and greatest items, made by the kernel. Called by `pieces.ts` and `cells.ts`. */
import type { Machine } from '../kernel/machine.js'
import { ChunkQLError } from '../model/error.js'
import type { Box, FoldKind, ListFold, Storage } from '../model/schema.js'
import type { StoredColumn } from '../model/stored-column.js'
import type { NumericArray } from '../model/vector.js'
import type { LoopColumn } from '../operator/loop.js'
import type { Scratch } from '../operator/scratch.js'
import type { CopyStored } from '../source/unpack.js'
import { columnAt, ownCells, ownShape, readRuns } from './runs.js'

/** In the order of src/kernel/assembly/fold.ts. */
const folds: readonly FoldKind[] = ['sum', 'mean', 'min', 'max']
/** In the order of src/kernel/assembly/numbers.ts. */
const storages: readonly Storage[] = ['i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'f4', 'f8']

const resultBytes = 8

/** The folds of the lists of a box, whose first one is at `address`. */
export function placeFolds(
  column: StoredColumn,
  fold: ListFold,
  box: Box,
  address: number,
  scratch: Scratch,
): LoopColumn {
  const base = scratch.reserve(resultBytes * ownCells(column, box))
  readRuns(column.layout.strides, ownShape(column, box), address, (lists, step, count, at) =>
    foldLists(fold, scratch.machine, lists, step, count, base + resultBytes * at),
  )
  return columnAt(base, resultBytes, column, box)
}

/** As `storedCopier`, of the folds of lists. */
export function foldCopier(fold: ListFold, machine: Machine): CopyStored {
  return (address, step, count, target, to) => {
    const mark = machine.mark()
    const out = machine.allocate(resultBytes * count)
    foldLists(fold, machine, address, step, count, out)
    const View = to.constructor as new (buffer: ArrayBuffer, offset: number, length: number) => NumericArray
    to.set(new View(machine.memory.buffer as ArrayBuffer, out, count) as never, target)
    machine.release(mark)
  }
}

function foldLists(fold: ListFold, machine: Machine, lists: number, step: number, count: number, out: number): void {
  const { kind, items, size, start, end, nanIsNull } = fold
  const [constant, type, offset] =
    typeof end === 'number' ? [end, -1, 0] : [0, storages.indexOf(end.storage), end.offset]
  const taken = machine.kernel.fold_lists(
    folds.indexOf(kind),
    storages.indexOf(items),
    Number(nanIsNull),
    size,
    start,
    constant,
    type,
    offset,
    lists,
    step,
    count,
    out,
  )
  if (taken === 0) return
  throw new ChunkQLError('unsupported', `list_${kind} gives the least of all DOUBLEs, which stands for NULL here`, {
    hint: 'SET optimizer = false',
  })
}

/** The cells of a decoded chunk one after another, a few at a time. Called by what looks at them as long as there is something to see. */

/** `count` cells, `step` bytes apart. */
export interface CellBlock {
  readonly address: number
  readonly step: number
  readonly count: number
}

interface Axis {
  readonly stride: number
  readonly extent: number
}

/** Cells that are looked at before it is asked whether more are wanted. */
const mostCells = 4096

/** In C order: the last axis runs fastest, however the chunk lies. `extents`: cells along each axis, which are no more than the chunk has. */
export function* cellBlocks(
  strides: readonly number[],
  extents: readonly number[],
  address: number,
): Generator<CellBlock> {
  const axes = joined(strides, extents)
  const inner = axes.pop() ?? { stride: 0, extent: 1 }
  const place = axes.map(() => 0)
  for (let axis = 0; axis >= 0; ) {
    const start = place.reduce((at, index, k) => at + index * (axes[k] as Axis).stride, address)
    for (let done = 0; done < inner.extent; done += mostCells) {
      const count = Math.min(mostCells, inner.extent - done)
      yield { address: start + done * inner.stride, step: inner.stride, count }
    }
    for (axis = axes.length - 1; axis >= 0; axis--) {
      place[axis] = (place[axis] as number) + 1
      if ((place[axis] as number) < (axes[axis] as Axis).extent) break
      place[axis] = 0
    }
  }
}

/** Axes along which cells follow each other without a gap are one. */
function joined(strides: readonly number[], extents: readonly number[]): Axis[] {
  const axes: Axis[] = []
  for (const [axis, extent] of extents.entries()) {
    if (extent === 1) continue
    const stride = strides[axis] as number
    const outer = axes.at(-1)
    if (outer?.stride === stride * extent) axes[axes.length - 1] = { stride, extent: outer.extent * extent }
    else axes.push({ stride, extent })
  }
  return axes
}

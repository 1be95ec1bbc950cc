/** Chunks of unequal lengths: where they begin along each axis, and where the last one ends. Made by grid.ts. */

export type Edges = readonly (readonly number[])[]

/** The number of the last edge that is not beyond `value`. */
export function lastAtMost(edges: readonly number[], value: number): number {
  let [low, high] = [0, edges.length - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((edges[middle] as number) <= value) low = middle
    else high = middle - 1
  }
  return low
}

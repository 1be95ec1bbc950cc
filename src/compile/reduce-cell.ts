/** One step of all fields of a reduction, over one cell or four. Called by the reduce sinks. */
import { lanes, type Vectors } from './lanes.js'
import type { Update } from './program.js'
import { scalar } from './scalar.js'
import type { Scope } from './scope.js'
import type { Wasm } from './wasm.js'

/** The fields after the cell, given what they are before. */
export function stepScalars(scope: Scope, updates: readonly Update[], states: readonly Wasm[]): Wasm[] {
  updates.forEach(({ state }, i) => {
    scope.scalars.set(state, states[i] as Wasm)
  })
  return updates.map(({ next }) => scalar(next, scope))
}

/** The same for four cells. */
export function stepLanes(scope: Scope, updates: readonly Update[], states: readonly Vectors[]): Vectors[] {
  updates.forEach(({ state }, i) => {
    scope.vectors.set(state, states[i] as Vectors)
  })
  return updates.map(({ next }) => lanes(next, scope))
}

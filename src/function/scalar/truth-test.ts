/** IS [NOT] TRUE and IS [NOT] FALSE: tests that are never NULL. */
import { and, constant, type Emitted, not, or } from '../../model/code.js'
import { BOOLEAN } from '../../model/type.js'
import type { ScalarFunction } from '../definition.js'
import { intervalOf, truthsOf } from '../interval-logic.js'
import { isCondition } from './logic.js'

function truthTest(wanted: boolean, negated: boolean): ScalarFunction {
  const written = `is ${negated ? 'not ' : ''}${wanted}`
  const upper = written.toUpperCase()
  return {
    name: written,
    summary: `Tests whether a condition is ${negated ? 'anything but ' : ''}${wanted ? 'TRUE' : 'FALSE'}; never NULL itself.`,
    usage: `a ${upper}`,
    category: 'logic',
    nulls: 'own',
    resolve: ([arg, ...rest]) =>
      arg && rest.length === 0 && isCondition(arg) ? { args: [BOOLEAN], result: BOOLEAN } : undefined,
    evaluate: () => (value) => (value === wanted) !== negated,
    emit: ([arg]) => arg && emitTest(arg, wanted, negated),
    bounds: ([arg]) => {
      if (!arg) return undefined
      const { mayBeTrue, mayBeFalse, mayBeNull } = truthsOf(arg)
      const holds = wanted ? mayBeTrue : mayBeFalse
      const fails = mayBeNull || (wanted ? mayBeFalse : mayBeTrue)
      return intervalOf({ mayBeTrue: negated ? fails : holds, mayBeFalse: negated ? holds : fails, mayBeNull: false })
    },
    examples: [{ sql: `NULL ${upper}`, result: String(negated) }],
  }
}

function emitTest({ value, valid = constant('bool', true) }: Emitted, wanted: boolean, negated: boolean): Emitted {
  const fits = wanted ? value : not(value)
  return { value: negated ? or(not(valid), not(fits)) : and(valid, fits) }
}

export const truthTests: readonly ScalarFunction[] = [true, false].flatMap((wanted) => [
  truthTest(wanted, false),
  truthTest(wanted, true),
])

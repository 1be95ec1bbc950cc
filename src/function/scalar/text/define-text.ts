/** How text functions are written: parameter types, result type, and a function of the values. */
import type { Type, Value } from '../../../model/type.js'
import type { Example, ScalarFunction } from '../../definition.js'
import { fixed } from '../../resolve.js'

interface TextFunction {
  readonly name: string
  readonly aliases?: readonly string[]
  readonly summary: string
  readonly usage: string
  readonly parameters: readonly Type[]
  /** How many of the last parameters may be left out. */
  readonly optional?: number
  readonly result: Type
  /** Called with values of the types of the parameters. */

  readonly apply: (...args: never[]) => Value
  readonly examples: readonly Example[]
}

export function textFunction(definition: TextFunction): ScalarFunction {
  const { name, aliases, summary, usage, parameters, optional, result, apply, examples } = definition
  return {
    name,
    ...(aliases && { aliases }),
    summary,
    usage,
    category: 'text',
    resolve: fixed(parameters, result, optional),
    evaluate: () => apply as (...args: Value[]) => Value,
    examples,
  }
}

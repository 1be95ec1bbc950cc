/** How aggregates take their states apart. */
import { type Code, constant, gt } from '../../model/code.js'

/** The k-th field of a state; the number of fields is the definition's own. */
export function field(state: readonly Code[] | undefined, index: number): Code {
  const code = state?.[index]
  if (!code) throw new Error(`a state without field ${index}`)
  return code
}

/** The result is NULL where no value was seen: the state of a `count` part tells. */
export function seen(count: readonly Code[] | undefined): Code {
  return gt(field(count, 0), constant('i64', 0n))
}

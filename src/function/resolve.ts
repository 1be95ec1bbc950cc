/** The usual ways to resolve argument types, named for the definitions that share them. */
import { FLOAT32, FLOAT64, INT64, isFloat, isInteger, isNumeric, type Type } from '../model/type.js'
import type { Argument, Signature } from './definition.js'
import { canCastImplicitly } from './unify.js'

type Resolve = (args: readonly Argument[]) => Signature | undefined

/** Exactly these parameter types; the last `optional` of them may be left out. */
export function fixed(parameters: readonly Type[], result: Type, optional = 0): Resolve {
  return (args) => {
    if (args.length > parameters.length || args.length < parameters.length - optional) return undefined
    const types = parameters.slice(0, args.length)
    return types.every((type, i) => accepts(args[i], type)) ? { args: types, result } : undefined
  }
}

/** The first of several that takes the arguments. */
export function firstOf(...overloads: readonly Resolve[]): Resolve {
  return (args) => {
    for (const resolve of overloads) {
      const signature = resolve(args)
      if (signature) return signature
    }
    return undefined
  }
}

/** One number in its own type; NULL as `whenNull`. */
export function ownNumber(whenNull: Type = INT64): Resolve {
  return ([arg, ...rest]) => {
    if (!arg || rest.length > 0) return undefined
    const type = arg.type.kind === 'null' ? whenNull : arg.type
    return isNumeric(type) ? { args: [type], result: type } : undefined
  }
}

/** One number as a float: FLOAT stays FLOAT, all else is DOUBLE. */
export const ownFloat: Resolve = ([arg, ...rest]) => {
  if (!arg || rest.length > 0) return undefined
  if (!isNumeric(arg.type) && arg.type.kind !== 'null') return undefined
  const type = floatOf(arg.type)
  return { args: [type], result: type }
}

export function floatOf(type: Type): Type {
  return type.kind === 'float32' ? FLOAT32 : FLOAT64
}

export function accepts(arg: Argument | undefined, type: Type): boolean {
  return arg !== undefined && canCastImplicitly(arg, type)
}

/** The type of a signature's first argument; every caller has resolved at least one. */
export function firstType(signature: Signature): Type {
  const [type] = signature.args
  if (!type) throw new Error('a signature without arguments')
  return type
}

export { isFloat, isInteger, isNumeric }

/** All signatures that functions take over typed columns. Used by the property tests. */
import type { Argument, ScalarFunction, Signature } from '../../src/function/definition.js'
import { type Type, typeName } from '../../src/model/type.js'

/** Each signature once; texts that a function wants as constants are given as such by `literals`. */
export function signaturesOf(
  definition: Pick<ScalarFunction, 'resolve'>,
  types: readonly Type[],
  most = 3,
): Signature[] {
  const found = new Map<string, Signature>()
  for (let arity = 0; arity <= most; arity++) {
    for (const args of product(types, arity)) {
      const signature = definition.resolve(args.map((type): Argument => ({ type })))
      if (!signature) continue
      const key = [...signature.args, signature.result].map(typeName).join()
      if (!found.has(key)) found.set(key, signature)
    }
  }
  return [...found.values()]
}

function product(types: readonly Type[], arity: number): Type[][] {
  if (arity === 0) return [[]]
  return product(types, arity - 1).flatMap((head) => types.map((type) => [...head, type]))
}

export function describe(name: string, { args }: Signature): string {
  return `${name}(${args.map(typeName).join(', ')})`
}

/** Functions that mean something else over other types: `+` over lengths of time. Called by their definitions. */
import type { ScalarFunction, Signature } from './definition.js'

/** One more meaning; it has no code, so that the interpreter computes it. */
export interface Overload extends Pick<ScalarFunction, 'resolve' | 'evaluate' | 'bounds'> {
  /** Whether a signature is one of its own. */
  owns(signature: Signature): boolean
}

/** The function itself where it takes the arguments; else the first overload that does. */
export function overloaded(base: ScalarFunction, ...others: readonly Overload[]): ScalarFunction {
  const owner = (signature: Signature) => others.find((other) => other.owns(signature))
  return {
    ...base,
    resolve: (args) => {
      for (const { resolve } of [base, ...others]) {
        const signature = resolve(args)
        if (signature) return signature
      }
      return undefined
    },
    evaluate: (signature) => (owner(signature) ?? base).evaluate(signature),
    ...(base.emit && {
      emit: (args, signature) => (owner(signature) ? undefined : base.emit?.(args, signature)),
    }),
    bounds: (args, signature) => (owner(signature) ?? base).bounds?.(args, signature),
  }
}

export const usesDuration = ({ args, result }: Signature): boolean =>
  result.kind === 'duration' || args.some(({ kind }) => kind === 'duration')

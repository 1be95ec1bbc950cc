/** ||, concat, concat_ws: texts joined; other types are cast to text first. */
import { VARCHAR, type Value } from '../../../model/type.js'
import { canCast } from '../../cast.js'
import type { Argument, ScalarFunction, Signature } from '../../definition.js'
import { accepts } from '../../resolve.js'
import { listConcat } from '../list/join.js'

/** What stands between texts is no number. */
function resolveSeparated(args: readonly Argument[]): Signature | undefined {
  return accepts(args[0], VARCHAR) ? resolveTexts(2)(args) : undefined
}

function resolveTexts(least: number, most = Number.POSITIVE_INFINITY) {
  return (args: readonly Argument[]): Signature | undefined => {
    const fits = args.length >= least && args.length <= most && args.every(({ type }) => canCast(type, VARCHAR))
    return fits ? { args: args.map(() => VARCHAR), result: VARCHAR } : undefined
  }
}

const joined = (args: readonly Value[], separator: string): string => args.filter((arg) => arg !== null).join(separator)

export const join: ScalarFunction = {
  name: '||',
  summary: 'Joins two texts, or two lists; NULL where one is NULL.',
  usage: 'a || b',
  category: 'text',
  // A list and a text would be two texts by accident.
  resolve: (args) =>
    args.some(({ type }) => type.kind === 'list') ? listConcat.resolve(args) : resolveTexts(2, 2)(args),
  evaluate: (signature) => (signature.result.kind === 'list' ? listConcat.evaluate(signature) : (a, b) => `${a}${b}`),
  examples: [{ sql: "'a' || 1", result: 'a1' }],
}

export const concat: ScalarFunction = {
  name: 'concat',
  summary: 'Joins texts, leaving out NULLs.',
  usage: 'concat(a, b, ...)',
  category: 'text',
  nulls: 'own',
  resolve: resolveTexts(1),
  evaluate:
    () =>
    (...args) =>
      joined(args, ''),
  examples: [{ sql: "concat('a', NULL, 1)", result: 'a1' }],
}

export const concatWs: ScalarFunction = {
  name: 'concat_ws',
  summary: 'Joins texts with a separator between them, leaving out NULLs.',
  usage: 'concat_ws(separator, a, b, ...)',
  category: 'text',
  nulls: 'own',
  resolve: resolveSeparated,
  evaluate:
    () =>
    (separator, ...args) =>
      typeof separator === 'string' ? joined(args, separator) : null,
  examples: [{ sql: "concat_ws('-', 'a', NULL, 'b')", result: 'a-b' }],
}

/** first, last, mode, string_agg: what depends on which rows come first. */
import { VARCHAR, type Value } from '../../model/type.js'
import { keyOfValue } from '../../model/value-key.js'
import type { Argument, HolisticAggregate, Signature } from '../definition.js'
import { accepts, firstOf, fixed } from '../resolve.js'

function resolveOwn([arg, ...rest]: readonly Argument[]): Signature | undefined {
  return arg && rest.length === 0 ? { args: [arg.type], result: arg.type } : undefined
}

interface Kept {
  readonly value: Value
}

/** NULLs count: the first value may be one. */
function atEnd(name: string, summary: string, keep: (a: Kept, b: Kept) => Kept): HolisticAggregate<Kept | null> {
  const either = (a: Kept | null, b: Kept | null) => (a && b ? keep(a, b) : (a ?? b))
  return {
    kind: 'holistic',
    name,
    summary,
    usage: `${name}(x)`,
    nulls: 'own',
    ordered: true,
    resolve: resolveOwn,
    init: () => null,
    update: (state, value = null) => either(state, { value }),
    merge: either,
    finalize: (state) => state?.value ?? null,
    examples: [{ sql: `${name}(3)`, result: '3' }],
  }
}

export const first = atEnd('first', 'Gives the value of the first row, NULL too.', (a) => a)
export const last = atEnd('last', 'Gives the value of the last row, NULL too.', (_, b) => b)

/** Counts by the keys of values, in the order in which these were first seen. */
type Counts = Map<Value, { readonly value: Value; readonly times: number }>

function count(counts: Counts, value: Value, times: number): Counts {
  const key = keyOfValue(value)
  const known = counts.get(key)
  return counts.set(key, { value: known ? known.value : value, times: (known?.times ?? 0) + times })
}

export const mode: HolisticAggregate<Counts> = {
  kind: 'holistic',
  name: 'mode',
  summary: 'Finds the most frequent value; of several the one seen first.',
  usage: 'mode(x)',
  ordered: true,
  resolve: resolveOwn,
  init: () => new Map(),
  update: (counts, value = null) => count(counts, value, 1),
  merge: (a, b) => {
    for (const { value, times } of b.values()) count(a, value, times)
    return a
  },
  finalize: (counts) => {
    let best: Value = null
    let most = 0
    for (const { value, times } of counts.values()) if (times > most) [best, most] = [value, times]
    return best
  },
  size: (counts) => counts.size * 64,
  examples: [{ sql: 'mode(3)', result: '3' }],
}

interface Joined {
  text: string | null
  separator: string
}

function resolveText([arg, separator, ...rest]: readonly Argument[]): Signature | undefined {
  const texts = firstOf(fixed([VARCHAR], VARCHAR), fixed([VARCHAR, VARCHAR], VARCHAR))
  const other = arg && rest.length === 0 && (!separator || accepts(separator, VARCHAR))
  // Other types are cast to text on the way in, as in DuckDB.
  return other ? texts([{ type: VARCHAR }, ...(separator ? [separator] : [])]) : undefined
}

const join = (a: string | null, b: string | null, separator: string): string | null =>
  a === null || b === null ? (a ?? b) : a + separator + b

export const stringAgg: HolisticAggregate<Joined> = {
  kind: 'holistic',
  name: 'string_agg',
  aliases: ['group_concat', 'listagg'],
  summary: 'Joins texts in row order, with a separator (a comma where none is given).',
  usage: 'string_agg(x [, separator])',
  constants: true,
  ordered: true,
  resolve: resolveText,
  init: () => ({ text: null, separator: ',' }),
  update: (state, value = null, separator = ',') => {
    state.text = join(state.text, value as string, separator as string)
    state.separator = separator as string
    return state
  },
  merge: (a, b) => {
    if (b.text === null) return a
    return { text: join(a.text, b.text, b.separator), separator: b.separator }
  },
  finalize: ({ text }) => text,
  size: ({ text }) => 2 * (text?.length ?? 0),
  examples: [{ sql: "string_agg('a')", result: 'a' }],
}

/** Functions and aggregates of users: their types named as SQL names them, their values checked on the way back. Part of the public API. */
import { ChunkQLError, isChunkQLError, suggest } from '../model/error.js'
import { integerFacts, isMoment, type Type, typeName, typeNamed, typeNames, type Value } from '../model/type.js'
import type { Argument, Example, HolisticAggregate, ScalarFunction, Signature } from './definition.js'
import { firstOf, fixed } from './resolve.js'

/** One way to call: SQL type names, as in `['DOUBLE', 'INTEGER']`. */
export interface Overload {
  readonly args: readonly string[]
  readonly returns: string
}

/**
 * How values of a named type come: BIGINT, UBIGINT and TIMESTAMP (microseconds since 1970) as bigint, DATE as the number
 * of days since 1970, smaller integers and floats as numbers.
 */
type ValueNamed<Name extends string> =
  Uppercase<Name> extends 'BIGINT' | 'UBIGINT' | 'TIMESTAMP'
    ? bigint
    : Uppercase<Name> extends 'VARCHAR' | 'TEXT'
      ? string
      : Uppercase<Name> extends 'BOOLEAN'
        ? boolean
        : Uppercase<Name> extends 'DOUBLE' | 'FLOAT' | 'REAL' | 'INTEGER' | 'SMALLINT' | 'TINYINT' | 'DATE'
          ? number
          : Value

type ValuesNamed<Names extends readonly string[]> = { readonly [K in keyof Names]: ValueNamed<Names[K]> }

interface Description<Args extends readonly string[]> {
  /** How SQL calls it: a word of letters, digits and _. */
  readonly name: string
  readonly aliases?: readonly string[]
  /** One sentence for the reference. */
  readonly summary?: string
  readonly args: Args
  readonly returns: string
  /** Further types that it takes; the first that fits is used. */
  readonly overloads?: readonly Overload[]
  readonly examples?: readonly Example[]
  /** 'own': rows with a NULL argument are passed too. Else such a row gives NULL, or is left out of the aggregate. */
  readonly nulls?: 'own'
}

export interface FunctionDescription<Args extends readonly string[] = readonly string[]> extends Description<Args> {
  /** The value of one row; undefined counts as NULL. */
  readonly evaluate: (...args: ValuesNamed<Args>) => Value | undefined
}

export interface AggregateDescription<State, Args extends readonly string[] = readonly string[]>
  extends Description<Args> {
  init(): State
  /** The state with one more row; may change and return the one given. */
  readonly update: (state: State, ...args: ValuesNamed<Args>) => State
  /** Both states as one; `b` is of later rows. */
  merge(a: State, b: State): State
  finalize(state: State): Value | undefined
  /** A form that can be cloned between threads, where the state itself cannot; `deserialize` undoes it. */
  serialize?(state: State): unknown
  deserialize?(data: unknown): State
  /** Bytes that a state takes, for the memory limit. */
  size?(state: State): number
}

export function defineFunction<const Args extends readonly string[]>(
  description: FunctionDescription<Args>,
): ScalarFunction {
  const { name } = checked(description, ['evaluate'])
  const evaluate = description.evaluate as (...args: Value[]) => Value | undefined
  return {
    ...described(description),
    category: 'user',
    ...(description.nulls && { nulls: description.nulls }),
    evaluate: ({ result }) => {
      const convert = returned(name, result)
      return (...args) => convert(guarded(name, () => evaluate(...args)))
    },
  }
}

export function defineAggregate<State, const Args extends readonly string[]>(
  description: AggregateDescription<State, Args>,
): HolisticAggregate<State> {
  const { name, init, merge, finalize, serialize, deserialize, size } = checked(description, [
    'init',
    'update',
    'merge',
    'finalize',
  ])
  const update = description.update as (state: State, ...args: Value[]) => State
  if ((serialize === undefined) !== (deserialize === undefined)) {
    throw wrong(name, 'serialize and deserialize are given together or not at all')
  }
  return {
    ...described(description),
    kind: 'holistic',
    // What a user's states keep is not known: their order may count.
    ordered: true,
    ...(description.nulls && { nulls: description.nulls }),
    init: () => guarded(name, init),
    update: (state, ...args) => guarded(name, () => update(state, ...args)),
    merge: (a, b) => guarded(name, () => merge(a, b)),
    finalize: (state, { result }) => returned(name, result)(guarded(name, () => finalize(state))),
    ...(serialize && { serialize: (state: State) => guarded(name, () => serialize(state)) }),
    ...(deserialize && { deserialize: (data: unknown) => guarded(name, () => deserialize(data)) }),
    ...(size && { size }),
  }
}

function described(description: Description<readonly string[]>) {
  const { name, aliases = [], args, summary, examples = [] } = description
  return {
    name: name.toLowerCase(),
    aliases,
    summary: summary ?? `Is defined by a package.`,
    usage: `${name}(${args.join(', ')})`,
    examples,
    resolve: resolverOf(description),
  }
}

function resolverOf(description: Description<readonly string[]>): (args: readonly Argument[]) => Signature | undefined {
  const { name, args, returns, overloads = [] } = description
  const all: readonly Overload[] = [{ args, returns }, ...overloads]
  return firstOf(
    ...all.map((overload) => {
      const types = overload.args.map((type) => typeFor(name, type))
      return fixed(types, typeFor(name, overload.returns))
    }),
  )
}

function typeFor(name: string, text: unknown): Type {
  const type = typeof text === 'string' ? typeNamed(text) : undefined
  if (type) return type
  const near = typeof text === 'string' ? suggest(text, typeNames()) : []
  const hint = near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `Types: ${typeNames().join(', ')}.`
  throw wrong(name, `${JSON.stringify(text) ?? String(text)} is no SQL type`, hint)
}

/** The description itself, once its name and its functions are there. */
function checked<D extends Description<readonly string[]>>(
  description: D,
  functions: readonly (keyof D & string)[],
): D {
  const { name, args, overloads = [] } = description
  if (typeof name !== 'string' || !/^[a-z_]\w*$/i.test(name)) {
    throw wrong(String(name), 'its name is a word of letters, digits and _')
  }
  for (const types of [args, ...overloads.map((overload) => overload.args)]) {
    if (!Array.isArray(types)) throw wrong(name, 'args is an array of SQL type names')
  }
  for (const part of functions) {
    if (typeof description[part] !== 'function')
      throw wrong(name, `${part} is a function, not ${typeof description[part]}`)
  }
  return description
}

function wrong(name: string, message: string, hint?: string): ChunkQLError {
  return new ChunkQLError('setting', `the definition of ${name} is wrong: ${message}`, { hint })
}

/** What a user's code throws is an error of the query that names the function. */
function guarded<Result>(name: string, run: () => Result): Result {
  try {
    return run()
  } catch (error) {
    if (isChunkQLError(error)) throw error
    throw new ChunkQLError('value', `${name} failed: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Values as their type wants them; whole numbers become bigint and the other way round where nothing is lost. */
function returned(name: string, type: Type): (value: Value | undefined) => Value {
  const convert = conversionTo(type)
  return (value) => {
    if (value === null || value === undefined) return null
    const converted = convert(value)
    if (converted !== undefined) return converted
    throw new ChunkQLError('value', `${name} returned ${typeof value} ${String(value)}, which is no ${typeName(type)}`)
  }
}

function conversionTo(type: Type): (value: Value) => Value | undefined {
  const facts = integerFacts(type) ?? (isMoment(type) ? integerFacts({ kind: 'int64' }) : undefined)
  if (facts) return integerWithin(facts.min, facts.max, facts.bits === 64)
  switch (type.kind) {
    case 'date':
      return integerWithin(-(2n ** 31n) + 1n, 2n ** 31n - 1n, false)
    case 'float32':
      return (value) => (typeof value === 'number' ? Math.fround(value) : undefined)
    case 'float64':
      return (value) => (typeof value === 'number' ? value : undefined)
    case 'boolean':
      return (value) => (typeof value === 'boolean' ? value : undefined)
    default:
      return (value) => (typeof value === 'string' ? value : undefined)
  }
}

function integerWithin(min: bigint, max: bigint, wide: boolean): (value: Value) => Value | undefined {
  return (value) => {
    if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) return undefined
    const integer = BigInt(value as number | bigint)
    if (integer < min || integer > max) return undefined
    return wide ? integer : Number(integer)
  }
}

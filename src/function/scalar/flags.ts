/** flag_text, has_flag: what the numbers of a CF flag variable mean. */
import { type Attributes, flagsOf } from '../../model/attribute.js'
import { ChunkQLError, suggest } from '../../model/error.js'
import type { Expression } from '../../model/expression.js'
import { BOOLEAN, integerFacts, isBig, isInteger, type Type, VARCHAR, type Value } from '../../model/type.js'
import type { Argument, ScalarFunction } from '../definition.js'
import { accepts } from '../resolve.js'

/** A number has the flag where its bits under the mask, or all of them, are those of the value. */
interface Flag {
  readonly name: string
  readonly value: bigint
  readonly mask?: bigint | undefined
}

/** `good=0 bad=1`, `cloud=2/2 ice=4/4`: name, value, and after a slash the mask. */
function parseFlags(text: string): Flag[] {
  return text
    .split(/\s+/)
    .filter(Boolean)
    .map((part) => {
      const [, name = '', value = '', mask] = /^(.+)=(-?\d+)(?:\/(-?\d+))?$/.exec(part) ?? []
      if (name === '') {
        throw new ChunkQLError('value', `'${part}' is no flag`, { hint: 'Flags are written as in good=0 cloud=2/2.' })
      }
      return { name, value: BigInt(value), ...(mask !== undefined && { mask: BigInt(mask) }) }
    })
}

/** Flags are the same for all rows. */
function remembered(): (text: string) => readonly Flag[] {
  let last: { readonly text: string; readonly flags: readonly Flag[] } | undefined
  return (text) => {
    if (last?.text !== text) last = { text, flags: parseFlags(text) }
    return last.flags
  }
}

function hasFlagOf(type: Type, value: Value, flag: Flag): boolean {
  const given = BigInt(value as number | bigint)
  const wanted = within(type, flag.value)
  return flag.mask === undefined ? given === wanted : (given & within(type, flag.mask)) === wanted
}

/** The highest bit is negative in a signed type, however it was written. */
function within(type: Type, value: bigint): bigint {
  const { bits, signed } = integerFacts(type) ?? { bits: 64, signed: true }
  return signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)
}

function textOf(type: Type, value: Value, flags: readonly Flag[]): Value {
  const found = flags.filter((flag) => hasFlagOf(type, value, flag))
  if (flags.some(({ mask }) => mask !== undefined)) return found.map(({ name }) => name).join(' ')
  return found[0]?.name ?? null
}

const call = (name: string, type: Type, ...args: readonly Expression[]): Expression => ({
  kind: 'call',
  function: name,
  args,
  type,
})

function literalOf(type: Type, number: bigint): Expression {
  const fitted = within(type, number)
  return { kind: 'literal', type, value: isBig(type) ? fitted : Number(fitted) }
}

/** Whether `x` has a flag, as a comparison of numbers: it compiles and prunes. */
function condition(x: Expression, type: Type, { value, mask }: Flag): Expression {
  const bits = mask === undefined ? x : call('&', type, x, literalOf(type, mask))
  return call('=', BOOLEAN, bits, literalOf(type, value))
}

const fromAttributes = (attributes: Attributes): string | undefined => flagsOf(attributes)

function isFlagColumn(arg: Argument | undefined): arg is Argument {
  return arg !== undefined && isInteger(arg.type)
}

export const flagText: ScalarFunction = {
  name: 'flag_text',
  summary:
    'Names the flag that a number stands for, or those that are set, by flag_values, flag_masks and flag_meanings of the column.',
  usage: 'flag_text(column) | flag_text(x, flags)',
  category: 'text',
  fromAttributes,
  resolve: ([x, flags, ...rest]) =>
    isFlagColumn(x) && accepts(flags, VARCHAR) && rest.length === 0
      ? { args: [x.type, VARCHAR], result: VARCHAR }
      : undefined,
  evaluate: ({ args: [type] }) => {
    const flagsFor = remembered()
    return (x = null, flags = '') => textOf(type as Type, x, flagsFor(flags as string))
  },
  // Where one number has one name: groups by constant texts are groups by numbers.
  expand: (args, { args: [type = VARCHAR] }) => {
    const [x, text] = args
    const flags = text?.kind === 'literal' ? parseFlags(String(text.value)) : []
    if (!x || flags.length === 0 || flags.some(({ mask }) => mask !== undefined)) {
      return call('flag_text', VARCHAR, ...args)
    }
    const branches = flags.map((flag) => ({
      when: condition(x, type, flag),
      result: { kind: 'literal', type: VARCHAR, value: flag.name } as const,
    }))
    return { kind: 'case', branches, otherwise: { kind: 'literal', type: VARCHAR, value: null }, type: VARCHAR }
  },
  examples: [
    { sql: "flag_text(1, 'good=0 doubtful=1 bad=2')", result: 'doubtful' },
    { sql: "flag_text(6, 'snow=1/1 cloud=2/2 ice=4/4')", result: 'cloud ice' },
  ],
}

function flagNamed(flags: readonly Flag[], name: string): Flag {
  const flag = flags.find((each) => each.name === name)
  if (flag) return flag
  const names = flags.map((each) => each.name)
  const near = suggest(name, names)
  const guess = near.length > 0 ? `Did you mean ${near.join(' or ')}? ` : ''
  throw new ChunkQLError('value', `there is no flag '${name}'`, { hint: `${guess}Flags: ${names.join(', ')}.` })
}

export const hasFlag: ScalarFunction = {
  name: 'has_flag',
  summary: 'Tests whether a flag variable has the flag of a name: as its value, or as bits that are set.',
  usage: 'has_flag(column, name) | has_flag(x, name, flags)',
  category: 'comparison',
  fromAttributes,
  resolve: ([x, name, flags, ...rest]) =>
    isFlagColumn(x) && accepts(name, VARCHAR) && accepts(flags, VARCHAR) && rest.length === 0
      ? { args: [x.type, VARCHAR, VARCHAR], result: BOOLEAN }
      : undefined,
  evaluate: ({ args: [type] }) => {
    const flagsFor = remembered()
    return (x = null, name = '', flags = '') =>
      hasFlagOf(type as Type, x, flagNamed(flagsFor(flags as string), name as string))
  },
  expand: (args, { args: [type = VARCHAR] }) => {
    const [x, name, flags] = args
    if (!x || name?.kind !== 'literal' || flags?.kind !== 'literal') return call('has_flag', BOOLEAN, ...args)
    return condition(x, type, flagNamed(parseFlags(String(flags.value)), String(name.value)))
  },
  examples: [
    { sql: "has_flag(1, 'good', 'good=0 doubtful=1 bad=2')", result: 'false' },
    { sql: "has_flag(6, 'ice', 'snow=1/1 cloud=2/2 ice=4/4')", result: 'true' },
  ],
}

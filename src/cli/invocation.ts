/** Reads the arguments of the command into what is to be done. Called by command.ts. */
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import type { Parameters } from './engine.js'

export type Invocation =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'queries'; readonly texts: readonly string[]; readonly options: Options }
  | { readonly kind: 'files'; readonly paths: readonly string[]; readonly options: Options }
  /** No query: a REPL where people type, else what is piped in. */
  | { readonly kind: 'stdin'; readonly options: Options }

export interface Options {
  readonly attach: Readonly<Record<string, string>>
  readonly params: Parameters
  readonly settings: Readonly<Record<string, string>>
  /** Packages of functions, by name or path. */
  readonly use: readonly string[]
  readonly threads: number | undefined
  readonly format: string | undefined
  readonly output: string | undefined
  readonly timer: boolean
  readonly progress: boolean
}

interface Assignment {
  readonly name: string
  readonly value: string
}

/** The command was called wrongly: exit code 2. The message says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

const flags = {
  file: { type: 'string', short: 'f', multiple: true },
  attach: { type: 'string', multiple: true },
  format: { type: 'string' },
  output: { type: 'string', short: 'o' },
  param: { type: 'string', multiple: true },
  threads: { type: 'string' },
  set: { type: 'string', multiple: true },
  use: { type: 'string', multiple: true },
  timer: { type: 'boolean' },
  'no-progress': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const

export function readInvocation(args: readonly string[]): Invocation {
  const { values, positionals } = parse(args)
  if (values.help) return { kind: 'help' }
  if (values.version) return { kind: 'version' }
  const options: Options = {
    attach: Object.fromEntries((values.attach ?? []).map(attachment)),
    params: parametersOf((values.param ?? []).map((text) => assignment('--param', text))),
    settings: Object.fromEntries((values.set ?? []).map(setting)),
    use: values.use ?? [],
    threads: values.threads === undefined ? undefined : threadCount(values.threads),
    format: values.format,
    output: values.output,
    timer: values.timer ?? false,
    progress: !values['no-progress'],
  }
  const paths = values.file ?? []
  if (paths.length > 0 && positionals.length > 0) {
    throw new UsageError(`take either -f ${paths[0]} or the query '${positionals[0]}', not both`)
  }
  if (paths.length > 0) return { kind: 'files', paths, options }
  if (positionals.length === 0 || (positionals.length === 1 && positionals[0] === '-'))
    return { kind: 'stdin', options }
  return { kind: 'queries', texts: positionals, options }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags, allowPositionals: true })
  } catch (error) {
    throw new UsageError(firstSentence(error instanceof Error ? error.message : String(error)))
  }
}

/** What Node adds after the first sentence is about its own API. */
function firstSentence(message: string): string {
  return message
    .replace(/\. .*$/s, '')
    .replace(/^U/, 'u')
    .replace(/^O/, 'o')
}

/** `name=path`, or a path that names itself: `data/era.zarr` is `era`. */
function attachment(text: string): [string, string] {
  const { name, value } = text.includes('=')
    ? assignment('--attach', text)
    : { name: basename(text).replace(/\.[^.]*$/, ''), value: text }
  if (name === '' || value === '') throw new UsageError(`--attach takes name=path, got '${text}'`)
  return [name, value]
}

function setting(text: string): [string, string] {
  const { name, value } = assignment('--set', text)
  return [name, value]
}

function assignment(flag: string, text: string): Assignment {
  const at = text.indexOf('=')
  if (at <= 0) throw new UsageError(`${flag} takes name=value, got '${text}'`)
  return { name: text.slice(0, at), value: text.slice(at + 1) }
}

function threadCount(text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1)
    throw new UsageError(`--threads takes a whole number from 1, got '${text}'`)
  return count
}

/** Names that are all numbers, from 1 on, are the values of `?` and `$1`. */
function parametersOf(assignments: readonly Assignment[]): Parameters {
  if (!assignments.some(({ name }) => /^\d+$/.test(name))) {
    return Object.fromEntries(assignments.map(({ name, value }) => [name.replace(/^\$/, ''), parameterValue(value)]))
  }
  return assignments.map((_, index) => {
    const found = assignments.find(({ name }) => name === String(index + 1))
    if (!found) throw new UsageError(`positional parameters are --param 1=... --param 2=...; there is no ${index + 1}`)
    return parameterValue(found.value)
  })
}

type Parameter = null | boolean | number | bigint | string

/** Numbers, true, false and null as in SQL; quotes make a string of anything, also of '30'. */
export function parameterValue(text: string): Parameter {
  const quoted = /^'(.*)'$/s.exec(text)
  if (quoted) return (quoted[1] ?? '').replaceAll("''", "'")
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true'
  if (/^null$/i.test(text)) return null
  if (/^[+-]?\d+$/.test(text)) return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text)
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : text
}

/** The public API; the only file that users import. */
import type { RecordBatch, Table } from 'apache-arrow'
import type { Parameters } from './bind/context.js'
import type { Progress } from './execute/execute.js'
import { type Explanation, explainPlan } from './explain.js'
import { type Definition, isDefinition, loadRegistry } from './function/packages.js'
import { ChunkQLError, type ErrorCode } from './model/error.js'
import type { Work } from './model/job.js'
import type { Statement } from './model/syntax.js'
import type { Batch, Header } from './model/vector.js'
import { version } from './model/version.js'
import { formatNamed, formatOfPath, formats, writeResult } from './output/registry.js'
import { isComplete, splitStatements } from './parse/split.js'
import { openFileSink } from './platform/node/file-sink.js'
import { moduleUrl } from './platform/node/system.js'
import { parseStatements, type QueryOptions, type Result, tell, unlessAborted } from './query.js'
import { Session } from './session.js'
import { settingNames } from './settings.js'
import { runStatement } from './statement.js'

export { defineAggregate, defineFunction } from './function/define.js'
export type { Batch, Definition, ErrorCode, Explanation, Header, Progress, QueryOptions, Result, Work }
export {
  ChunkQLError,
  formatNamed,
  formatOfPath,
  formats,
  isComplete,
  openFileSink,
  settingNames,
  splitStatements,
  version,
  writeResult,
}

export interface ConnectOptions {
  /** Worker threads; default: one per core. */
  readonly threads?: number
  /** Stores by the name under which queries find them. */
  readonly attach?: Readonly<Record<string, unknown>>
  /** Packages of algorithms: module names or paths (imported in every worker), or definitions (the query then runs on this thread). */
  readonly use?: readonly (string | Definition)[]
  /** Other settings, as SET takes them. */
  readonly settings?: Readonly<Record<string, unknown>>
}

/** Values for `$name`, or for `?` in order. */
export type QueryParameters = Readonly<Record<string, unknown>> | readonly unknown[]

export interface ExportOptions extends QueryOptions {
  readonly params?: QueryParameters
  /** table, csv, json, ndjson, arrow or parquet; by default the file's extension decides. */
  readonly format?: string
}

/** Opens a session. It owns worker threads from the first large query on: close it. */
export async function connect(options: ConnectOptions = {}): Promise<Database> {
  const use = options.use ?? []
  const modules = use.filter((each) => typeof each === 'string').map(moduleUrl)
  const inline = use.filter((each) => typeof each !== 'string')
  for (const each of inline) if (!isDefinition(each)) throw notDefinition()
  const registry = await loadRegistry(modules, inline)
  const session = new Session({ registry, modules, inline: inline.length > 0 })
  if (options.threads !== undefined) session.set('threads', options.threads)
  for (const [name, value] of Object.entries(options.settings ?? {})) session.set(name, value)
  for (const [name, location] of Object.entries(options.attach ?? {})) await session.attach(name, location)
  return new Database(session)
}

function notDefinition(): ChunkQLError {
  return new ChunkQLError('setting', '`use` takes module names and what defineFunction() or defineAggregate() returns')
}

export class Database {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  /** Makes a store available under a name. `options` are settings for it alone: `{ s3_region: 'eu-west-1' }`. */
  async attach(name: string, location: unknown, options: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.#session.attach(name, location, options)
  }

  /**
   * Makes data in memory a table: an Arrow table or IPC bytes, `{ name: array }`, or `{ dims, coords, data }`.
   * Queries see the data as they are when they run.
   */
  async register(name: string, data: unknown): Promise<void> {
    await this.#session.attach(name, data)
  }

  /** The whole result as an Arrow table; of several statements, that of the last. */
  async query(sql: string, params: QueryParameters = {}, options: QueryOptions = {}): Promise<Table> {
    const { header, batches } = await this.run(sql, params, options)
    const { arrowTable } = await import('./output/arrow.js')
    return arrowTable(header, batches)
  }

  /** The result batch by batch, as it comes. */
  async *stream(sql: string, params: QueryParameters = {}, options: QueryOptions = {}): AsyncGenerator<RecordBatch> {
    const { header, batches } = await this.run(sql, params, options)
    const { arrowBatch, arrowSchema } = await import('./output/arrow.js')
    const schema = arrowSchema(header)
    for await (const batch of batches) yield arrowBatch(schema, batch)
  }

  /** Writes the result to a file, which appears under its name when it is complete. */
  async export(sql: string, path: string, options: ExportOptions = {}): Promise<void> {
    const format = options.format === undefined ? formatOfPath(path) : formatNamed(options.format)
    const result = await this.run(sql, options.params ?? {}, options)
    await writeResult(result, format, await openFileSink(path))
  }

  /** The plan; with `analyze` the query is run, and the plan says what was done. */
  async explain(
    sql: string,
    options: QueryOptions & { analyze?: boolean; params?: QueryParameters } = {},
  ): Promise<Explanation> {
    const statement = onlyStatement(parseStatements(sql))
    const query = statement.kind === 'explain' ? statement.query : statement
    if (query.kind !== 'select') throw new ChunkQLError('bind', 'only a SELECT can be explained')
    const parameters = parametersOf(options.params ?? {})
    const explain = () => explainPlan(this.#session, query, options.analyze ?? false, parameters, options)
    return this.#telling(sql, () => unlessAborted(explain(), options.signal))
  }

  /** One or more statements; all but the last are run to their end. The lowest level: batches without Arrow, and the work done. */
  async run(sql: string, params: QueryParameters = {}, options: QueryOptions = {}): Promise<Result> {
    const statements = parseStatements(sql)
    const last = statements.at(-1)
    if (!last) throw new ChunkQLError('parse', 'there is no statement')
    const parameters = parametersOf(params)
    const runAll = async () => {
      for (const statement of statements.slice(0, -1)) {
        const { batches } = await runStatement(this.#session, statement, parameters, options)
        for await (const _ of batches);
      }
      const result = await runStatement(this.#session, last, parameters, options)
      return { ...result, batches: tellingBatches(result.batches, sql) }
    }
    return this.#telling(sql, () => unlessAborted(runAll(), options.signal))
  }

  /** Ends the worker threads and closes the sources. */
  async close(): Promise<void> {
    await this.#session.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #telling<T>(sql: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw tell(error, sql)
    }
  }
}

function onlyStatement(statements: readonly Statement[]): Statement {
  const [only] = statements
  if (!only || statements.length > 1)
    throw new ChunkQLError('parse', `expected one statement, found ${statements.length}`)
  return only
}

function parametersOf(params: QueryParameters): Parameters {
  if (Array.isArray(params)) return { positional: params, named: new Map() }
  return { positional: [], named: new Map(Object.entries(params)) }
}

async function* tellingBatches(batches: AsyncIterable<Batch>, sql: string): AsyncGenerator<Batch> {
  try {
    yield* batches
  } catch (error) {
    throw tell(error, sql)
  }
}

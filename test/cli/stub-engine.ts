/** A library that knows a handful of statements by heart, and a terminal of pipes, for the tests of the command. */
import { PassThrough } from 'node:stream'
import type { Database, Engine, Parameters, Result } from '../../src/cli/engine.js'
import type { InterruptSignal, Terminal } from '../../src/cli/terminal.js'
import { emptyWork } from '../../src/execute/work.js'
import type { ConnectOptions, QueryOptions } from '../../src/index.js'
import { ChunkQLError } from '../../src/model/error.js'
import * as T from '../../src/model/type.js'
import { vectorOf } from '../../src/model/vector.js'
import { formatNamed, formatOfPath, formats, writeResult } from '../../src/output/registry.js'
import { isComplete, splitStatements } from '../../src/parse/split.js'
import { openFileSink } from '../../src/platform/node/file-sink.js'

export interface Log {
  readonly statements: { sql: string; params: Parameters | undefined }[]
  connected: ConnectOptions | undefined
  closed: number
}

export function stubEngine(): { engine: Engine; log: Log } {
  const log: Log = { statements: [], connected: undefined, closed: 0 }
  const db: Database = {
    run: async (sql, params, options) => {
      log.statements.push({ sql, params })
      return answer(sql, options)
    },
    close: async () => {
      log.closed++
    },
  }
  const engine: Engine = {
    version: '1.2.3',
    connect: async (options) => {
      log.connected = options
      const { settings = {}, attach = {} } = options
      if ('nonsense' in settings) throw new ChunkQLError('setting', 'there is no setting nonsense')
      if (attach.none) throw new ChunkQLError('store', `there is no ${attach.none}`)
      return db
    },
    splitStatements,
    isComplete,
    formats,
    formatNamed,
    formatOfPath,
    writeResult,
    openFileSink,
  }
  return { engine, log }
}

async function answer(sql: string, options: QueryOptions = {}): Promise<Result> {
  const word = sql.trim().split(/\s+/)[0]
  if (word === 'SET') return { header: { columns: [] }, batches: batches([]), work: emptyWork() }
  if (word === 'EXPLAIN') return { ...table('plan', ['scan']), text: 'scan t\n  filter' }
  if (word === 'SHOW') return table('name', ['t2m', 'wind'])
  if (word === 'DESCRIBE') return table('column_name', [`${sql.split(' ')[1]}_column`, 'odd name'])
  if (word === 'WAIT') return untilAborted(options)
  if (word === 'FAIL') throw failure(sql)
  return table('answer', [sql.trim()])
}

function failure(sql: string): ChunkQLError {
  const start = sql.indexOf('FAIL')
  const error = new ChunkQLError('bind', 'there is no FAIL', { span: { start, end: start + 4 } })
  error.sql = sql
  return error
}

function table(name: string, values: readonly string[]): Result {
  const column = { name, type: T.VARCHAR, nullable: true }
  return {
    header: { columns: [column] },
    batches: batches(values),
    work: { ...emptyWork(), chunksTotal: 8, read: 3, bytesRead: 1.5e6 },
  }
}

async function* batches(values: readonly string[]) {
  if (values.length > 0) yield { length: values.length, columns: [vectorOf(T.VARCHAR, values)] }
}

function untilAborted({ signal, onProgress }: QueryOptions): Promise<never> {
  onProgress?.({ done: 1, total: 4, bytes: 1e6 })
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(new ChunkQLError('cancelled', 'the query was cancelled')))
  })
}

export interface FakeTerminal extends Terminal {
  readonly stdin: PassThrough & { isTTY?: boolean }
  interrupt(signal?: InterruptSignal): void
  readonly listeners: Set<(signal: InterruptSignal) => void>
  out(): string
  err(): string
}

export function fakeTerminal(input?: string): FakeTerminal {
  const stdin = Object.assign(new PassThrough(), { isTTY: input === undefined })
  if (input !== undefined) stdin.end(input)
  const [stdout, stderr] = [recorder(), recorder()]
  const listeners = new Set<(signal: InterruptSignal) => void>()
  return {
    stdin,
    stdout: stdout.stream,
    stderr: stderr.stream,
    env: { CHUNKQL_HISTORY: '/dev/null' },
    listeners,
    onInterrupt(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    interrupt: (signal = 'SIGINT') => listeners.forEach((listener) => void listener(signal)),
    out: stdout.text,
    err: stderr.text,
  }
}

function recorder(): { stream: PassThrough & { isTTY?: boolean; columns?: number }; text: () => string } {
  const stream = new PassThrough()
  let text = ''
  stream.on('data', (part) => {
    text += part
  })
  return { stream, text: () => text }
}

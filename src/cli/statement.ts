/** Runs one statement and writes its result. Called by command.ts and repl.ts. */
import type { Database, Engine, Format, Parameters, Result, Sink } from './engine.js'
import { byteText, startProgressBar } from './progress-bar.js'
import { standardOutput } from './standard-output.js'
import { hasColour, type Terminal } from './terminal.js'

export interface Context {
  readonly engine: Engine
  readonly db: Database
  readonly terminal: Terminal
  readonly params: Parameters
  format: Format
  timer: boolean
  readonly progress: boolean
  /** Where results go instead of standard output. */
  readonly output?: OutputFile | undefined
}

/** A file takes one result. */
export interface OutputFile {
  readonly path: string
  isWritten: boolean
}

/** Rejects with the error of the statement; an aborted signal rejects with an error of code `cancelled`. */
export async function runStatement(context: Context, sql: string, signal: AbortSignal): Promise<void> {
  const start = performance.now()
  const bar = startProgressBar(context.terminal.stderr, context.progress)
  try {
    const result = await context.db.run(sql, context.params, { signal, onProgress: bar.update })
    await writeOut(context, result, bar.end)
    bar.end()
    if (context.timer) context.terminal.stderr.write(timeLine(performance.now() - start, result.work))
  } finally {
    bar.end()
  }
}

function timeLine(ms: number, { chunksTotal, read, bytesRead }: Result['work']): string {
  const work = chunksTotal > 0 ? `, ${read} of ${chunksTotal} chunks read, ${byteText(bytesRead)}` : ''
  return `Time: ${(ms / 1000).toFixed(3)} s${work}\n`
}

async function writeOut(context: Context, result: Result, beforeOutput: () => void): Promise<void> {
  const { engine, terminal, format, output } = context
  if (result.header.columns.length === 0 && result.text === undefined) return drain(result)
  if (output) return engine.writeResult(result, format, await fileSink(context, output))
  const sink = standardOutput(terminal.stdout)
  // The bar must be gone before rows appear on the same terminal.
  const shown = terminal.stdout.isTTY ? before(sink, beforeOutput) : sink
  if (result.text !== undefined && format.name === 'table') return shown.write(withNewline(result.text))
  // A pipe has no edge: nothing has to be left out.
  const width = terminal.stdout.isTTY ? terminal.stdout.columns : Number.POSITIVE_INFINITY
  await engine.writeResult(result, format, shown, { width, colour: hasColour(terminal.stdout, terminal.env) })
}

function fileSink({ engine }: Context, output: OutputFile): Promise<Sink> {
  if (output.isWritten) throw new Error(`${output.path} holds the result of an earlier statement; -o takes one result`)
  output.isWritten = true
  return engine.openFileSink(output.path)
}

/** Statements without a result, such as SET, may still have work to do. */
async function drain({ batches }: Result): Promise<void> {
  for await (const _ of batches);
}

function before(sink: Sink, action: () => void): Sink {
  return {
    ...sink,
    write: (part) => {
      action()
      return sink.write(part)
    },
  }
}

function withNewline(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`
}

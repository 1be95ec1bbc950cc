/** The command from its arguments to its exit code. Called by main.ts with the process, by tests with pipes. */
import { existsSync, readFileSync } from 'node:fs'
import { text as readAll } from 'node:stream/consumers'
import { type Database, type Engine, isCancelled, isEngineError } from './engine.js'
import { errorText } from './error-text.js'
import { type Invocation, type Options, readInvocation, UsageError } from './invocation.js'
import { BrokenPipe } from './standard-output.js'
import { type Context, runStatement } from './statement.js'
import type { Terminal } from './terminal.js'

export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const

export async function runCommand(
  args: readonly string[],
  load: () => Promise<Engine>,
  terminal: Terminal,
): Promise<number> {
  try {
    return await follow(readInvocation(args), load, terminal)
  } catch (error) {
    return exitCodeOf(error, terminal)
  }
}

function exitCodeOf(error: unknown, terminal: Terminal): number {
  if (error instanceof BrokenPipe) return exitCodes.done
  if (error instanceof UsageError) {
    terminal.stderr.write(`chunkql: ${error.message}\nTry 'chunkql --help'.\n`)
    return exitCodes.usage
  }
  terminal.stderr.write(isCancelled(error) ? 'Interrupted\n' : errorText(error, terminal))
  return isCancelled(error) ? exitCodes.interrupted : exitCodes.failed
}

async function follow(invocation: Invocation, load: () => Promise<Engine>, terminal: Terminal): Promise<number> {
  switch (invocation.kind) {
    case 'help':
      terminal.stdout.write((await import('./help.js')).helpText((await load()).formats))
      return exitCodes.done
    case 'version':
      terminal.stdout.write(`chunkql ${(await load()).version}\n`)
      return exitCodes.done
    case 'queries':
      invocation.texts.forEach(refusePath)
      return session(invocation.options, load, terminal, (context) => runTexts(context, invocation.texts))
    case 'files': {
      const texts = invocation.paths.map(readScript)
      return session(invocation.options, load, terminal, (context) => runTexts(context, texts))
    }
    case 'stdin':
      return session(invocation.options, load, terminal, async (context) => {
        if (terminal.stdin.isTTY) return (await import('./repl.js')).runRepl(context)
        return runTexts(context, [await readAll(terminal.stdin)])
      })
    default:
      return invocation satisfies never
  }
}

/** Opens what the options name, and closes it whatever happens. */
async function session(
  options: Options,
  load: () => Promise<Engine>,
  terminal: Terminal,
  work: (context: Context) => Promise<void>,
): Promise<number> {
  const engine = await load()
  const format = formatOf(engine, options, terminal)
  const db = await connect(engine, options)
  try {
    const output = options.output === undefined ? undefined : { path: options.output, isWritten: false }
    const { params, timer, progress } = options
    await work({ engine, db, terminal, params, format, timer, progress, output })
  } finally {
    await db.close()
  }
  return exitCodes.done
}

async function connect(engine: Engine, { threads, attach, settings, use }: Options): Promise<Database> {
  try {
    return await engine.connect({ ...(threads !== undefined && { threads }), attach, settings, use })
  } catch (error) {
    if (isEngineError(error) && error.code === 'setting') throw usageOf(error)
    throw error
  }
}

function formatOf(engine: Engine, { format, output }: Options, { stdout }: Terminal) {
  const named = format === undefined ? undefined : usage(() => engine.formatNamed(format))
  const chosen =
    named ?? (output === undefined ? engine.formatNamed('table') : usage(() => engine.formatOfPath(output)))
  if (chosen.binary && output === undefined && stdout.isTTY) {
    throw new UsageError(`${chosen.name} is not for terminals: name a file with -o, or redirect the output`)
  }
  return chosen
}

function usage<Value>(find: () => Value): Value {
  try {
    return find()
  } catch (error) {
    throw usageOf(error)
  }
}

/** What the library refuses of the arguments is wrong usage, not a failed statement. */
function usageOf(error: unknown): UsageError {
  const { message, hint } = error as Error & { hint?: string }
  return new UsageError(hint ? `${message}\n${hint}` : message)
}

async function runTexts(context: Context, texts: readonly string[]): Promise<void> {
  const interrupt = new AbortController()
  const forget = context.terminal.onInterrupt(() => {
    interrupt.abort()
    // A second Ctrl-C then ends the process, should the query not.
    forget()
  })
  try {
    for (const text of texts) await runText(context, text, interrupt.signal)
  } finally {
    forget()
  }
}

async function runText(context: Context, text: string, signal: AbortSignal): Promise<void> {
  for (const { sql, start } of context.engine.splitStatements(text)) {
    // Empty lines before it, so that an error names the line of the file.
    const line = text.slice(0, start).split('\n').length
    await runStatement(context, '\n'.repeat(line - 1) + sql, signal)
  }
}

function readScript(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new UsageError(code === 'ENOENT' ? `there is no file ${path}` : `cannot read ${path}: ${message}`)
  }
}

/** A path where a query belongs is a slip that the parser could not explain. */
function refusePath(text: string): void {
  if (/\s/.test(text) || !existsSync(text)) return
  const advice = text.endsWith('.sql') ? `-f ${text}` : `--attach ${text}`
  throw new UsageError(`'${text}' is a file, not a query; did you mean ${advice}?`)
}

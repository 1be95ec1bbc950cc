/** The REPL: reads statements, runs them, survives their errors. Called by command.ts where nothing but a terminal is given. */
import { createInterface, type Interface } from 'node:readline'
import { complete, namesIn } from './completion.js'
import { type DotEffect, runDotCommand } from './dot-command.js'
import { isCancelled } from './engine.js'
import { errorText } from './error-text.js'
import { appendHistory, historyEntry, historyPath, readHistory } from './history.js'
import { BrokenPipe } from './standard-output.js'
import { type Context, runStatement } from './statement.js'

const prompts = { first: 'chunkql> ', more: '    ...> ' } as const

export async function runRepl(context: Context): Promise<void> {
  context.terminal.stderr.write(`chunkql ${context.engine.version}. Statements end with a semicolon; .help helps.\n`)
  await new Repl(context).run()
}

class Repl {
  readonly #context: Context
  readonly #historyPath: string
  readonly #readline: Interface
  /** Readline's own list, newest first. */
  #history: string[]
  /** Lines of a statement that is not complete. */
  #lines: string[] = []
  /** For completion; forgotten when a statement may have changed them. */
  #names: Promise<string[]> | undefined

  constructor(context: Context) {
    const { stdin, stdout, stderr, env } = context.terminal
    this.#context = context
    this.#historyPath = historyPath(env)
    this.#history = readHistory(this.#historyPath)
    this.#readline = createInterface({
      input: stdin,
      // Where results are redirected the prompt must not follow them.
      output: stdout.isTTY ? stdout : stderr,
      terminal: true,
      history: this.#history,
      removeHistoryDuplicates: true,
      completer: (line: string, done: (error: null, completion: [string[], string]) => void) =>
        void this.#complete(line).then((completion) => done(null, completion)),
    })
    this.#readline.on('history', (history) => {
      this.#history = history
    })
    this.#readline.on('SIGINT', () => this.#clearInput())
  }

  async run(): Promise<void> {
    this.#prompt()
    for await (const line of this.#readline) {
      if (await this.#take(line)) break
      this.#prompt()
    }
    this.#readline.close()
    // Ctrl-D leaves the cursor behind the prompt.
    this.#context.terminal.stderr.write('\n')
  }

  #prompt(): void {
    this.#readline.setPrompt(this.#lines.length === 0 ? prompts.first : prompts.more)
    this.#readline.prompt()
  }

  /** Resolves to true where the user leaves. */
  async #take(line: string): Promise<boolean> {
    if (this.#lines.length === 0 && line.trim() === '') return false
    if (this.#lines.length === 0 && line.startsWith('.')) return this.#follow(line)
    this.#lines.push(line)
    const text = this.#lines.join('\n')
    if (!this.#context.engine.isComplete(text)) return false
    this.#remember(this.#lines)
    this.#lines = []
    await this.#execute(text)
    return false
  }

  async #follow(line: string): Promise<boolean> {
    const effect = this.#effectOf(line)
    this.#remember([line])
    if (effect.kind === 'run') await this.#execute(effect.text)
    if (effect.kind === 'say') this.#context.terminal.stderr.write(effect.text)
    return effect.kind === 'leave'
  }

  #effectOf(line: string): DotEffect {
    try {
      return runDotCommand(line, this.#context)
    } catch (error) {
      return { kind: 'say', text: errorText(error, this.#context.terminal) }
    }
  }

  /** Readline is away meanwhile, so that Ctrl-C comes as a signal and keys wait for the next prompt. */
  async #execute(text: string): Promise<void> {
    const { terminal, engine } = this.#context
    const interrupt = new AbortController()
    const forget = terminal.onInterrupt((signal) => {
      interrupt.abort()
      if (signal === 'SIGTERM') this.#readline.close()
    })
    // Readline was what kept the process alive.
    const alive = setInterval(() => {}, 2 ** 30)
    this.#readline.pause()
    terminal.stdin.setRawMode?.(false)
    try {
      for (const { sql } of engine.splitStatements(text)) await runStatement(this.#context, sql, interrupt.signal)
    } catch (error) {
      if (!(error instanceof BrokenPipe)) {
        terminal.stderr.write(isCancelled(error) ? 'Interrupted\n' : errorText(error, terminal))
      }
    } finally {
      forget()
      clearInterval(alive)
      this.#names = undefined
      terminal.stdin.setRawMode?.(true)
      this.#readline.resume()
    }
  }

  #clearInput(): void {
    const hadInput = this.#readline.line !== '' || this.#lines.length > 0
    this.#lines = []
    this.#readline.write(null, { ctrl: true, name: 'e' })
    this.#context.terminal.stderr.write(hadInput ? '^C\n' : '\nPress Ctrl-D to leave.\n')
    this.#readline.write(null, { ctrl: true, name: 'u' })
    this.#prompt()
  }

  /** One entry a statement instead of one a line. */
  #remember(lines: readonly string[]): void {
    const entry = historyEntry(lines)
    if (entry === undefined) {
      for (const line of lines) appendHistory(this.#historyPath, line)
      return
    }
    for (const line of [...lines].reverse()) if (this.#history[0] === line) this.#history.shift()
    this.#history.unshift(entry)
    appendHistory(this.#historyPath, entry)
  }

  async #complete(line: string): Promise<[string[], string]> {
    this.#names ??= namesIn(this.#context.db).catch(() => [])
    return complete(line, await this.#names)
  }
}

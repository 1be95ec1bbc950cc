/** What a REPL understands beside SQL: lines that begin with a dot. Called by repl.ts. */
import { readFileSync } from 'node:fs'
import type { Context } from './statement.js'

export interface DotCommand {
  readonly name: string
  /** Its argument as the help shows it. */
  readonly argument?: string
  readonly summary: string
  /** What to do: run statements, say something, or leave. */
  run(argument: string, context: Context): DotEffect
}

export type DotEffect =
  | { readonly kind: 'run'; readonly text: string }
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'leave' }

export const dotCommands: readonly DotCommand[] = [
  { name: 'help', summary: 'show this text', run: () => say(helpText()) },
  { name: 'tables', summary: 'list the tables (SHOW TABLES)', run: () => ({ kind: 'run', text: 'SHOW TABLES;' }) },
  {
    name: 'schema',
    argument: 'TABLE',
    summary: 'list the columns of a table (DESCRIBE)',
    run: (table) => ({ kind: 'run', text: table === '' ? 'SHOW TABLES;' : `DESCRIBE ${table};` }),
  },
  { name: 'mode', argument: 'FORMAT', summary: 'choose how results are written', run: chooseFormat },
  { name: 'timer', argument: 'on|off', summary: 'print the time of each statement', run: switchTimer },
  {
    name: 'read',
    argument: 'FILE',
    summary: 'run the statements of a file',
    run: (path) => ({ kind: 'run', text: readFileSync(path, 'utf8') }),
  },
  { name: 'quit', summary: 'leave; so do .exit and Ctrl-D', run: () => ({ kind: 'leave' }) },
]

const aliases: Readonly<Record<string, string>> = { exit: 'quit', q: 'quit', h: 'help', format: 'mode' }

/** Like the names in SQL, those of dot commands may be shortened where that is clear: `.tab`. */
export function runDotCommand(line: string, context: Context): DotEffect {
  const [, typed = '', argument = ''] = /^\.(\S*)\s*(.*?);?\s*$/.exec(line) ?? []
  const name = aliases[typed] ?? typed
  const found = dotCommands.filter((command) => name !== '' && command.name.startsWith(name))
  const [only] = found
  if (found.length === 1 && only) return only.run(argument, context)
  return say(`There is no command .${typed}; .help lists them.\n`)
}

function say(text: string): DotEffect {
  return { kind: 'say', text }
}

function helpText(): string {
  const lines = dotCommands.map(
    ({ name, argument = '', summary }) => `  ${`.${name} ${argument}`.padEnd(16)} ${summary}`,
  )
  return `Statements end with a semicolon and may take several lines.
Ctrl-C stops a query or clears the line, Tab completes names, Ctrl-D leaves.

${lines.join('\n')}
`
}

function chooseFormat(name: string, context: Context): DotEffect {
  if (name !== '') context.format = context.engine.formatNamed(name)
  return say(`Results are written as ${context.format.name}.\n`)
}

function switchTimer(word: string, context: Context): DotEffect {
  context.timer = word === '' ? !context.timer : word === 'on'
  return say(`The timer is ${context.timer ? 'on' : 'off'}.\n`)
}

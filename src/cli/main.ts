/** The `chunkql` command: the process as a terminal. Run by platform/node/launch.ts. */
import { runCommand } from './command.js'
import type { Engine } from './engine.js'
import type { InterruptSignal, Terminal } from './terminal.js'

const listeners = new Set<(signal: InterruptSignal) => void>()
for (const [signal, exitCode] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.on(signal, () => {
    if (listeners.size === 0) process.exit(exitCode)
    for (const listener of listeners) listener(signal)
  })
}
// A pipe that nobody reads is noticed where it is written; without a listener Node would die of it.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

const terminal: Terminal = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  onInterrupt(listener) {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
}
const load = (): Promise<Engine> => import('../index.js')
void runCommand(process.argv.slice(2), load, terminal).then((code) => {
  process.exitCode = code
  // Everything is written by now: a thread that does not end must not keep the shell waiting.
  setTimeout(() => process.exit(), 1000).unref()
})

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { runCommand } from '../../src/cli/command.js'
import { complete } from '../../src/cli/completion.js'
import { historyEntry, historyPath, readHistory } from '../../src/cli/history.js'
import { fakeTerminal, stubEngine } from './stub-engine.js'

const directory = mkdtempSync(join(tmpdir(), 'chunkql-repl-'))
after(() => rmSync(directory, { recursive: true }))

/** A person at a terminal: types, and waits until what they expect is on the screen. */
function person(history = '/dev/null') {
  const { engine, log } = stubEngine()
  const terminal = { ...fakeTerminal(), env: { CHUNKQL_HISTORY: history } }
  const exitCode = runCommand(['--format', 'csv'], async () => engine, terminal)
  const until = async (what: () => boolean) => {
    for (let waitedMs = 0; !what() && waitedMs < 2000; waitedMs += 5) await delay(5)
    assert.ok(what(), `the screen shows\n${terminal.out()}\n${terminal.err()}`)
  }
  return { terminal, log, exitCode, until, type: (text: string) => terminal.stdin.write(text) }
}

test('statements over several lines, several on one, errors that end nothing, Ctrl-D', async () => {
  const { terminal, exitCode, until, type } = person()
  type('SELECT\r1;\r')
  await until(() => terminal.out().includes('SELECT\n1"\n'))
  type('SELECT 2; SELECT 3;\r')
  await until(() => terminal.out().includes('answer\nSELECT 2\nanswer\nSELECT 3\n'))
  type('FAIL;\r')
  await until(() => terminal.err().includes('there is no FAIL'))
  type('SELECT 4;\r')
  await until(() => terminal.out().includes('SELECT 4\n'))
  type('\x04')
  assert.equal(await exitCode, 0)
})

test('lines pasted at once run one after the other', async () => {
  const { terminal, exitCode, type } = person()
  type('SELECT 1;\rSELECT 2;\rSELECT\r3;\r.quit\r')
  assert.equal(await exitCode, 0)
  assert.equal(terminal.out(), 'answer\nSELECT 1\nanswer\nSELECT 2\nanswer\n"SELECT\n3"\n')
})

test('Ctrl-C stops the query and not the REPL', async () => {
  const { terminal, log, exitCode, until, type } = person()
  type('WAIT;\r')
  await until(() => terminal.listeners.size > 0)
  terminal.interrupt()
  await until(() => terminal.err().includes('Interrupted'))
  type('SELECT 1;\r')
  await until(() => terminal.out().includes('SELECT 1'))
  type('.quit\r')
  assert.equal(await exitCode, 0)
  assert.equal(log.closed, 1)
})

test('Ctrl-C clears the input, also of earlier lines', async () => {
  const { terminal, log, exitCode, until, type } = person()
  type('SELECT\rnonsense')
  await until(() => terminal.err().includes('nonsense'))
  type('\x03')
  await until(() => terminal.err().includes('^C'))
  type('SELECT 5;\r')
  await until(() => terminal.out().includes('SELECT 5'))
  type('\x04')
  await exitCode
  assert.deepEqual(
    log.statements.map(({ sql }) => sql),
    ['SELECT 5'],
  )
})

test('dot commands', async () => {
  const { terminal, log, exitCode, until, type } = person()
  type('.tables\r')
  await until(() => terminal.out().includes('wind'))
  type('.schema wind\r')
  await until(() => terminal.out().includes('wind_column'))
  type('.help\r')
  await until(() => terminal.err().includes('.timer on|off'))
  type('.mode json\rSELECT 1;\r')
  await until(() => terminal.out().includes('[{"answer":"SELECT 1"}]'))
  type('.mode nonsense\r')
  await until(() => terminal.err().includes("no output format 'nonsense'"))
  type('.timer on\rSELECT 2;\r')
  await until(() => terminal.err().includes('Time: '))
  type('.nonsense\r')
  await until(() => terminal.err().includes('no command .nonsense'))
  const file = join(directory, 'read.sql')
  writeFileSync(file, 'SELECT 7; SELECT 8;')
  type(`.read ${file}\r`)
  await until(() => terminal.out().includes('SELECT 8'))
  type('.read /none.sql\r')
  await until(() => terminal.err().includes('/none.sql'))
  type('.exit\r')
  assert.equal(await exitCode, 0)
  assert.ok(log.statements.some(({ sql }) => sql === 'DESCRIBE wind'))
})

test('Tab completes names from the database', async () => {
  const { terminal, exitCode, until, type } = person()
  type('SELECT wind_c\t')
  await until(() => terminal.err().includes('wind_column'))
  type(';\r')
  await until(() => terminal.out().includes('SELECT wind_column'))
  type('\x04')
  await exitCode
})

test('history is kept by statement, for the owner alone', async () => {
  const path = join(directory, 'state', 'history')
  const first = person(path)
  first.type('SELECT\r  1;\rSELECT 2;\r')
  await first.until(() => first.terminal.out().includes('SELECT 2'))
  first.type('\x1b[A\x1b[A\r')
  await first.until(() => first.log.statements.length === 3)
  first.type('\x04')
  await first.exitCode
  assert.equal(first.log.statements.at(-1)?.sql, 'SELECT 1')
  assert.equal(readFileSync(path, 'utf8'), 'SELECT 1;\nSELECT 2;\nSELECT 1;\n')
  assert.equal(statSync(path).mode & 0o777, 0o600)

  const second = person(path)
  second.type('\x1b[A\x1b[A\r')
  await second.until(() => second.log.statements.length === 1)
  second.type('\x04')
  await second.exitCode
  assert.equal(second.log.statements[0]?.sql, 'SELECT 2')
})

test('history: where it lies and what is one entry', () => {
  assert.equal(historyPath({ XDG_STATE_HOME: '/s', HOME: '/h' }), '/s/chunkql/history')
  assert.equal(historyPath({ HOME: '/h' }), '/h/.chunkql_history')
  assert.equal(historyEntry(['SELECT', '  1;']), 'SELECT 1;')
  assert.equal(historyEntry(['SELECT -- one', '1;']), undefined)
  assert.deepEqual(readHistory('/none'), [])
})

test('completion of words, commands and paths', () => {
  const names = ['t2m', 'time', 'era.t2m', '"odd name"']
  assert.deepEqual(complete('SELECT ti', names), [['time'], 'ti'])
  assert.deepEqual(complete('SEL', names), [['SELECT'], 'SEL'])
  assert.deepEqual(complete('select timest', names), [['timestamp'], 'timest'])
  assert.deepEqual(complete('SELECT TI', names), [['TIMESTAMP'], 'TI'])
  assert.deepEqual(complete('FROM era.', names), [['era.t2m'], 'era.'])
  assert.deepEqual(complete('.ti', names), [['.timer '], '.ti'])
  assert.deepEqual(complete('SELECT ', names), [[], ''])
  writeFileSync(join(directory, 'store.zarr'), '')
  assert.deepEqual(complete(`FROM '${directory}/sto`, names), [[`${directory}/store.zarr`], `${directory}/sto`])
  assert.deepEqual(complete("WHERE a = 'x' AND ti", names), [['time'], 'ti'])
})

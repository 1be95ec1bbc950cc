import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { runCommand } from '../../src/cli/command.js'
import { type FakeTerminal, fakeTerminal, stubEngine } from './stub-engine.js'

const directory = mkdtempSync(join(tmpdir(), 'chunkql-cli-'))
after(() => rmSync(directory, { recursive: true }))

async function command(args: readonly string[], terminal: FakeTerminal = fakeTerminal('')) {
  const { engine, log } = stubEngine()
  const exitCode = await runCommand(args, async () => engine, terminal)
  return { exitCode, out: terminal.out(), err: terminal.err(), log }
}

test('a query is answered as a table on standard output alone', async () => {
  const { exitCode, out, err, log } = await command(['SELECT 1'])
  assert.equal(exitCode, 0)
  assert.match(out, /^┌─+┐\n│ +answer +│\n│ varchar +│\n├─+┤\n│ SELECT 1 │\n└─+┘\n$/)
  assert.equal(err, '')
  assert.equal(log.closed, 1)
})

test('several statements in order, in one argument or in several', async () => {
  const { out } = await command(['--format', 'csv', 'SELECT 1; ; SELECT 2;', 'SELECT 3'])
  assert.equal(out, 'answer\nSELECT 1\nanswer\nSELECT 2\nanswer\nSELECT 3\n')
})

test('options reach the library', async () => {
  const { log } = await command([
    '--threads',
    '2',
    '--attach',
    'era=x.zarr',
    '--set',
    'memory_limit=1GB',
    '--set',
    "temp_directory=/a b's",
    '--use',
    './own.js',
    '--param',
    'lat=30',
    'SELECT 1',
  ])
  assert.deepEqual(log.connected, {
    threads: 2,
    attach: { era: 'x.zarr' },
    settings: { memory_limit: '1GB', temp_directory: "/a b's" },
    use: ['./own.js'],
  })
  assert.deepEqual(log.statements.at(-1)?.params, { lat: 30 })
})

test('the plan of EXPLAIN is bare text in a table, a column in other formats', async () => {
  assert.equal((await command(['EXPLAIN x'])).out, 'scan t\n  filter\n')
  assert.equal((await command(['--format', 'csv', 'EXPLAIN x'])).out, 'plan\nscan\n')
})

test('statements without a result print nothing', async () => {
  const { out, exitCode } = await command(['SET a = 1'])
  assert.deepEqual([out, exitCode], ['', 0])
})

test('piped statements run where there is no query, and with -', async () => {
  for (const args of [
    ['--format', 'csv'],
    ['--format', 'csv', '-'],
  ]) {
    assert.equal((await command(args, fakeTerminal('SELECT 1;\nSELECT 2'))).out, 'answer\nSELECT 1\nanswer\nSELECT 2\n')
  }
  assert.deepEqual(await command([], fakeTerminal('')).then(({ out, exitCode }) => [out, exitCode]), ['', 0])
})

test('files of statements; an error names its line in the file and ends the run', async () => {
  const path = join(directory, 'a.sql')
  writeFileSync(path, 'SELECT 1;\n\n  FAIL 2;\nSELECT 3;\n')
  const { exitCode, out, err, log } = await command(['--format', 'csv', '-f', path])
  assert.equal(exitCode, 1)
  assert.equal(out, 'answer\nSELECT 1\n')
  assert.match(err, /Name error: there is no FAIL\n\nLINE 3: FAIL 2\n {8}\^{4}\n/)
  assert.equal(log.statements.length, 2)
  assert.equal(log.closed, 1)
})

test('a result goes to a file in the format of its extension', async () => {
  const path = join(directory, 'out.json')
  const { exitCode, out } = await command(['-o', path, 'SET a = 1; SELECT 1'])
  assert.deepEqual([exitCode, out], [0, ''])
  assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), [{ answer: 'SELECT 1' }])
})

test('a format beats the extension', async () => {
  const path = join(directory, 'data.txt')
  await command(['-o', path, '--format', 'csv', 'SELECT 1'])
  assert.equal(readFileSync(path, 'utf8'), 'answer\nSELECT 1\n')
})

test('a file takes one result', async () => {
  const { exitCode, err } = await command(['-o', join(directory, 'two.csv'), 'SELECT 1; SELECT 2'])
  assert.equal(exitCode, 1)
  assert.match(err, /two.csv holds the result of an earlier statement/)
})

test('wrong usage: exit code 2, nothing on standard output, nothing opened', async () => {
  const wrong: [string[], RegExp][] = [
    [['--nonsense'], /unknown option '--nonsense'.*chunkql --help/s],
    [['--format', 'parket', 'SELECT 1'], /no output format 'parket'.*Did you mean 'parquet'/s],
    [['-o', 'a.xlsx', 'SELECT 1'], /extension \.xlsx/],
    [['-f', join(directory, 'none.sql')], /there is no file .*none.sql/],
    [[directory], /is a file, not a query; did you mean --attach/],
  ]
  for (const [args, message] of wrong) {
    const { exitCode, out, err, log } = await command(args)
    assert.equal(exitCode, 2, args.join(' '))
    assert.match(err, message)
    assert.equal(out, '')
    assert.equal(log.connected, undefined)
  }
})

test('a setting that is refused is wrong usage, a store that cannot be opened a failure', async () => {
  const setting = await command(['--set', 'nonsense=1', 'SELECT 1'])
  assert.equal(setting.exitCode, 2)
  assert.match(setting.err, /there is no setting nonsense/)
  const store = await command(['--attach', 'none.zarr', 'SELECT 1'])
  assert.equal(store.exitCode, 1)
  assert.match(store.err, /Store error: there is no none.zarr/)
})

test('binary formats are not poured into a terminal', async () => {
  const terminal = fakeTerminal('')
  Object.assign(terminal.stdout, { isTTY: true })
  const { exitCode, err } = await command(['--format', 'arrow', 'SELECT 1'], terminal)
  assert.equal(exitCode, 2)
  assert.match(err, /-o/)
})

test('help lists options and formats, version is one line', async () => {
  const help = await command(['--help'])
  assert.equal(help.exitCode, 0)
  for (const word of ['--attach', '--param', '--use', '--no-progress', 'parquet', '130'])
    assert.ok(help.out.includes(word), word)
  assert.ok(help.out.split('\n').every((line) => line.length <= 80))
  assert.equal((await command(['--version'])).out, 'chunkql 1.2.3\n')
})

test('the timer speaks on standard error', async () => {
  const { out, err } = await command(['--timer', '--format', 'csv', 'SELECT 1'])
  assert.equal(out, 'answer\nSELECT 1\n')
  assert.match(err, /^Time: \d+\.\d{3} s, 3 of 8 chunks read, 1\.5 MB\n$/)
})

test('Ctrl-C cancels the query: exit code 130, and a file is not left half', async () => {
  const terminal = fakeTerminal('')
  const running = command(['-o', join(directory, 'cancelled.csv'), 'WAIT; SELECT 2'], terminal)
  await delay(20)
  terminal.interrupt()
  const { exitCode, err, log } = await running
  assert.equal(exitCode, 130)
  assert.equal(err, 'Interrupted\n')
  assert.equal(log.statements.length, 1)
  assert.ok(!readdirSync(directory).some((name) => name.includes('cancelled')))
  assert.equal(terminal.listeners.size, 0)
})

test('after one Ctrl-C the process is no longer kept from ending', async () => {
  const terminal = fakeTerminal('')
  const running = command(['WAIT'], terminal)
  await delay(20)
  assert.equal(terminal.listeners.size, 1)
  terminal.interrupt()
  assert.equal(terminal.listeners.size, 0)
  await running
})

test('a reader that goes away is no error', async () => {
  const terminal = fakeTerminal('')
  terminal.stdout.on('error', () => {})
  terminal.stdout.destroy()
  const { exitCode, err } = await command(['SELECT 1'], terminal)
  assert.deepEqual([exitCode, err], [0, ''])
})

test('colours need a terminal and no NO_COLOR', async () => {
  const red = '\x1b[1;31m'
  for (const [isTTY, env, expected] of [
    [false, {}, false],
    [true, {}, true],
    [true, { NO_COLOR: '1' }, false],
    [true, { TERM: 'dumb' }, false],
  ] as const) {
    const terminal = { ...fakeTerminal(''), env }
    Object.assign(terminal.stderr, { isTTY })
    assert.equal((await command(['FAIL'], terminal)).err.includes(red), expected)
  }
})

// The command keeps what was compiled of it, and works the same without.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

const cache = mkdtempSync(join(tmpdir(), 'chunkql-code-'))
after(() => rmSync(cache, { recursive: true, force: true }))

const codeFolder = join(cache, 'chunkql', 'code')
const codeFile = () => join(codeFolder, readdirSync(codeFolder)[0] as string)

function ask(sql: string, home = cache): string {
  const env = { ...process.env, XDG_CACHE_HOME: home }
  const { stdout, stderr } = spawnSync(process.execPath, ['dist/cli.js', '--format', 'csv', sql], {
    encoding: 'utf8',
    env,
  })
  assert.equal(stderr, '')
  return stdout
}

test('the first start leaves its code to the next, which takes it', () => {
  assert.equal(ask('SELECT 1 AS x'), 'x\n1\n')
  const { ino, size } = statSync(codeFile())
  assert.ok(size > 100_000)
  assert.equal(ask('SELECT 2 AS x'), 'x\n2\n')
  // Code that was not taken would have been written again.
  assert.deepEqual([readdirSync(codeFolder).length, statSync(codeFile()).ino], [1, ino])
})

test('damaged code is not run, and written again', () => {
  ask('SELECT 1')
  const damaged = readFileSync(codeFile())
  damaged.fill(0xa5, damaged.length >> 1)
  writeFileSync(codeFile(), damaged)
  assert.equal(ask('SELECT 3 AS x'), 'x\n3\n')
  assert.notDeepEqual(readFileSync(codeFile()), damaged)
})

test('where nothing can be kept the command works', () => {
  assert.equal(ask('SELECT 4 AS x', '/dev/null'), 'x\n4\n')
})

test('a package is imported from where the command was called', () => {
  const args = ['dist/cli.js', '--use', './examples/circular-stats.js', '--format', 'csv']
  const sql = 'SELECT round(circular_mean(x)) AS m FROM (VALUES (350.0), (20.0)) t(x)'
  for (let start = 0; start < 2; start++) {
    const { stdout, stderr } = spawnSync(process.execPath, [...args, sql], { encoding: 'utf8' })
    assert.deepEqual([stdout, stderr], ['m\n5.0\n', ''])
  }
})

test('threads work for the kept command', () => {
  const sql = "SET threads = 2; SET inline_bytes = 0; SELECT count(t2m) AS n FROM 'test/fixtures/zarr/grid-v2.zarr'"
  for (let start = 0; start < 2; start++) assert.match(ask(sql), /^n\n\d+\n$/)
})

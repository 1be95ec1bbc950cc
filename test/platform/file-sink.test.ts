import assert from 'node:assert/strict'
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openFileSink } from '../../src/platform/node/file-sink.js'

const directory = mkdtempSync(join(tmpdir(), 'chunkql-sink-'))
after(() => rmSync(directory, { recursive: true }))

function inOwnDirectory(name: string): string {
  return join(mkdtempSync(join(directory, 'd')), name)
}

test('a file appears only when it is complete', async () => {
  const path = inOwnDirectory('out.csv')
  const sink = await openFileSink(path)
  await sink.write('ä,b\n')
  await sink.write(Uint8Array.of(49, 10))
  assert.ok(!readdirSync(join(path, '..')).includes('out.csv'))
  await sink.close()
  assert.equal(readFileSync(path, 'utf8'), 'ä,b\n1\n')
  assert.deepEqual(readdirSync(join(path, '..')), ['out.csv'])
})

test('aborting leaves the old file and nothing else', async () => {
  const path = inOwnDirectory('out.csv')
  writeFileSync(path, 'old')
  const sink = await openFileSink(path)
  await sink.write('new')
  await sink.abort()
  assert.equal(readFileSync(path, 'utf8'), 'old')
  assert.deepEqual(readdirSync(join(path, '..')), ['out.csv'])
})

test('parts larger and smaller than the buffer stay in order', async () => {
  const path = inOwnDirectory('out')
  const sink = await openFileSink(path)
  const parts = ['a', 'b'.repeat(3 << 20), 'c', 'd'.repeat(1 << 20), 'e']
  for (const part of parts) await sink.write(part)
  await sink.close()
  assert.ok(readFileSync(path, 'utf8') === parts.join(''))
})

test('the bytes of a part may be used again at once', async () => {
  const path = inOwnDirectory('out')
  const sink = await openFileSink(path)
  const bytes = Buffer.from('one')
  await sink.write(bytes)
  bytes.write('two')
  await sink.write(bytes)
  await sink.close()
  assert.equal(readFileSync(path, 'utf8'), 'onetwo')
})

test('a link stays a link, and a file keeps its mode', async () => {
  const path = inOwnDirectory('real')
  writeFileSync(path, 'old')
  chmodSync(path, 0o600)
  const link = join(path, '..', 'link')
  symlinkSync('real', link)
  const sink = await openFileSink(link)
  await sink.write('new')
  await sink.close()
  assert.equal(readFileSync(path, 'utf8'), 'new')
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.deepEqual(readdirSync(join(path, '..')).sort(), ['link', 'real'])
})

test('what cannot be written says why', async () => {
  await assert.rejects(openFileSink(join(directory, 'none', 'out')), {
    code: 'io',
    message: /directory does not exist/,
  })
  await assert.rejects(openFileSink(directory), { code: 'io', message: /it is a directory/ })
})

test('devices are written in place', async () => {
  const sink = await openFileSink('/dev/null')
  await sink.write('x')
  await sink.close()
  assert.ok(statSync('/dev/null').isCharacterDevice())
})

/** Packs: what was kept is found by everybody, whatever was killed, torn, damaged or taken out meanwhile. */
import assert from 'node:assert/strict'
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { openPacks } from '../../src/platform/node/pack.js'

const root = mkdtempSync(join(tmpdir(), 'chunkql-pack-'))
after(() => rmSync(root, { recursive: true, force: true }))
let made = 0
const fresh = () => join(root, String(made++))

const bytesOf = (length: number, seed: number) => Uint8Array.from({ length }, (_, i) => (i * 31 + seed * 7) & 255)
/** Small ones lie in the list of a batch, large ones behind it. */
const lengths = [0, 1, 100, 4096, 4097, 50_000]
const entry = (i: number) => ({
  tag: `tag ${i} \u00ff\u0000`,
  bytes: bytesOf(lengths[i % lengths.length] as number, i),
})
const isThere = (directory: string, i: number) => {
  const found = openPacks(directory, 1e9).open('a').get(entry(i).tag)
  if (found) assert.deepEqual(new Uint8Array(found), entry(i).bytes, `${i}`)
  return found !== undefined
}
const fileOf = (directory: string) => join(directory, readdirSync(directory)[0] as string)

/** Twelve entries in batches of two; the file, and where each batch begins. */
function written() {
  const directory = fresh()
  const pack = openPacks(directory, 1e9).open('a')
  const starts: number[] = []
  for (let i = 0; i < 12; i += 2) {
    starts.push(i === 0 ? 0 : statSync(fileOf(directory)).size)
    pack.put([entry(i), entry(i + 1)])
  }
  return { directory, path: fileOf(directory), starts }
}

test('what is put is found, by this one and by others, under its name only', () => {
  const { directory } = written()
  for (let i = 0; i < 12; i++) assert.ok(isThere(directory, i))
  assert.ok(!isThere(directory, 12))
  assert.equal(openPacks(directory, 1e9).open('b').get(entry(0).tag), undefined)
})

test('what is there is not written again, whoever wrote it', () => {
  const { directory, path } = written()
  const other = openPacks(directory, 1e9).open('a')
  const { size } = statSync(path)
  openPacks(directory, 1e9)
    .open('a')
    .put([entry(12)])
  other.put([entry(3), entry(12)])
  assert.equal(statSync(path).size - size, openedSize([entry(12)]))
})

function openedSize(entries: readonly { tag: string; bytes: Uint8Array }[]): number {
  const directory = fresh()
  openPacks(directory, 1e9).open('a').put(entries)
  return statSync(fileOf(directory)).size
}

test('a last batch that is torn anywhere is passed over, and what is appended behind it is found', () => {
  const { path, starts } = written()
  const whole = readFileSync(path)
  const last = starts.at(-1) as number
  for (let cut = last; cut < whole.length; cut += Math.max(1, Math.floor((whole.length - last) / 40))) {
    const directory = fresh()
    const pack = openPacks(directory, 1e9).open('a')
    pack.put([entry(20)])
    writeFileSync(join(directory, 'a.0.pack'), whole.subarray(0, cut))
    for (let i = 0; i < 10; i++) assert.ok(isThere(directory, i), `${i}, cut at ${cut}`)
    for (const i of [10, 11]) isThere(directory, i)
    assert.ok(!isThere(directory, 11), `cut at ${cut}`)
    openPacks(directory, 1e9)
      .open('a')
      .put([entry(30), entry(33)])
    for (const i of [0, 5, 9, 30, 33]) assert.ok(isThere(directory, i), `${i}, cut at ${cut}`)
  }
})

test('whichever byte is damaged, nothing false is found, and other batches are', () => {
  const { directory, path, starts } = written()
  const whole = readFileSync(path)
  for (let at = 0; at < whole.length; at += 1 + Math.floor(whole.length / 300)) {
    const damaged = Buffer.from(whole)
    damaged[at] = (damaged[at] as number) ^ 4
    writeFileSync(path, damaged)
    const batch = starts.findLastIndex((start) => start <= at)
    const lost = Array.from({ length: 12 }, (_, i) => i).filter((i) => !isThere(directory, i))
    assert.ok(lost.length > 0 && lost.every((i) => i >> 1 === batch), `byte ${at} of batch ${batch}: ${lost}`)
  }
})

test('two that write at once, and a file that is taken out and begun anew', () => {
  const directory = fresh()
  const [a, b] = [openPacks(directory, 1e9).open('a'), openPacks(directory, 1e9).open('a')]
  for (let i = 0; i < 20; i++) (i % 2 ? a : b).put([entry(i)])
  for (let i = 0; i < 20; i++) assert.ok(isThere(directory, i))
  rmSync(fileOf(directory))
  b.put([entry(21)])
  assert.ok(isThere(directory, 21))
  a.put([entry(22)])
  for (const i of [21, 22]) assert.ok(isThere(directory, i))
  // What has gone with the file is not found; what a list had may still be known.
  assert.equal(a.get(entry(5).tag), undefined)
})

test('within its size: what was used longest ago goes first, file by file', () => {
  const directory = fresh()
  const size = 512 * 1024
  const packs = openPacks(directory, size)
  const bytes = (i: number) => bytesOf(20_000, i)
  const used = packs.open('used')
  used.put([{ tag: 'x', bytes: bytes(1) }])
  for (let i = 0; i < 100; i++) {
    packs.open('grows').put([{ tag: `t${i}`, bytes: bytes(i) }])
    const names = readdirSync(directory)
    // As if all of this had been earlier; used is used again and again.
    for (const name of names) {
      const { mtimeMs } = statSync(join(directory, name))
      const before = new Date(mtimeMs - 60_000)
      utimesSync(join(directory, name), before, before)
    }
    assert.ok(packs.open('used').get('x'), `${i}`)
    const total = readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0)
    assert.ok(total <= size * 1.1, `${total}`)
  }
  const grown = packs.open('grows')
  assert.ok(grown.get('t99'))
  assert.equal(grown.get('t0'), undefined)
})

test('files of others in the directory stay', () => {
  const directory = fresh()
  const packs = openPacks(directory, 20_000)
  writeFileSync(join(directory, 'thesis.txt'), new Uint8Array(100_000))
  for (let i = 0; i < 5; i++) packs.open(`n${i}`).put([{ tag: 't', bytes: bytesOf(8000, i) }])
  assert.ok(readdirSync(directory).includes('thesis.txt'))
  appendFileSync(join(directory, 'n4.0.pack'), 'torn')
  assert.ok(packs.open('n4').get('t'))
})

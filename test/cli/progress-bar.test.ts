import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { mock, test } from 'node:test'
import { byteText, durationText, progressLine, startProgressBar } from '../../src/cli/progress-bar.js'

test('the line says how far, how fast and how long', () => {
  const line = progressLine({ done: 840, total: 2000, bytes: 3_600_000_000 }, 3000, 100)
  assert.equal(line, ' 42% ████████████▋                  840/2000 chunks  1.2 GB/s  5 s left')
})

test('the line fits into any terminal, and survives an unknown total', () => {
  for (let width = 10; width < 120; width++) {
    assert.ok(progressLine({ done: 5, total: 10, bytes: 1e6 }, 2000, width).length < width)
  }
  assert.match(progressLine({ done: 0, total: 0, bytes: 0 }, 2000, 80), /^ {2}0% .*0\/0 chunks {2}0 B\/s$/)
})

test('bytes and durations', () => {
  assert.deepEqual([0, 999, 1500, 123_456_789, 2e12].map(byteText), ['0 B', '999 B', '1.5 kB', '123 MB', '2.0 TB'])
  assert.deepEqual([10, 59_000, 61_000, 7_320_000].map(durationText), ['1 s', '59 s', '1 min 1 s', '2 h 2 min'])
})

test('nothing in the first second, then a line, erased at the end', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  let now = 0
  t.mock.method(performance, 'now', () => now)
  const { stream, text } = screen(true)
  const bar = startProgressBar(stream, true)
  now = 900
  t.mock.timers.tick(900)
  assert.equal(text(), '')
  now = 1100
  t.mock.timers.tick(200)
  assert.match(text(), /running, 2 s$/)
  bar.update({ done: 1, total: 2, bytes: 1 })
  t.mock.timers.tick(100)
  assert.match(text(), /50%/)
  bar.end()
  assert.ok(text().endsWith('\r\x1b[K'))
})

test('silent where nobody looks', () => {
  for (const [isTTY, isWanted] of [
    [false, true],
    [true, false],
  ] as const) {
    const { stream, text } = screen(isTTY)
    const bar = startProgressBar(stream, isWanted)
    bar.update({ done: 1, total: 2, bytes: 1 })
    bar.end()
    assert.equal(text(), '')
  }
  mock.reset()
})

function screen(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 80 })
  let text = ''
  stream.on('data', (part) => {
    text += part
  })
  return { stream, text: () => text }
}

/** Parts of chunks against the whole: the bytes of a portion are the same, nothing outside of the output is written. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Chain, openChain } from '../../src/codec/chain.js'
import { isChunkQLError } from '../../src/model/error.js'
import type { IndexRange } from '../../src/model/job.js'
import type { Portion } from '../../src/model/portion.js'
import { chunks, decodeGuarded, encodedBytes, testMachine } from './chunks.js'
import { damage, randomOf } from './mutate.js'

const machine = testMachine()
const random = randomOf(7)
const parted = chunks.filter(({ codec, decodedLength }) => codec === 'blosc' && decodedLength > 0)

/** Up to four ranges below a length. */
function someRanges(length: number): IndexRange[] {
  const ends = Array.from({ length: 8 }, () => random(length + 1)).sort((a, b) => a - b)
  const ranges = Array.from({ length: 4 }, (_, i): IndexRange => [ends[2 * i] as number, ends[2 * i + 1] as number])
  return ranges.filter(([from, past]) => from < past)
}

function somePortion(length: number, cell: number): Portion {
  const ofCell = { bytes: cell, ranges: someRanges(cell) }
  return {
    ranges: random(3) === 0 ? undefined : someRanges(length),
    ofCell: random(2) === 0 || ofCell.ranges.length === 0 ? undefined : ofCell,
  }
}

/** For each byte of a cell whether a portion names it. */
function namedBytes({ ofCell }: Portion, typeSize: number): boolean[] {
  return Array.from({ length: typeSize }, (_, byte) => ofCell?.ranges.some(([a, b]) => a <= byte && byte < b) ?? true)
}

/** A chain that decodes a portion where it is asked for all. */
function only(chain: Chain, portion: Portion): Chain {
  return {
    ...chain,
    decode(source, out, machine) {
      const decoded = chain.decodePart?.(source, out, machine, portion) ?? -1
      assert.ok(decoded >= 0 && decoded <= out.length, `${decoded} of ${out.length} bytes`)
    },
  }
}

test('what a portion names is decoded as in the whole', async () => {
  for (const chunk of parted) {
    const chain = await openChain([{ name: 'blosc', configuration: chunk.configuration }], { elementSize: 1 })
    const encoded = encodedBytes(chunk)
    const typeSize = encoded[3] as number
    const whole = decodeGuarded(chain, encoded, chunk.decodedLength, machine)
    for (let round = 0; round < 4; round++) {
      const portion = somePortion(chunk.decodedLength, typeSize)
      const part = decodeGuarded(only(chain, portion), encoded, chunk.decodedLength, machine)
      const cells = chunk.decodedLength - (chunk.decodedLength % typeSize)
      const isNamed = namedBytes(portion, typeSize)
      for (const [from, past] of portion.ranges ?? [[0, chunk.decodedLength]]) {
        for (let at = from; at < Math.min(past, cells); at++) {
          if (!isNamed[at % typeSize] || part[at] === whole[at]) continue
          assert.fail(`${chunk.name}: byte ${at} of ${JSON.stringify(portion)}`)
        }
      }
    }
  }
})

test('damaged chunks give an error or bytes, and touch nothing else', async () => {
  let errors = 0
  for (let i = 0; i < 5000; i++) {
    const chunk = parted[i % parted.length] as (typeof parted)[number]
    if (chunk.decodedLength > 100_000) continue
    const chain = await openChain([{ name: 'blosc', configuration: chunk.configuration }], { elementSize: 1 })
    const damaged = damage(encodedBytes(chunk), random)
    const portion = somePortion(chunk.decodedLength, damaged[3] || 1)
    try {
      decodeGuarded(only(chain, portion), damaged, chunk.decodedLength, machine)
    } catch (error) {
      assert.ok(isChunkQLError(error) && ['store', 'unsupported'].includes(error.code), `${chunk.name}: ${error}`)
      errors++
    }
  }
  assert.ok(errors > 500, `only ${errors} were noticed`)
})

test('only a codec that comes last decodes parts, and only one that can', async () => {
  const blosc = { name: 'blosc' }
  assert.ok((await openChain([blosc], { elementSize: 4 })).decodePart)
  assert.ok((await openChain([blosc, { name: 'crc32' }], { elementSize: 4 })).decodePart)
  assert.equal((await openChain([{ name: 'shuffle' }, blosc], { elementSize: 4 })).decodePart, undefined)
  assert.equal((await openChain([{ name: 'crc32' }, blosc], { elementSize: 4 })).decodePart, undefined)
  assert.equal((await openChain([{ name: 'zstd' }], { elementSize: 4 })).decodePart, undefined)
})

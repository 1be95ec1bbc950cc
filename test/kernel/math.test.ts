import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mathKernel } from '../../src/kernel/machine.js'

const kernel = mathKernel()

const word = new Float64Array(1)
const bits = new BigInt64Array(word.buffer)

/** Doubles in order as integers: neighbours differ by 1. */
function rank(x: number): bigint {
  word[0] = x
  const b = bits[0] as bigint
  return b < 0n ? -(b & 0x7fffffffffffffffn) : b
}

function ulps(a: number, b: number): number {
  if (Object.is(a, b) || (Number.isNaN(a) && Number.isNaN(b))) return 0
  const distance = rank(a) - rank(b)
  return Number(distance < 0n ? -distance : distance)
}

/** The same points in every run. */
let state = 42
function random(from: number, to: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  const high = state
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return from + (to - from) * ((high * 2 ** 21 + (state >>> 11)) / 2 ** 53)
}
const wide = (exponent: number) => Math.sign(random(-1, 1)) * 10 ** random(-exponent, exponent)

interface Case {
  readonly mine: (...args: number[]) => number
  readonly reference: (...args: number[]) => number
  readonly point: () => number[]
  readonly most: number
}

const cases: Readonly<Record<string, Case>> = {
  exp: { mine: kernel.exp, reference: Math.exp, point: () => [random(-745, 709)], most: 2 },
  ln: { mine: kernel.ln, reference: Math.log, point: () => [Math.abs(wide(300))], most: 2 },
  log2: { mine: kernel.log2, reference: Math.log2, point: () => [Math.abs(wide(300))], most: 2 },
  log10: { mine: kernel.log10, reference: Math.log10, point: () => [Math.abs(wide(300))], most: 2 },
  pow: { mine: kernel.pow, reference: Math.pow, point: () => [Math.abs(wide(5)), random(-40, 40)], most: 2 },
  sin: { mine: kernel.sin, reference: Math.sin, point: () => [wide(6)], most: 2 },
  cos: { mine: kernel.cos, reference: Math.cos, point: () => [wide(6)], most: 2 },
  tan: { mine: kernel.tan, reference: Math.tan, point: () => [wide(6)], most: 2 },
  'sin of large angles': { mine: kernel.sin, reference: Math.sin, point: () => [wide(300)], most: 3 },
  'cos of large angles': { mine: kernel.cos, reference: Math.cos, point: () => [wide(300)], most: 3 },
  asin: { mine: kernel.asin, reference: Math.asin, point: () => [random(-1, 1)], most: 2 },
  acos: { mine: kernel.acos, reference: Math.acos, point: () => [random(-1, 1)], most: 2 },
  atan: { mine: kernel.atan, reference: Math.atan, point: () => [wide(20)], most: 2 },
  atan2: { mine: kernel.atan2, reference: Math.atan2, point: () => [wide(9), wide(9)], most: 2 },
  cbrt: { mine: kernel.cbrt, reference: Math.cbrt, point: () => [wide(300)], most: 2 },
}

const points = 100_000

for (const [name, { mine, reference, point, most }] of Object.entries(cases)) {
  test(`${name} is within ${most} ulp of Math's`, () => {
    for (let i = 0; i < points; i++) {
      const args = point()
      const distance = ulps(mine(...args), reference(...args))
      assert.ok(distance <= most, `${name}(${args}) = ${mine(...args)}, Math has ${reference(...args)}`)
    }
  })
}

const edges = [0, -0, 1, -1, 2, -2, 0.5, 3, -3, Infinity, -Infinity, NaN, 5e-324, -5e-324, 1.7e308, -1.7e308, 710, -746]

test('edges of the domain are those of IEEE 754', () => {
  for (const [name, { mine, reference, point }] of Object.entries(cases)) {
    if (point().length > 1) continue
    for (const x of edges) assert.ok(ulps(mine(x), reference(x)) <= 1, `${name}(${x}) = ${mine(x)}`)
  }
  for (const y of edges) {
    for (const x of edges) {
      assert.equal(kernel.atan2(y, x), Math.atan2(y, x))
      const power = y === 1 || (y === -1 && Math.abs(x) === Infinity) ? 1 : y ** x
      assert.ok(ulps(kernel.pow(y, x), power) <= 1, `pow(${y}, ${x}) = ${kernel.pow(y, x)}`)
    }
  }
})

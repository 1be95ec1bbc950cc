// Makes Zarr stores to try things on:
//   npm run sample -- examples                       examples/data/ anew, from data sets of the npm package vega-datasets
//   npm run sample -- climate --size 500MB out.zarr  a reanalysis of any size: time x lat x lon, float32
import { parseArgs } from 'node:util'
import { codecNames } from './sample-codec.mjs'

const usage = `usage:
  npm run sample -- examples
  npm run sample -- climate --size 500MB out.zarr [--codec ${codecNames.join('|')}] [--chunk 50x181x360]`

const { values, positionals } = parse()
const [kind, target] = positionals
if (kind === 'examples') {
  const { writeExamples } = await import('./sample-examples.mjs')
  await writeExamples()
} else if (kind === 'climate' && target) {
  const { writeClimate } = await import('./sample-climate.mjs')
  await writeClimate(target, { bytes: bytesOf(values.size), codec: values.codec, chunk: chunkOf(values.chunk) })
} else fail()

function parse() {
  const options = {
    size: { type: 'string', default: '500MB' },
    codec: { type: 'string', default: 'blosc-lz4' },
    chunk: { type: 'string', default: '50x181x360' },
  }
  try {
    return parseArgs({ options, allowPositionals: true })
  } catch (error) {
    fail(error.message)
  }
}

function bytesOf(text) {
  const [, number, unit = ''] = /^([\d.]+)\s*([kmgt]?)b?$/i.exec(text) ?? fail(`--size ${text}: expected e.g. 500MB`)
  return Number(number) * 1000 ** (unit ? 'kmgt'.indexOf(unit.toLowerCase()) + 1 : 0)
}

function chunkOf(text) {
  const chunk = text.split('x').map(Number)
  if (chunk.length === 3 && chunk.every((size) => Number.isInteger(size) && size > 0)) return chunk
  return fail(`--chunk ${text}: expected time x lat x lon, e.g. 50x181x360`)
}

function fail(message) {
  console.error(message ? `${message}\n${usage}` : usage)
  process.exit(2)
}

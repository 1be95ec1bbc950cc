import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Options, parameterValue, readInvocation } from '../../src/cli/invocation.js'

function optionsOf(...args: string[]): Options {
  const invocation = readInvocation([...args, 'SELECT 1'])
  assert.ok(invocation.kind === 'queries')
  return invocation.options
}

test('what is to be done', () => {
  assert.equal(readInvocation([]).kind, 'stdin')
  assert.equal(readInvocation(['-']).kind, 'stdin')
  assert.equal(readInvocation(['--help', 'SELECT 1']).kind, 'help')
  assert.equal(readInvocation(['--version']).kind, 'version')
  const queries = readInvocation(['SELECT 1', 'SELECT 2'])
  assert.ok(queries.kind === 'queries')
  assert.deepEqual(queries.texts, ['SELECT 1', 'SELECT 2'])
  const files = readInvocation(['-f', 'a.sql', '--file', 'b.sql'])
  assert.ok(files.kind === 'files')
  assert.deepEqual(files.paths, ['a.sql', 'b.sql'])
})

test('options and what they are without being given', () => {
  const { attach, params, settings, use, threads, format, output, timer, progress } = optionsOf()
  assert.deepEqual(
    { attach, params, settings, use, threads, format, output, timer, progress },
    {
      attach: {},
      params: {},
      settings: {},
      use: [],
      threads: undefined,
      format: undefined,
      output: undefined,
      timer: false,
      progress: true,
    },
  )
  const given = optionsOf('--threads', '3', '--format', 'csv', '-o', 'a.csv', '--timer', '--no-progress')
  assert.deepEqual(
    [given.threads, given.format, given.output, given.timer, given.progress],
    [3, 'csv', 'a.csv', true, false],
  )
})

test('stores by name, or named after their path', () => {
  const { attach } = optionsOf('--attach', 'era=./a=b.zarr', '--attach', 'data/ocean.v3.zarr')
  assert.deepEqual(attach, { era: './a=b.zarr', 'ocean.v3': 'data/ocean.v3.zarr' })
})

test('parameters by name and by position', () => {
  assert.deepEqual(optionsOf('--param', 'lat=30', '--param', '$name=a=b').params, { lat: 30, name: 'a=b' })
  assert.deepEqual(optionsOf('--param', '2=x', '--param', '1=-1.5').params, [-1.5, 'x'])
})

test('values of parameters', () => {
  const cases: [string, unknown][] = [
    ['30', 30],
    ['-1e3', -1000],
    ['.5', 0.5],
    ['9223372036854775807', 9223372036854775807n],
    ['true', true],
    ['FALSE', false],
    ['null', null],
    ['2020-01-01', '2020-01-01'],
    ['1_000', '1_000'],
    ["'30'", '30'],
    ["'it''s'", "it's"],
    ['', ''],
    ['Infinity', 'Infinity'],
    ['0x10', '0x10'],
  ]
  for (const [text, value] of cases) assert.deepEqual(parameterValue(text), value, text)
})

test('wrong usage says what to do', () => {
  const wrong: [string[], RegExp][] = [
    [['--frmat', 'csv'], /unknown option '--frmat'/],
    [['--format'], /argument missing/],
    [['--threads', '0', 'SELECT 1'], /--threads takes a whole number from 1, got '0'/],
    [['--param', 'x', 'SELECT 1'], /--param takes name=value, got 'x'/],
    [['--attach', '=x', 'SELECT 1'], /--attach takes name=value, got '=x'/],
    [['--param', '2=x', 'SELECT 1'], /there is no 1/],
    [['-f', 'a.sql', 'SELECT 1'], /either -f a.sql or the query 'SELECT 1', not both/],
  ]
  for (const [args, message] of wrong) {
    assert.throws(() => readInvocation(args), { name: 'UsageError', message }, args.join(' '))
  }
})

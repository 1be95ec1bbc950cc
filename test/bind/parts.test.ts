/** The parts of binding that other stages call by themselves: the catalog, the paths of a statement, values of parameters. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { bind } from '../../src/bind/bind.js'
import { pathsOf } from '../../src/bind/paths.js'
import {
  type Catalog,
  orderedColumns,
  smallerTable,
  tableNamed,
  tableNames,
  tableOfPath,
} from '../../src/model/catalog.js'
import { isChunkQLError } from '../../src/model/error.js'
import type { Schema } from '../../src/model/schema.js'
import type { Value } from '../../src/model/type.js'
import { parse } from '../../src/parse/parse.js'
import { bindContext, catalog, column } from './climate.js'

const span = { start: 0, end: 1 }
const empty: Schema = { tables: [] }

function paths(sql: string): string[] {
  const [statement] = parse(sql)
  assert.ok(statement)
  return pathsOf(statement).map(({ path }) => path)
}

test('paths of statements, each once, from subqueries too', () => {
  assert.deepEqual(paths("SELECT 1 FROM (SELECT * FROM 'a/b.zarr')"), ['a/b.zarr'])
  assert.deepEqual(paths(`SELECT 1 FROM "a/b.zarr".t2m`), ['a/b.zarr'])
  assert.deepEqual(paths('SELECT 1 FROM "weird name"'), [])
  assert.deepEqual(paths('SELECT 1 FROM era.t2m'), [])
  assert.deepEqual(paths("EXPLAIN SELECT 1 FROM 'x'"), ['x'])
  assert.deepEqual(paths("DESCRIBE SELECT 1 FROM 'x'"), ['x'])
  assert.deepEqual(paths("DESCRIBE 'x.zarr'"), ['x.zarr'])
  assert.deepEqual(paths("SHOW TABLES FROM 'x.zarr'"), ['x.zarr'])
  assert.deepEqual(paths('SET threads = 2'), [])
  assert.deepEqual(paths("ATTACH 'x.zarr' AS x"), [])
})

test('tables by name', () => {
  const found = (...path: string[]) => {
    const { source, table } = tableNamed(catalog, path, span)
    return `${source}.${table.name}`
  }
  assert.equal(found('era'), 'era.t2m')
  assert.equal(found('ERA', 'Land_Mask'), 'era.land_mask')
  assert.equal(found('wind'), 'split.wind')
  assert.equal(found('t'), 't.t')
  assert.equal(tableOfPath(catalog, 'data/era5.zarr', span).source, 'data/era5.zarr')
  assert.throws(() => found('land_mask'), /ambiguous/)
  assert.throws(() => found('era', 'nothing'), /no table/)
})

test('a table of the default source goes without a qualifier', () => {
  const { source } = tableNamed({ ...catalog, defaultSource: 'era' }, ['land_mask'], span)
  assert.equal(source, 'era')
})

test('names that differ only in case are reached as they are spelled', () => {
  const two: Catalog = {
    sources: new Map([
      ['A', empty],
      ['a', empty],
    ]),
  }
  assert.throws(() => tableNamed(two, ['a'], span), /"a" holds no table/)
  const three: Catalog = {
    sources: new Map([
      ['Aa', empty],
      ['aA', empty],
    ]),
  }
  assert.throws(() => tableNamed(three, ['aa'], span), /ambiguous: there are "Aa", "aA"/)
})

test('a group in a source is part of the name of a table', () => {
  const sst = { name: 'ocean/sst', dims: [], columns: [], attributes: {} }
  const nested: Catalog = { sources: new Map([['store', { tables: [sst] }]]) }
  assert.equal(tableNamed(nested, ['store', 'ocean', 'sst'], span).table, sst)
  assert.deepEqual(tableNames(nested), ['store."ocean/sst"'])
})

test('the smaller grid that holds all columns', () => {
  const schema = catalog.sources.get('era')
  const [t2m] = schema?.tables ?? []
  assert.ok(schema && t2m)
  assert.equal(smallerTable(schema, t2m, ['land_mask', 'lat'])?.name, 'land_mask')
  assert.equal(smallerTable(schema, t2m, ['land_mask', 'time']), undefined)
})

test('columns in the order of the star', () => {
  const columns = [
    column('v', { kind: 'int32' }, 'variable', [0]),
    column('y', { kind: 'int32' }, 'coordinate', [1]),
    column('aux', { kind: 'int32' }, 'auxiliary', [0]),
    column('x', { kind: 'int64' }, 'index', [0]),
  ]
  const names = orderedColumns({ name: 'v', dims: [], columns, attributes: {} }).map(({ name }) => name)
  assert.deepEqual(names, ['x', 'y', 'aux', 'v'])
})

test('JavaScript values as parameters', () => {
  const bound = (value: unknown): [string, Value] => {
    const [query] = parse('SELECT ?')
    assert.ok(query?.kind === 'select')
    const plan = bind(query, bindContext([value]))
    assert.ok(plan.kind === 'project')
    const expression = plan.columns[0]?.expression
    assert.ok(expression?.kind === 'literal')
    return [expression.type.kind, expression.value]
  }
  assert.deepEqual(bound(5), ['int32', 5])
  assert.deepEqual(bound(2 ** 40), ['int64', 2n ** 40n])
  assert.deepEqual(bound(2 ** 60), ['float64', 2 ** 60])
  assert.deepEqual(bound(-0), ['float64', -0])
  assert.deepEqual(bound(1.5), ['float64', 1.5])
  assert.deepEqual(bound(Number.NaN), ['float64', Number.NaN])
  assert.deepEqual(bound(5n), ['int32', 5])
  assert.deepEqual(bound(2n ** 64n - 1n), ['uint64', 2n ** 64n - 1n])
  assert.deepEqual(bound('x'), ['varchar', 'x'])
  assert.deepEqual(bound(true), ['boolean', true])
  assert.deepEqual(bound(new Date(5)), ['timestamp', 5000n])
  for (const value of [2n ** 64n, [1], {}, Symbol('x'), () => 1, new Date(Number.NaN)]) {
    assert.throws(
      () => bound(value),
      (error) => isChunkQLError(error) && error.span !== undefined,
    )
  }
})

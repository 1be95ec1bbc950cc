/** What SQL means: plans as bound, with the names and types of their columns; and the errors of binding as a person sees them. */
import { bind } from '../../src/bind/bind.js'
import { isChunkQLError } from '../../src/model/error.js'
import { outputOf } from '../../src/model/plan.js'
import { printPlan } from '../../src/model/print-plan.js'
import { typeName } from '../../src/model/type.js'
import { parse } from '../../src/parse/parse.js'
import { testGolden } from '../golden.js'
import { bindContext } from './climate.js'

const context = bindContext([30, 'x', 2.5], {
  lat: 30,
  Day: new Date(Date.UTC(2020, 0, 2)),
  big: 3_000_000_000n,
  none: null,
})

for (const file of ['plans', 'types', 'errors']) {
  testGolden(`bind/${file}.golden`, (sql) => ({ text: outcome(sql), fired: [] }))
}

function outcome(sql: string): string {
  try {
    const [query] = parse(sql)
    if (query?.kind !== 'select') throw new Error('not a SELECT')
    const plan = bind(query, context)
    const columns = outputOf(plan).map(({ name, type }) => `${name}: ${typeName(type)}`)
    return `${columns.join(', ')}\n${printPlan(plan)}`
  } catch (error) {
    if (!isChunkQLError(error)) throw error
    error.sql = sql
    return error.render()
  }
}

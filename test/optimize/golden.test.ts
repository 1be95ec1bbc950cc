/** What the rules do: the plan as bound, then the plan after each rule that changed it, and the rules that a case is about. */
import { bind } from '../../src/bind/bind.js'
import { printPlan } from '../../src/model/print-plan.js'
import { optimize } from '../../src/optimize/optimize.js'
import { parse } from '../../src/parse/parse.js'
import { bindContext } from '../bind/climate.js'
import { type Outcome, testGolden } from '../golden.js'
import { coordinate } from './climate-values.js'

for (const file of ['logic', 'filters', 'columns', 'order', 'metadata', 'empty', 'distinct', 'keys']) {
  testGolden(`optimize/${file}.plan`, run)
}

function run(sql: string): Outcome {
  const [query] = parse(sql)
  if (query?.kind !== 'select') throw new Error('not a SELECT')
  const context = bindContext()
  const plan = bind(query, context)
  const { fired, steps } = optimize(plan, { ...context, coordinate })
  const texts = steps.map((step) => `[${step.rule}]\n${printPlan(step.plan)}`)
  return { text: [printPlan(plan), ...texts].join('\n'), fired }
}

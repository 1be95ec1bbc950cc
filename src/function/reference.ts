/** The reference of all functions, written from their definitions. Called by scripts/reference.mjs, which makes docs/functions.md of it. */
import type { AggregateFunction, Example, ScalarFunction } from './definition.js'
import type { Registry } from './registry.js'

const titles: Readonly<Record<ScalarFunction['category'], string>> = {
  operator: 'Operators',
  comparison: 'Comparisons',
  logic: 'Logic',
  conditional: 'Choices',
  numeric: 'Numbers',
  date: 'Dates and times',
  text: 'Text',
  list: 'Lists',
  user: 'Functions of packages',
}

type Described = ScalarFunction | AggregateFunction

/** The whole page, as Markdown. */
export function referencePage(registry: Registry): string {
  const sections = (Object.keys(titles) as ScalarFunction['category'][]).map((category) =>
    section(
      titles[category],
      registry.scalars.filter((definition) => definition.category === category),
    ),
  )
  return `${[introduction, ...sections, section('Aggregates', registry.aggregates)].filter(Boolean).join('\n\n')}\n`
}

/** All examples with their results, as tests run them. */
export function examplesOf(registry: Registry): readonly Example[] {
  return [...registry.scalars, ...registry.aggregates].flatMap(({ examples }) => examples)
}

const introduction = `# Functions

Made by \`scripts/reference.mjs\` from the definitions in \`src/function/\`. Not to be edited; the examples are run as tests.

Names are written in any case. Unless said otherwise a NULL argument gives NULL, and aggregates leave NULLs out.
Any aggregate takes \`FILTER (WHERE ...)\` and, of its arguments, \`DISTINCT\`.`

function section(title: string, definitions: readonly Described[]): string {
  const rows = definitions.filter(isPublic).map(row)
  return rows.length === 0 ? '' : [`## ${title}`, '', '| | | example |', '|---|---|---|', ...rows].join('\n')
}

/** Parts of aggregates, and what calls are bound to, have names that SQL cannot write. */
function isPublic({ name }: Described): boolean {
  return !/[$:]/.test(name)
}

function row({ usage, aliases = [], summary, examples }: Described): string {
  const others = aliases.length > 0 ? ` Also: ${aliases.map(code).join(', ')}.` : ''
  const shown = examples.map(({ sql, result }) => `${code(sql)} → ${code(result)}`).join('<br>')
  return `| ${code(usage)} | ${cell(summary)}${others} | ${shown} |`
}

const cell = (text: string): string => text.replaceAll('|', '\\|')
const code = (text: string): string => `\`${cell(text)}\``

/** The grammar as EBNF, from the productions that the parser runs. Called by `scripts/grammar.mjs`. */
import { Grammar } from './grammar.js'
import { keyword } from './keyword-tokens.js'

/** A production as chevrotain serialises it, as far as it is read here. */
interface Production {
  readonly type: string
  readonly name?: string
  readonly label?: string
  readonly definition?: readonly Production[]
  readonly separator?: Production
}

/** A rule and its alternatives. */
type Definition = readonly [name: string, alternatives: readonly string[]]

export function ebnf(): string {
  const rules = new Grammar().getSerializedGastProductions() as readonly Production[]
  const definitions = rules.map(({ name = '', definition = [] }): Definition => [name, alternativesOf(definition)])
  return withFragments(definitions, fragmentsOf(rules)).map(print).join('\n\n')
}

function print([name, alternatives]: Definition): string {
  const line = `${name} = ${alternatives.join(' | ')}`
  return line.length <= 110 ? line : `${name} =\n    ${alternatives.join('\n  | ')}`
}

/** Parts that occur several times in the flat rules of expressions: functions in the grammar, not rules. */
function fragmentsOf(rules: readonly Production[]): readonly [operand: Definition, continuation: Definition] {
  const [prefixes, operand, many] = rules.find(({ name }) => name === 'expression')?.definition ?? []
  return [
    ['operand', [[prefixes, operand].map((production) => production && part(production)).join(' ')]],
    ['continuation', alternativesOf(many?.definition ?? [])],
  ]
}

/** Names the fragments wherever they occur, and defines them behind the rules that are made of them. */
function withFragments(
  definitions: readonly Definition[],
  [operand, continuation]: readonly [Definition, Definition],
): readonly Definition[] {
  const shorten = ([name, alternatives]: Definition): Definition => [
    name,
    alternatives.map((text) =>
      text.replaceAll(continuation[1].join(' | '), continuation[0]).replaceAll(operand[1].join(''), operand[0]),
    ),
  ]
  const place = definitions.findIndex(([name]) => name === 'list') + 1
  const inner: Definition = [
    continuation[0],
    continuation[1].map((text) => text.replaceAll(operand[1].join(''), operand[0])),
  ]
  return [...definitions.slice(0, place).map(shorten), inner, operand, ...definitions.slice(place).map(shorten)]
}

function alternativesOf(definition: readonly Production[]): readonly string[] {
  const [only] = definition
  if (definition.length !== 1 || only?.type !== 'Alternation') return [sequence(definition)]
  return (only.definition ?? []).map((alternative) => sequence(alternative.definition))
}

function sequence(definition: readonly Production[] = []): string {
  return definition.map(part).join(' ')
}

function part(production: Production): string {
  const inside = () => alternativesOf(production.definition ?? []).join(' | ')
  switch (production.type) {
    case 'NonTerminal':
      return production.name ?? ''
    case 'Terminal':
      return terminal(production)
    case 'Option':
      return `[ ${inside()} ]`
    case 'Repetition':
      return `{ ${inside()} }`
    case 'RepetitionMandatory':
      return `${inside()} { ${inside()} }`
    case 'RepetitionMandatoryWithSeparator':
      return `${inside()} { ${production.separator ? terminal(production.separator) : ''} ${inside()} }`
    default:
      return `( ${alternativesOf([production]).join(' | ')} )`
  }
}

/** Keywords as they are, symbols in quotes, kinds of tokens by their name. */
function terminal({ name = '', label = '' }: Production): string {
  if (name in keyword) return name
  return /^\W/.test(label) ? `"${label}"` : name[0]?.toLowerCase() + name.slice(1)
}

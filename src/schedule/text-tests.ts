/** Predicates over one column of texts, as columns of numbers: decided once for each text, not for each row. Called by `schedule.ts`. */
import { interpret } from '../function/interpret.js'
import type { Registry } from '../function/registry.js'
import { isChunkQLError } from '../model/error.js'
import { type ColumnId, columnsOf, type Expression, replaceLargest, walk } from '../model/expression.js'
import { identityOf } from '../model/identity.js'
import type { JobColumn } from '../model/job.js'
import type { ScanColumn } from '../model/plan.js'
import type { StoredColumn } from '../model/stored-column.js'
import { BOOLEAN, INT32, VARCHAR } from '../model/type.js'
import { vectorOf } from '../model/vector.js'
import { codedColumn } from './coded-keys.js'

/** Functions of texts that fail for no text: what others refuse may stand in rows that nobody asks for. */
const harmless: ReadonlySet<string> = new Set([
  'lower',
  'upper',
  'length',
  'octet_length',
  'strlen',
  'trim',
  'ltrim',
  'rtrim',
  'reverse',
  'starts_with',
  'ends_with',
  'contains',
  'strpos',
  'like',
  'ilike',
])

export class TextTests {
  readonly #made = new Map<string, StoredColumn>()

  constructor(
    readonly scanned: readonly ScanColumn[],
    readonly nextId: () => ColumnId,
    readonly phase: 'filter' | 'late',
    readonly registry: Registry,
  ) {}

  get columns(): JobColumn[] {
    return [...this.#made.values()]
  }

  /** The expression with its tests of texts replaced by tests of numbers. */
  replace(expression: Expression): Expression {
    return replaceLargest(expression, (node) => this.#test(node))
  }

  #test(expression: Expression): Expression | undefined {
    if (expression.type.kind !== 'boolean' || expression.kind === 'column') return undefined
    const name = identityOf(expression, (key) => key === 'span')
    const column = this.#made.get(name) ?? this.#make(expression)
    if (!column) return undefined
    this.#made.set(name, column)
    const number: Expression = { kind: 'column', column: column.id, name: column.name, type: INT32, nullable: true }
    return { kind: 'call', function: '=', args: [number, { kind: 'literal', type: INT32, value: 1 }], type: BOOLEAN }
  }

  #make(predicate: Expression): StoredColumn | undefined {
    const [text, ...others] = columnsOf(predicate)
    if (text === undefined || others.length > 0 || !this.#isHarmless(predicate, text)) return undefined
    const reference: Expression = { kind: 'column', column: text, name: '', type: VARCHAR, nullable: true }
    const column = codedColumn(reference, this.scanned, this.nextId, this.phase)
    return column && { ...column, test: { text, predicate } }
  }

  #isHarmless(predicate: Expression, text: ColumnId): boolean {
    if (this.scanned.find(({ id }) => id === text)?.type.kind !== 'varchar') return false
    let isHarmless = true
    walk(predicate, (node) => {
      if (node.kind === 'cast') isHarmless = false
      if (node.kind === 'call') isHarmless &&= this.#isHarmlessCall(node.function)
    })
    return isHarmless && this.#runs(predicate)
  }

  #isHarmlessCall(name: string): boolean {
    const category = this.registry.scalarFunction(name)?.category
    return category === 'comparison' || category === 'logic' || harmless.has(name)
  }

  /** What does not depend on the text, such as a pattern, may still be wrong: then it is told where it is evaluated. */
  #runs(predicate: Expression): boolean {
    try {
      interpret(predicate, () => vectorOf(VARCHAR, ['', 'text', null]), 3, this.registry)
      return true
    } catch (error) {
      if (isChunkQLError(error)) return false
      throw error
    }
  }
}

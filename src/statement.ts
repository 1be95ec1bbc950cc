/** Runs one statement of any kind. Called by `index.ts`. */

import { type AnalyzeTarget, analyze } from './analyze.js'
import type { Parameters } from './bind/context.js'
import { pathsOf } from './bind/paths.js'
import { emptyWork } from './execute/work.js'
import { explainPlan } from './explain.js'
import { type Catalog, didYouMean, type FoundTable, nameOf, tableNamed, tableOfPath } from './model/catalog.js'
import { ChunkQLError } from './model/error.js'
import { outputOf } from './model/plan.js'
import type { Column, Schema, Table } from './model/schema.js'
import type { ExpressionSyntax, Name, Statement, TableSyntax } from './model/syntax.js'
import { prepare, type QueryOptions, type Result, run } from './query.js'
import type { Session } from './session.js'
import { settingNamed } from './settings.js'
import {
  describeOutput,
  describeTable,
  type Listing,
  listAnalyzed,
  listAttributes,
  listKept,
  listSettings,
  listTables,
  success,
} from './show.js'
import type { Source } from './source/source.js'
import { analyzable, dropKept, keptOf } from './statistics.js'

export async function runStatement(
  session: Session,
  statement: Statement,
  parameters: Parameters,
  options: QueryOptions,
): Promise<Result> {
  switch (statement.kind) {
    case 'select':
      return run(session, await prepare(session, statement, parameters), options)
    case 'explain': {
      const explanation = await explainPlan(session, statement.query, statement.analyze, parameters, options)
      return { ...listed(explanation.listing), text: explanation.toString(), work: explanation.work }
    }
    case 'showTables':
      return listed(listTables(await schemasOf(session, statement)))
    case 'showAttributes': {
      const found = await tableFor(session, statement.from, statement)
      return listed(listAttributes(found))
    }
    case 'analyze': {
      const work = emptyWork()
      const done = await analyze(session, await targetFor(session, statement), options, work)
      return { ...listed(listAnalyzed(done)), work }
    }
    case 'showStatistics':
      return listed(listKept(await keptOf(session, await targetFor(session, statement))))
    case 'dropStatistics':
      dropKept(session, await targetFor(session, statement))
      return listed(success())
    case 'describe':
      return listed(await describe(session, statement.target, parameters, statement))
    case 'attach':
      await session.attach(
        statement.name?.text ?? baseName(statement.path),
        statement.path,
        Object.fromEntries(statement.options.map(({ name, value }) => [name.text, settingValue(value, parameters)])),
      )
      return listed(success())
    case 'detach':
      await session.detach(statement.name.text, statement.name.span)
      return listed(success())
    case 'set': {
      const { name, value, span } = statement
      session.set(name.text, value && settingValue(value, parameters), span)
      return listed(success())
    }
    case 'showSetting': {
      const only = statement.name && settingNamed(statement.name.text, statement.name.span)
      return listed(listSettings(session.settings, only))
    }
    default:
      return statement satisfies never
  }
}

export function listed({ header, batch }: Listing): Result {
  return { header, batches: once(batch), work: emptyWork() }
}

async function* once<T>(item: T): AsyncGenerator<T> {
  yield item
}

async function schemasOf(
  session: Session,
  statement: Extract<Statement, { kind: 'showTables' }>,
): Promise<ReadonlyMap<string, Schema>> {
  const { sources } = await catalogFor(session, statement)
  const { from } = statement
  if (!from) return sources
  const name = from.kind === 'path' ? from.path : from.name.map(({ text }) => text).join('.')
  return new Map([...sources].filter(([source]) => source.toLowerCase() === name.toLowerCase()))
}

async function catalogFor(session: Session, statement: Statement): Promise<Catalog> {
  return session.catalogOf(await session.sourcesFor(pathsOf(statement)))
}

async function describe(
  session: Session,
  target: TableSyntax | Extract<Statement, { kind: 'select' }>,
  parameters: Parameters,
  statement: Statement,
): Promise<Listing> {
  if (target.kind === 'select') return describeOutput(outputOf((await prepare(session, target, parameters)).plan))
  return describeTable(await tableFor(session, target, statement))
}

async function tableFor(session: Session, target: TableSyntax, statement: Statement): Promise<Table> {
  return foundIn(await catalogFor(session, statement), target).table
}

/** The table with its source, whose chunks statistics are about. */
async function targetFor(
  session: Session,
  statement: Extract<Statement, { kind: 'analyze' | 'showStatistics' | 'dropStatistics' }>,
): Promise<AnalyzeTarget> {
  const sources = await session.sourcesFor(pathsOf(statement))
  const { source: name, table } = foundIn(session.catalogOf(sources), statement.from)
  const named = statement.kind === 'analyze' ? statement.columns : []
  const columns = named.length > 0 ? named.map((each) => columnNamed(table, each)) : analyzable(table)
  return { name, source: sources.get(name) as Source, table, columns }
}

function columnNamed(table: Table, { text, span }: Name): Column {
  const names = table.columns.map(({ name }) => name)
  const found = nameOf(names, text, 'column', span)
  const column = table.columns.find(({ name }) => name === found)
  if (column) return column
  const hint = didYouMean(text, names, 'Columns')
  throw new ChunkQLError('bind', `${table.name} has no column "${text}"`, { span, hint })
}

function foundIn(catalog: Catalog, target: TableSyntax): FoundTable {
  switch (target.kind) {
    case 'path':
      return tableOfPath(catalog, target.path, target.span)
    case 'table':
      return tableNamed(
        catalog,
        target.name.map(({ text }) => text),
        target.span,
      )
    default:
      return target satisfies never
  }
}

/** What SET gives: a constant as written; a bare word is a string. */
function settingValue(syntax: ExpressionSyntax, parameters: Parameters): unknown {
  switch (syntax.kind) {
    case 'number':
      return Number(syntax.text.replaceAll('_', ''))
    case 'string':
    case 'word':
      return syntax.value
    case 'name':
      return syntax.path.map(({ text }) => text).join('.')
    case 'parameter':
      return typeof syntax.name === 'number' ? parameters.positional[syntax.name] : parameters.named.get(syntax.name)
    default:
      throw new ChunkQLError('setting', 'SET takes a constant', { span: syntax.span })
  }
}

/** The name under which a path is attached where none is given: its last part without an extension. */
export function baseName(path: string): string {
  const last = path.split(/[\\/]/).filter(Boolean).at(-1) ?? path
  return last.replace(/\.[^.]*$/, '') || last
}

/** A statement from the CST. */
import type { CstNode } from 'chevrotain'
import type { ExpressionSyntax, Name, Statement } from '../model/syntax.js'
import { extentOf, node, nodes, present, token, tokens } from './cst.js'
import { buildExpression } from './expression.js'
import { nameOf, textOf } from './literal.js'
import { buildSelect } from './select.js'
import { buildStore } from './store.js'

type Build = (cst: CstNode) => Statement

/** By the name of the rule. */
const builders: Readonly<Record<string, Build>> = {
  select: buildSelect,
  explain: (cst) => ({
    kind: 'explain',
    analyze: token(cst, 'ANALYZE') !== undefined,
    query: buildSelect(present(node(cst, 'select'))),
    span: extentOf(cst),
  }),
  show: buildShow,
  describe: buildDescribe,
  attach: (cst) => {
    const name = token(cst, 'Name')
    return {
      kind: 'attach',
      path: textOf(present(token(cst, 'Text'))),
      ...(name && { name: nameOf(name) }),
      options: nodes(cst, 'attachOption').map((option) => ({
        name: nameOf(present(token(option, 'Name'))),
        value: wordAsText(buildExpression(present(node(option, 'expression')))),
      })),
      span: extentOf(cst),
    }
  },
  detach: (cst) => ({ kind: 'detach', name: nameOf(present(token(cst, 'Name'))), span: extentOf(cst) }),
  analyze: (cst) => ({
    kind: 'analyze',
    from: buildStore(present(node(cst, 'store'))),
    columns: tokens(cst, 'Name').map(nameOf),
    span: extentOf(cst),
  }),
  dropStatistics: (cst) => ({
    kind: 'dropStatistics',
    from: buildStore(present(node(cst, 'store'))),
    span: extentOf(cst),
  }),
  set: buildSet,
  unset: (cst) => ({ kind: 'set', name: settingOf(cst), span: extentOf(cst) }),
}

export function buildStatement(cst: CstNode): Statement {
  const [name, found] = present(Object.entries(cst.children)[0])
  return present(builders[name])(present(found[0]) as CstNode)
}

function buildShow(cst: CstNode): Statement {
  const span = extentOf(cst)
  const tables = node(cst, 'showTables')
  const store = tables && node(tables, 'store')
  const attributes = node(cst, 'showAttributes')
  const name = token(cst, 'Name')
  const statistics = node(cst, 'showStatistics')
  if (statistics) return { kind: 'showStatistics', from: buildStore(present(node(statistics, 'store'))), span }
  if (attributes) return { kind: 'showAttributes', from: buildStore(present(node(attributes, 'store'))), span }
  if (tables) return { kind: 'showTables', ...(store && { from: buildStore(store) }), span }
  if (token(cst, 'TABLES')) return { kind: 'showTables', span }
  return { kind: 'showSetting', ...(name && { name: nameOf(name) }), span }
}

/** DESCRIBE of nothing lists the tables. */
function buildDescribe(cst: CstNode): Statement {
  const span = extentOf(cst)
  const query = node(cst, 'select')
  const store = node(cst, 'store')
  if (query) return { kind: 'describe', target: buildSelect(query), span }
  if (store) return { kind: 'describe', target: buildStore(store), span }
  return { kind: 'showTables', span }
}

function buildSet(cst: CstNode): Statement {
  const value = node(cst, 'expression')
  const span = extentOf(cst)
  return { kind: 'set', name: settingOf(cst), ...(value && { value: wordAsText(buildExpression(value)) }), span }
}

function settingOf(cst: CstNode): Name {
  return nameOf(present(token(present(node(cst, 'setting')), 'Name')))
}

/** SET timezone = utc: a bare word is a string. */
function wordAsText(value: ExpressionSyntax): ExpressionSyntax {
  const word = value.kind === 'name' && value.path.length === 1 ? value.path[0] : undefined
  return word ? { kind: 'string', value: word.text, span: value.span } : value
}

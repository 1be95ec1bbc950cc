/**
 * Parentheses, calls and CASE inside one another. The parser and the tree builder recurse into them, and the stack is small:
 * groups that hold many levels are parsed on their own, from the inside out, and then stand as one token in their surroundings.
 */
import { createTokenInstance, type IToken, tokenMatcher } from 'chevrotain'
import { keyword as k } from '../../grammar/keyword-tokens.js'
import { Dot, Folded, Infix, LeftBracket, LeftParen, RightBracket, RightParen, Word } from '../../grammar/tokens.js'
import { ChunkQLError } from '../model/error.js'
import { endOf, extentOf, present, startOf } from './cst.js'

/** How many levels a query may have. */
export const nestingLimit = 1000
/** A group with so many levels in it is folded. A tenth of what overflows the stack of a main thread. */
const foldedLevels = 25
/** What cannot be folded, subqueries, may have so many. */
const unfoldedLevels = 100

/** Makes what the builder needs of the tokens of a group. */
export type BuildGroup = (group: readonly IToken[]) => unknown

interface Open {
  /** Place of the opening token in the output. */
  readonly at: number
  /** Levels inside that are not folded. */
  levels: number
}

/** The same tokens, nested no deeper than the parser can bear. */
export function foldNesting(tokens: readonly IToken[], build: BuildGroup): readonly IToken[] {
  if (depthOf(tokens) <= foldedLevels) return tokens
  const output: IToken[] = []
  const open: Open[] = [{ at: 0, levels: 0 }]
  for (const token of tokens) {
    const step = stepOf(token, output[output.length - 1])
    if (step > 0) open.push({ at: output.length, levels: 0 })
    output.push(token)
    if (step < 0 && open.length > 1) close(output, open, build)
  }
  const unclosed = open[open.length - 1]
  if (unclosed && open.length > unfoldedLevels) throw neverClosed(present(output[unclosed.at]))
  return output
}

function close(output: IToken[], open: Open[], build: BuildGroup): void {
  const group = present(open.pop())
  const outer = present(open[open.length - 1])
  const head = group.levels < foldedLevels ? undefined : headOf(output, group.at)
  if (head !== undefined) output.push(folded(output.splice(head), build))
  else outer.levels = Math.max(outer.levels, group.levels + 1)
  if (outer.levels > unfoldedLevels) throw tooDeep(present(output[group.at]), unfoldedLevels)
}

/** Where the operand begins that a group is or ends: at the name of a call; undefined where the group is no operand. */
function headOf(output: readonly IToken[], at: number): number | undefined {
  const opening = present(output[at])
  const before = output[at - 1]
  if (before === undefined || before.tokenType === k.FROM || before.tokenType === k.FILTER) return undefined
  if (opening.tokenType === LeftBracket) return undefined
  if (opening.tokenType === k.CASE) return at
  const isWord = tokenMatcher(before, Word) && !tokenMatcher(before, Infix)
  const isCall = isWord || before.tokenType === k.CAST || before.tokenType === k.TRY_CAST
  return isCall ? at - 1 : at
}

function folded(group: readonly IToken[], build: BuildGroup): IToken {
  const first = present(group[0])
  const last = present(group[group.length - 1])
  // The image gives the token its length.
  const token = createTokenInstance(Folded, ' '.repeat(endOf(last) - startOf(first)), startOf(first), 0, 0, 0, 0, 0)
  token.payload = build(group)
  return token
}

function depthOf(tokens: readonly IToken[]): number {
  let depth = 0
  let deepest = 0
  tokens.forEach((token, index) => {
    depth = Math.max(0, depth + stepOf(token, tokens[index - 1]))
    deepest = Math.max(deepest, depth)
    if (depth > nestingLimit) throw tooDeep(token)
  })
  return deepest
}

/** Down into a group or up out of it. CASE and END after AS or a dot are names. */
function stepOf(token: IToken, before: IToken | undefined): number {
  const type = token.tokenType
  if (type === LeftParen || type === LeftBracket) return 1
  if (type === RightParen || type === RightBracket) return -1
  if (type !== k.CASE && type !== k.END) return 0
  if (before?.tokenType === k.AS || before?.tokenType === Dot) return 0
  return type === k.CASE ? 1 : -1
}

/** Where few are open, the parser says better what is missing. */
function neverClosed(token: IToken): ChunkQLError {
  const what = token.tokenType === k.CASE ? 'CASE' : 'parenthesis'
  return new ChunkQLError('parse', `the ${what} that opens here is never closed`, { span: extentOf(token) })
}

export function tooDeep(token: IToken, levels = nestingLimit): ChunkQLError {
  return new ChunkQLError('parse', `the query is nested too deeply: more than ${levels} levels`, {
    span: extentOf(token),
    hint: 'AND, OR and + may have any number of terms without parentheses',
  })
}

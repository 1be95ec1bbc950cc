import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { Lexer, type TokenType } from 'chevrotain'
import { Grammar } from '../../grammar/grammar.js'
import { keyword } from '../../grammar/keyword-tokens.js'
import { keywordClasses } from '../../grammar/keywords.js'
import { symbols } from '../../grammar/tokens.js'

test('the grammar is sound: no ambiguous choice, no left recursion, no index used twice', () => {
  const { definitionErrors } = new Grammar({ validate: true }) as unknown as { definitionErrors: unknown[] }
  assert.deepEqual(definitionErrors, [])
})

test('the lexer knows each token by its first character', () => {
  const lexer = new Lexer(symbols as TokenType[], { positionTracking: 'onlyOffset', ensureOptimizations: true })
  assert.deepEqual(lexer.lexerDefinitionErrors, [])
})

test('each keyword of the grammar has a class', () => {
  const unknown = Object.keys(keyword).filter((word) => !keywordClasses.has(word.toLowerCase()))
  assert.deepEqual(unknown, [])
})

test('docs/grammar.md is what scripts/grammar.mjs writes', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/grammar.mjs', '--check'], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
})

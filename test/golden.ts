/**
 * Golden texts: files of cases, each a title, an SQL text and what comes of it. `UPDATE_GOLDEN=1 npm test` writes what came
 * instead of comparing; the diff is then for a person to read.
 *
 *     === title [expect=rule,rule] [refuse=rule]
 *     SELECT ...
 *     ---
 *     the result
 */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import test from 'node:test'
import { fileURLToPath } from 'node:url'

export interface GoldenCase {
  readonly title: string
  /** Names that must be among those that `run` reports, and names that must not. */
  readonly expect: readonly string[]
  readonly refuse: readonly string[]
  readonly sql: string
  readonly result: string
}

export interface Outcome {
  readonly text: string
  /** What fired, to be compared with `expect` and `refuse`. */
  readonly fired: readonly string[]
}

/** Registers a test for each case of a file; `path` is relative to test/. */
export function testGolden(path: string, run: (sql: string) => Outcome): void {
  const file = fileURLToPath(new URL(`../../test/${path}`, import.meta.url))
  const text = readFileSync(file, 'utf8')
  const [head = '', ...sections] = text.split(/^=== /m)
  const cases = sections.map(parseCase)
  if (process.env.UPDATE_GOLDEN) {
    writeFileSync(file, head + cases.map((found) => printCase(found, run(found.sql).text)).join(''))
    return
  }
  for (const found of cases) {
    test(`${path}: ${found.title}`, () => {
      const { text, fired } = run(found.sql)
      assert.equal(text, found.result)
      for (const rule of found.expect) assert.ok(fired.includes(rule), `${rule} did not fire, but ${fired.join(', ')}`)
      for (const rule of found.refuse) assert.ok(!fired.includes(rule), `${rule} fired`)
    })
  }
}

function parseCase(section: string): GoldenCase {
  const [heading = '', ...rest] = section.split('\n')
  const body = rest.join('\n')
  const at = body.indexOf('\n---')
  return {
    title: heading.replace(/ (expect|refuse)=\S+/g, ''),
    expect: namesAfter('expect', heading),
    refuse: namesAfter('refuse', heading),
    sql: (at < 0 ? body : body.slice(0, at)).trim(),
    result:
      at < 0
        ? ''
        : body
            .slice(at + 4)
            .replace(/^\n/, '')
            .trimEnd(),
  }
}

function namesAfter(word: string, heading: string): string[] {
  return new RegExp(` ${word}=(\\S+)`).exec(heading)?.[1]?.split(',') ?? []
}

function printCase({ title, expect, refuse, sql }: GoldenCase, result: string): string {
  const heading = [title, ...marks('expect', expect), ...marks('refuse', refuse)].join(' ')
  return `=== ${heading}\n${sql}\n---\n${result}\n\n`
}

function marks(word: string, names: readonly string[]): string[] {
  return names.length > 0 ? [`${word}=${names.join(',')}`] : []
}

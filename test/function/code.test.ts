// Code and `evaluate` mean the same: for every function with code, every signature, over random and edge values.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromWord } from '../../src/function/accumulate-code.js'
import { canCast, castMeaning } from '../../src/function/cast.js'
import type { Word } from '../../src/function/code-operations.js'
import type { Signature } from '../../src/function/definition.js'
import { compileCode } from '../../src/function/evaluate-code.js'
import { equalValues } from '../../src/function/order.js'
import { builtins } from '../../src/function/registry.js'
import { codeTypeOf, type Emitted, input } from '../../src/model/code.js'
import { isChunkQLError } from '../../src/model/error.js'
import type { Type, Value } from '../../src/model/type.js'
import { codeTypes, nullable, valueFor } from './arbitrary.js'
import { describe, signaturesOf } from './signatures.js'

const failed = Symbol('failed')
type Outcome = Value | typeof failed

function outcome(run: () => Value): Outcome {
  try {
    return run()
  } catch (error) {
    if (isChunkQLError(error) && error.code === 'value') return failed
    throw error
  }
}

/** Runs emitted code over values; NULL arguments have validity false. */
function runner(emitted: Emitted, result: Type): (args: readonly Value[]) => Outcome {
  const errors = (emitted.errors ?? []).map(({ when }) => when)
  const run = compileCode([emitted.value, emitted.valid ?? emitted.value, ...errors])
  return (args) => {
    const words = run(args.flatMap((arg): Word[] => [(arg ?? 0) as Word, arg !== null]))
    if (emitted.valid && words[1] === false) return null
    if (words.slice(2).includes(true)) return failed
    return fromWord(words[0] as Word, result)
  }
}

function inputsOf(types: readonly Type[], withValidity: boolean): Emitted[] {
  return types.map((type, k) => ({
    value: input(codeTypeOf(type), 2 * k),
    valid: withValidity ? input('bool', 2 * k + 1) : undefined,
  }))
}

function agree(name: string, args: readonly Value[], expected: Outcome, got: Outcome): void {
  const same =
    expected === failed || got === failed
      ? expected === got
      : equalValues(expected, got) && (expected !== 0 || Object.is(expected, got))
  assert.ok(same, `${name} of ${args.map(String).join(', ')}: ${String(expected)} by value, ${String(got)} by code`)
}

function checkFunction(name: string, signature: Signature): boolean {
  const definition = builtins.scalarFunction(name)
  const own = definition?.nulls === 'own'
  const emitted = definition?.emit?.(inputsOf(signature.args, own), signature)
  if (!definition || !emitted) return false
  const run = runner(emitted, signature.result)
  const evaluate = definition.evaluate(signature)
  const values = signature.args.map((type) => (own ? nullable(valueFor(type)) : valueFor(type)))
  fc.assert(
    fc.property(fc.tuple(...values), (args) => {
      agree(
        describe(name, signature),
        args,
        outcome(() => evaluate(...args)),
        run(args),
      )
    }),
    { numRuns: 150 },
  )
  return true
}

for (const { name, resolve } of builtins.scalars) {
  test(`code of ${name}`, () => {
    let checked = 0
    for (const signature of signaturesOf({ resolve }, codeTypes, name === 'make_date' ? 3 : 2)) {
      if (checkFunction(name, signature)) checked++
    }
    const definition = builtins.scalarFunction(name)
    if (definition?.emit) assert.ok(checked > 0, 'no signature was checked')
  })
}

test('code of casts', () => {
  let checked = 0
  for (const from of codeTypes) {
    for (const to of codeTypes) {
      for (const attempt of [false, true]) {
        const meaning = canCast(from, to) ? castMeaning(from, to, attempt) : undefined
        const emitted = meaning?.emit(inputsOf([from], false)[0] as Emitted)
        if (!meaning || !emitted) continue
        const run = runner(emitted, to)
        const name = `${attempt ? 'try_cast' : 'cast'} ${from.kind} as ${to.kind}`
        fc.assert(
          fc.property(valueFor(from), (value) => {
            agree(
              name,
              [value],
              outcome(() => meaning.evaluate(value)),
              run([value]),
            )
          }),
          { numRuns: 200 },
        )
        checked++
      }
    }
  }
  assert.ok(checked >= 250)
})

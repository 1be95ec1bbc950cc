/** The delta filter of numcodecs: each number but the first is the difference to the one before. */
import { ChunkQLError } from '../model/error.js'
import { decodedAndEncoded, type NumberTypes, numberFilter } from './number-filter.js'

export const delta = numberFilter('delta', decodedAndEncoded('delta'), (types) => {
  refuse(types)
  return (count, source, out, { kernel }) =>
    kernel.accumulate_numbers(types.from.kernel, types.to.kernel, count, source, out)
})

/** What NumPy would not sum either, or in its own way. */
function refuse({ from, to }: NumberTypes): void {
  const isOdd = [from, to].some(({ name }) => /f2|float16|b1|bool|\?/.test(name))
  const cuts = /f/.test(from.name) && !/f/.test(to.name)
  if (isOdd || cuts) throw new ChunkQLError('unsupported', `delta: ${from.name} to ${to.name}`)
}

// Whether two engines gave the same answer: rows paired by their keys, numbers within a tolerance.

/** The greatest relative difference of two answers, or Infinity where they have other rows. Keys are all columns but the last. */
export function difference(a, b) {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  const [left, right] = [a, b].map(sorted)
  let most = 0
  for (const [i, row] of left.entries()) {
    for (const [j, value] of row.entries()) most = Math.max(most, relative(value, right[i][j]))
  }
  return most
}

function sorted(rows) {
  const rank = (value) => value ?? Number.NEGATIVE_INFINITY
  return [...rows].sort((a, b) => {
    const at = a.findIndex((value, i) => i < a.length - 1 && rank(value) !== rank(b[i]))
    return at < 0 ? 0 : rank(a[at]) - rank(b[at])
  })
}

function relative(a, b) {
  if (a === b) return 0
  if (a === null || b === null) return Number.POSITIVE_INFINITY
  return Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b))
}

// Answers of up to 10^7 rows in any order, made small: rows go to buckets by a hash of their keys, and each column of
// numbers is added up per bucket. Two answers are equal where all buckets are, up to the order in which floats were added.

const buckets = 4096

/** `columns`: one function from row to value per column of a batch, keys first. */
export function openDigest(keys) {
  const sums = []
  const counts = new Float64Array(buckets)
  let rows = 0
  return {
    add(columns, length) {
      rows += length
      const hashes = hashesOf(columns.slice(0, keys), length)
      for (const hash of hashes) counts[hash % buckets]++
      columns.slice(keys).forEach((valueAt, k) => {
        sums[k] ??= new Float64Array(buckets)
        // Weighed, so that values which changed places are seen.
        for (let row = 0; row < length; row++) {
          const hash = hashes[row]
          sums[k][hash % buckets] += Number(valueAt(row) ?? -1) * (1 + (hash >>> 12) / 2 ** 20)
        }
      })
    },
    result: () => ({ rows, counts: [...counts], sums: sums.map((each) => [...each]) }),
  }
}

/** FNV-1a over the keys as text, mixed. */
function hashesOf(keys, length) {
  const hashes = new Uint32Array(length).fill(0x811c9dc5)
  for (const valueAt of keys) {
    for (let row = 0; row < length; row++) {
      const text = `${valueAt(row)}|`
      let hash = hashes[row]
      for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
      hashes[row] = hash
    }
  }
  return hashes.map((hash) => {
    const mixed = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b)
    return mixed ^ (mixed >>> 16)
  })
}

/** The greatest relative difference of two digests, Infinity where they have other groups. */
export function difference(a, b) {
  if (a.rows !== b.rows || a.counts.some((count, i) => count !== b.counts[i])) return Number.POSITIVE_INFINITY
  let most = 0
  a.sums.forEach((sums, k) => {
    sums.forEach((sum, i) => {
      const other = b.sums[k][i]
      if (sum !== other) most = Math.max(most, Math.abs(sum - other) / Math.max(Math.abs(sum), Math.abs(other)))
      if (Number.isNaN(sum) !== Number.isNaN(other)) most = Number.POSITIVE_INFINITY
    })
  })
  return most
}

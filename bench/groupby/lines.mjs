// The group-by questions of the db-benchmark (h2oai) without its eighth, which is a window. SQL for ChunkQL and DuckDB alike.

/** `keys`: how many columns of the answer are keys; the others are compared as numbers. */
export const lines = [
  { name: 'q1: sum v1 by id1', keys: 1, sql: 'SELECT id1, sum(v1) FROM $t GROUP BY id1' },
  { name: 'q2: sum v1 by id1, id2', keys: 2, sql: 'SELECT id1, id2, sum(v1) FROM $t GROUP BY id1, id2' },
  { name: 'q3: sum v1, mean v3 by id3', keys: 1, sql: 'SELECT id3, sum(v1), avg(v3) FROM $t GROUP BY id3' },
  { name: 'q4: mean v1, v2, v3 by id4', keys: 1, sql: 'SELECT id4, avg(v1), avg(v2), avg(v3) FROM $t GROUP BY id4' },
  { name: 'q5: sum v1, v2, v3 by id6', keys: 1, sql: 'SELECT id6, sum(v1), sum(v2), sum(v3) FROM $t GROUP BY id6' },
  {
    name: 'q6: median v3, sd v3 by id4, id5',
    keys: 2,
    sql: 'SELECT id4, id5, median(v3), stddev(v3) FROM $t GROUP BY id4, id5',
  },
  { name: 'q7: max v1 - min v2 by id3', keys: 1, sql: 'SELECT id3, max(v1) - min(v2) FROM $t GROUP BY id3' },
  {
    name: 'q9: corr(v1, v2)^2 by id2, id4',
    keys: 2,
    sql: 'SELECT id2, id4, pow(corr(v1, v2), 2) FROM $t GROUP BY id2, id4',
  },
  {
    name: 'q10: sum v3, count by id1 to id6',
    keys: 6,
    sql: 'SELECT id1, id2, id3, id4, id5, id6, sum(v3), count(*) FROM $t GROUP BY id1, id2, id3, id4, id5, id6',
  },
]

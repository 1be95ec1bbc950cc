// The questions, as SQL for ChunkQL and DuckDB; peer_dask.py has the same names. `$from` and `$to` bound a tenth of the time axis.

export const lines = [
  { name: 'mean', sql: 'SELECT avg(t2m) FROM $t' },
  { name: 'mean, min, max, stddev', sql: 'SELECT avg(t2m), min(t2m), max(t2m), stddev_samp(t2m) FROM $t' },
  { name: 'by lat', sql: 'SELECT lat, avg(t2m) FROM $t GROUP BY lat' },
  { name: 'by lat, lon', sql: 'SELECT lat, lon, avg(t2m) FROM $t GROUP BY lat, lon' },
  { name: 'by month', sql: 'SELECT month(time) AS m, avg(t2m) FROM $t GROUP BY m' },
  {
    name: 'by month, lat, lon',
    sql: 'SELECT month(time) AS m, lat, lon, avg(t2m) FROM $t GROUP BY m, lat, lon',
  },
  { name: 'mean, lat >= 60', sql: 'SELECT avg(t2m) FROM $t WHERE lat >= 60' },
  { name: 'count, t2m > 290', sql: 'SELECT count(*) FROM $t WHERE t2m > 290' },
  {
    name: 'mean, a tenth of time',
    sql: "SELECT avg(t2m) FROM $t WHERE time >= TIMESTAMP '$from' AND time < TIMESTAMP '$to'",
  },
  { name: 'mean of an expression', sql: 'SELECT avg(t2m * 9 / 5 - 459.67) FROM $t' },
  {
    name: 'by floor(t2m), floor(lat / 10)',
    sql: 'SELECT floor(t2m) AS k, floor(lat / 10) AS belt, count(*) FROM $t GROUP BY k, belt',
  },
]

export function sqlOf(line, table, { from, to }) {
  return line.sql.replace('$t', table).replace('$from', from).replace('$to', to)
}

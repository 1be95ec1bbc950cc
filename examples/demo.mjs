// The main job in half a minute: questions of a scientist to real data in chunks, each with its answer, time and chunks read.
// Run by `npm run demo`; the stores are in examples/data (see its README for where the data come from).
import { fileURLToPath } from 'node:url'
import { connect, formatNamed, writeResult } from 'chunkql'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

const db = await connect({
  attach: {
    precipitation: here('data/precipitation.zarr'),
    weather: here('data/weather.zarr'),
    flights: here('data/flights.zarr'),
    wind: here('data/wind.zarr'),
    normals: here('data/normals.zarr'),
  },
  use: [here('circular-stats.js')],
})

const questions = [
  ['What can be asked?', 'SHOW TABLES'],
  [
    'How much does it rain in a year, averaged over the globe? (cells weighted by their area)',
    `SELECT sum(precipitation * cos(radians(lat))) / sum(cos(radians(lat))) AS mean_mm,
       max(precipitation) AS max_mm
FROM precipitation`,
  ],
  [
    'And from the equator to the poles?',
    `SELECT floor(lat / 15) * 15 AS from_latitude, avg(precipitation) AS mean_mm
FROM precipitation
GROUP BY ALL
ORDER BY from_latitude DESC`,
  ],
  [
    'What does a year look like in Seattle and New York? (a monthly climatology of four years)',
    `SELECT month(time) AS month,
       avg(temp_max) FILTER (WHERE location = 'Seattle') AS seattle,
       avg(temp_max) FILTER (WHERE location = 'New York') AS new_york
FROM weather
GROUP BY month
ORDER BY month`,
  ],
  [
    'When was it hottest? Only chunks of summers are read.',
    `SELECT time::DATE AS day, location, temp_max
FROM weather
WHERE temp_max > 36 AND month(time) BETWEEN 6 AND 8
ORDER BY temp_max DESC, day
LIMIT 5`,
  ],
  [
    'Which airports are the latest? (300,000 rows of a one-dimensional table)',
    `SELECT origin, count(*) AS flights, avg(delay) AS mean_delay,
       count(*) FILTER (WHERE delay > 60) / count(*) AS over_an_hour
FROM flights
GROUP BY origin
HAVING count(*) > 3000
ORDER BY mean_delay DESC
LIMIT 5`,
  ],
  [
    'Where does the wind go? (a statistic from the package examples/circular-stats.js)',
    `SELECT floor(latitude / 5) * 5 AS from_latitude, circular_mean(direction) AS direction,
       resultant_length(direction) AS steadiness, avg(speed) AS speed
FROM wind
GROUP BY from_latitude
ORDER BY from_latitude DESC`,
  ],
  [
    'What was done to answer?',
    `EXPLAIN ANALYZE
SELECT hour, avg(temperature) FROM normals WHERE month(day) = 7 GROUP BY hour`,
  ],
]

const stdout = {
  write: async (part) => void process.stdout.write(part),
  close: async () => {},
  abort: async () => {},
}

for (const [question, sql] of questions) {
  console.log(`\n-- ${question}\n${sql};\n`)
  const started = performance.now()
  const result = await db.run(sql)
  if (result.text === undefined)
    await writeResult(result, formatNamed('table'), stdout, { width: process.stdout.columns ?? 100 })
  else console.log(result.text)
  const ms = (performance.now() - started).toFixed(1)
  const { read, chunksTotal } = result.work
  console.log(`${ms} ms, ${read} of ${chunksTotal} chunks read`)
}
await db.close()

// A package of algorithms: statistics of directions in degrees, where the mean of 350 and 10 is 0.
// Used by name once it is named in connect({ use: ['./circular-stats.js'] }): chunk by chunk, each chunk leaves one sum.
// Fisher, N. I. (1993): Statistical Analysis of Circular Data, section 2.3.
import { defineAggregate } from 'chunkql'

const radians = Math.PI / 180

/** State: how many directions, and the sum of their unit vectors. */
const vectors = {
  args: ['DOUBLE'],
  returns: 'DOUBLE',
  init: () => ({ count: 0, east: 0, north: 0 }),
  update(sum, degrees) {
    sum.count += 1
    sum.east += Math.sin(degrees * radians)
    sum.north += Math.cos(degrees * radians)
    return sum
  },
  merge: (a, b) => ({ count: a.count + b.count, east: a.east + b.east, north: a.north + b.north }),
}

/** Mean direction in degrees, 0 to 360; NULL without rows. */
export const circularMean = defineAggregate({
  ...vectors,
  name: 'circular_mean',
  summary: 'mean direction in degrees, from 0 to 360',
  finalize({ count, east, north }) {
    if (count === 0) return null
    const degrees = Math.atan2(east, north) / radians
    return degrees < 0 ? degrees + 360 : degrees
  },
})

/** Length of the mean vector: 1 where all directions agree, 0 where they cancel out; NULL without rows. */
export const resultantLength = defineAggregate({
  ...vectors,
  name: 'resultant_length',
  summary: 'how much directions agree: 1 all the same, 0 spread evenly',
  finalize: ({ count, east, north }) => (count === 0 ? null : Math.hypot(east, north) / count),
})

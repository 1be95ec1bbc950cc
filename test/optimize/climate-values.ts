/** The coordinates of the store in test/bind/climate.ts: time ascends, lat descends, lon is in no order. */
import { FLOAT32, TIMESTAMP } from '../../src/model/type.js'
import { type Vector, vectorOf } from '../../src/model/vector.js'

const values: Readonly<Record<string, Vector>> = {
  time: vectorOf(
    TIMESTAMP,
    Array.from({ length: 8 }, (_, i) => BigInt(i) * 86_400_000_000n),
  ),
  lat: vectorOf(FLOAT32, [45, 0, -45]),
  lon: vectorOf(FLOAT32, [0, 10, 10, 5]),
}

export function coordinate(_source: string, _table: string, column: string): Vector | undefined {
  return values[column]
}

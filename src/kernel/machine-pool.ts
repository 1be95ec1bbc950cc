/** Machines to be used again: fresh pages cost more than cleared marks, and memory that waits for the collector adds up. */
import { createMachine, type Machine } from './machine.js'

export interface Loan {
  readonly machine: Machine
  /** Gives the machine back, cleared. */
  release(): void
}

export interface MachinePool {
  /** A machine of at most `limit` bytes, empty. */
  borrow(limit: number): Loan
}

/** Keeps at most `most` idle machines; one that grew past `mostBytes` is dropped instead. */
export function machinePool(most: number, mostBytes: number): MachinePool {
  const idle: { readonly machine: Machine; readonly bottom: number; readonly limit: number }[] = []
  return {
    borrow(limit) {
      const found = idle.findIndex((place) => place.limit === limit)
      const place = found >= 0 ? idle.splice(found, 1)[0] : undefined
      const { machine, bottom } = place ?? fresh(limit)
      return {
        machine,
        release() {
          machine.release(bottom)
          if (idle.length < most && machine.bytes.length <= mostBytes) idle.push({ machine, bottom, limit })
        },
      }
    },
  }
}

function fresh(limit: number): { machine: Machine; bottom: number } {
  const machine = createMachine({ limit })
  return { machine, bottom: machine.mark() }
}

/** The pool of a thread. */
export const machines = machinePool(2, 256e6)

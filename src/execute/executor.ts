/** Where tasks run. Tasks and partials are plain data, so that other threads, or other machines, can take them. */
import { ChunkQLError } from '../model/error.js'
import type { GroupPart, Job, Partial } from '../model/job.js'

/** A job that is under way, with the flag that stops it: set from any thread, read by every task. */
export interface RunningJob {
  readonly job: Job
  readonly cancel: Int32Array<SharedArrayBuffer>
}

export interface Executor {
  /** How many tasks run at once. */
  readonly slots: number
  run(running: RunningJob, task: number): Promise<Partial>
  /** Merges parts of groups that tasks have divided, in their order; the parts are used up. */
  merge(running: RunningJob, task: number, parts: readonly GroupPart[]): Promise<Partial>
  /** Forgets a job: nothing of it is under way any more. */
  release(running: RunningJob): void
}

export const mostTasksPerThread = 16

export function start(job: Job): RunningJob {
  return { job, cancel: new Int32Array(new SharedArrayBuffer(4)) }
}

export function cancel(running: RunningJob): void {
  Atomics.store(running.cancel, 0, 1)
}

export function isCancelled(flag: Int32Array): boolean {
  return Atomics.load(flag, 0) !== 0
}

/** Throws where the flag is up. */
export function checkCancelled(flag: Int32Array): undefined {
  if (isCancelled(flag)) throw new ChunkQLError('cancelled', 'the query was cancelled')
}

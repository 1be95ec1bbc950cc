/** What the pool and its workers say to each other. */
import type { ErrorData } from '../model/error.js'
import type { GroupPart, Job, Partial } from '../model/job.js'

/** The job itself comes with the first task that a worker gets of it. */
export interface TaskMessage {
  readonly id: number
  readonly task: number
  /** These are to be merged: a task of the second stage. */
  readonly parts?: readonly GroupPart[] | undefined
  readonly opening?: { readonly job: Job; readonly cancel: Int32Array } | undefined
  /** Jobs that are still under way: a worker forgets all others. */
  readonly live: readonly number[]
}

/** Errors are data: of a thrown one only `message` would arrive. */
export type TaskReply =
  | { readonly kind: 'partial'; readonly partial: Partial }
  /** The parts come back. */
  | { readonly kind: 'unknownJob'; readonly parts?: readonly GroupPart[] | undefined }
  | { readonly kind: 'error'; readonly error: ErrorData }

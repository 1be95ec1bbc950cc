/** Runs tasks on worker threads. The threads start with the first task and stay for the session. */
import type { Piscina } from 'piscina'
import { kernelModule } from '../kernel/machine.js'
import { ChunkQLError, fromErrorData, isChunkQLError } from '../model/error.js'
import type { Partial } from '../model/job.js'
import type { Executor, RunningJob } from './executor.js'
import type { TaskMessage, TaskReply } from './messages.js'

export interface Pool extends Executor {
  close(): Promise<void>
}

export function poolExecutor(threads: number): Pool {
  let pool: Promise<Piscina> | undefined
  const live = new Set<number>()
  const send = async (message: TaskMessage): Promise<TaskReply> => {
    pool ??= openPool(threads)
    const running = await pool
    try {
      return await running.run(message)
    } catch (error) {
      throw workerError(error)
    }
  }
  return {
    slots: threads,
    async run({ job, cancel }, task) {
      live.add(job.id)
      const message = { id: job.id, task, live: [...live] }
      const reply = await send(message)
      if (reply.kind !== 'unknownJob') return partialOf(reply)
      return partialOf(await send({ ...message, opening: { job, cancel } }))
    },
    release: ({ job }) => {
      live.delete(job.id)
    },
    async close() {
      const running = await pool
      pool = undefined
      await running?.destroy()
    },
  }
}

/**
 * atomics off: by default a worker blocks between tasks, and its background reads with it.
 * The kernel is compiled once: threads that share a module share its optimized code.
 */
async function openPool(threads: number): Promise<Piscina> {
  const { Piscina } = await import('piscina')
  const filename = new URL('./worker.js', import.meta.url).href
  return new Piscina({
    filename,
    minThreads: threads,
    maxThreads: threads,
    atomics: 'disabled',
    workerHistogram: false,
    workerData: kernelModule(),
  })
}

function partialOf(reply: TaskReply): Partial {
  switch (reply.kind) {
    case 'partial':
      return reply.partial
    case 'error':
      throw fromErrorData(reply.error)
    case 'unknownJob':
      throw new ChunkQLError('internal', 'a worker forgot its job')
    default:
      return reply satisfies never
  }
}

/** A thread that died takes its task with it: the query fails, the pool makes a new thread. */
function workerError(error: unknown): ChunkQLError {
  if (isChunkQLError(error)) return error
  const cause = error instanceof Error ? error.message : String(error)
  return new ChunkQLError('worker', `a worker thread failed: ${cause}`, {
    hint: 'The query was stopped; the session can go on. If memory ran out, lower memory_limit or threads.',
  })
}

/** So that the type of a running job stays in one import for callers. */
export type { RunningJob }

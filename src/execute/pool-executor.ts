/** Runs tasks on worker threads. The threads start with the first task and stay for the session. */
import type { Piscina } from 'piscina'
import { kernelModule } from '../kernel/machine.js'
import { ChunkQLError, fromErrorData, isChunkQLError } from '../model/error.js'
import type { GroupPart, Partial } from '../model/job.js'
import { partBuffers } from './buffers.js'
import { cancel, type Executor, mostTasksPerThread, type RunningJob } from './executor.js'
import type { TaskMessage, TaskReply } from './messages.js'

export interface Pool extends Executor {
  close(): Promise<void>
}

/** How long `close` waits for tasks that were told to stop, in milliseconds; then their threads are ended. */
const patienceMs = 1000

export function poolExecutor(threads: number): Pool {
  let pool: Promise<Piscina> | undefined
  const live = new Map<number, RunningJob>()
  const gates = new Map<number, Gate>()
  const sent = new Set<Promise<TaskReply>>()
  const send = async (message: TaskMessage): Promise<TaskReply> => {
    pool ??= openPool(threads)
    const transferList = [...partBuffers(message.parts)]
    const reply = (await pool).run(message, { transferList }) as Promise<TaskReply>
    sent.add(reply)
    try {
      return await reply
    } catch (error) {
      throw workerError(error)
    } finally {
      sent.delete(reply)
    }
  }
  async function perform(running: RunningJob, task: number, parts?: readonly GroupPart[]): Promise<Partial> {
    const { job } = running
    live.set(job.id, running)
    const gate = gates.get(job.id) ?? openGate(threads * job.tasksPerThread)
    gates.set(job.id, gate)
    await gate.enter()
    try {
      const message = { id: job.id, task, parts, live: [...live.keys()] }
      const reply = await send(message)
      if (reply.kind !== 'unknownJob') return partialOf(reply)
      const opening = { job, cancel: running.cancel }
      return partialOf(await send({ ...message, parts: reply.parts, opening }))
    } finally {
      gate.leave()
    }
  }
  return {
    slots: threads,
    run: (running, task) => perform(running, task),
    merge: perform,
    release: ({ job }) => {
      live.delete(job.id)
      gates.delete(job.id)
    },
    async close() {
      const running = await pool
      pool = undefined
      for (const job of live.values()) cancel(job)
      // Piscina takes an answer that comes after its end for a fault: let the tasks come to theirs first.
      await Promise.race([Promise.allSettled(sent), delay(patienceMs)])
      await running?.destroy()
    },
  }
}

/** Lets so many in at once, the others in the order in which they came. */
interface Gate {
  enter(): Promise<void> | undefined
  leave(): void
}

function openGate(places: number): Gate {
  const waiting: (() => void)[] = []
  let free = places
  return {
    enter() {
      if (free > 0) {
        free--
        return undefined
      }
      return new Promise((resume) => {
        waiting.push(resume)
      })
    },
    leave() {
      const next = waiting.shift()
      if (next) next()
      else free++
    },
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resume) => {
    setTimeout(resume, ms).unref()
  })
}

/**
 * atomics off: by default a worker blocks between tasks, and its background reads with it.
 * The kernel is compiled once: threads that share a module share its optimized code.
 */
async function openPool(threads: number): Promise<Piscina> {
  const { Piscina } = await import('piscina')
  const filename = new URL('./thread.cjs', import.meta.url).href
  const pool = new Piscina({
    filename,
    minThreads: threads,
    maxThreads: threads,
    atomics: 'disabled',
    concurrentTasksPerWorker: mostTasksPerThread,
    workerHistogram: false,
    workerData: kernelModule(),
  })
  // What fails a task rejects it; the event tells the same again, and without a listener would end the process.
  pool.on('error', () => {})
  return pool
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

/** The tasks of a stage on an executor: what they leave behind, in their order. Called by `execute.ts`. */
import { ChunkQLError } from '../model/error.js'
import type { GroupPart, Partial, ScanStage } from '../model/job.js'
import { taskCount } from './boxes.js'
import type { ExecuteContext } from './execute.js'
import { cancel, mostTasksPerThread, type RunningJob, start } from './executor.js'
import { addWork } from './work.js'

/** The tasks of a stage under way. */
export interface StageTasks {
  /** What the tasks over boxes leave behind. */
  partials(): AsyncGenerator<Partial>
  /** What comes of parts that are merged together. */
  merged(shares: Iterable<readonly GroupPart[]>): AsyncGenerator<Partial>
  close(): void
}

export function openTasks(stage: ScanStage, context: ExecuteContext): StageTasks {
  const { executor, work, signal } = context
  // One waits at the thread while the other runs: 5 % of a scan of LZ4 went by between tasks.
  const tasksPerThread = context.isRemote ? tasksAhead(stage) : 2
  const running = start({ ...context.job, stage, tasksPerThread })
  const stopped = stopOn(running, signal)
  const atOnce = tasksPerThread * executor.slots
  const waiting: Promise<Partial>[] = []

  /** In the order of the tasks, which run ahead of who takes their results by a bounded number, so that those that wait fit memory. */
  async function* inOrder(tasks: Iterator<Promise<Partial>>): AsyncGenerator<Partial> {
    let most = isLimited(stage) ? 1 : atOnce
    for (;;) {
      while (waiting.length < most) {
        const { done, value } = tasks.next()
        if (done) break
        waiting.push(quiet(value))
      }
      if (waiting.length === 0) return
      // It waits among the others until it has ended: a machine that it uses is not to be given to anybody else.
      const partial = await Promise.race([waiting[0] as Promise<Partial>, stopped.promise])
      waiting.shift()
      addWork(work, partial.work)
      for (const each of partial.surveyed ?? []) context.onSurveyed?.(each)
      yield partial
      // Where a LIMIT may make them vain they begin with one.
      most = Math.min(atOnce, 2 * most)
    }
  }

  function* runs(): Generator<Promise<Partial>> {
    for (let task = 0; task < taskCount(stage.tasks); task++) yield executor.run(running, task)
  }

  function* merges(shares: Iterable<readonly GroupPart[]>): Generator<Promise<Partial>> {
    let task = 0
    for (const parts of shares) yield executor.merge(running, task++, parts)
  }

  return {
    async *partials() {
      for await (const partial of inOrder(runs())) {
        context.onProgress?.({
          done: work.read + work.cached,
          total: work.chunksTotal - work.pruned - work.answered,
          bytes: work.bytesRead,
        })
        yield partial
      }
    },
    merged: (shares) => inOrder(merges(shares)),
    close() {
      cancel(running)
      stopped.forget()
      // Its tasks notice the flag at their next block; nobody waits for them, but the job is kept until they have.
      void Promise.allSettled(waiting).then(() => executor.release(running))
    },
  }
}

/** Enough tasks that their chunks keep a distant store busy; few where a LIMIT may make them vain. */
function tasksAhead(stage: ScanStage): number {
  const { tasks, scan } = stage
  const chunks = tasks.boxesPerTask * Math.max(1, scan.columns.filter(({ kind }) => kind === 'stored').length)
  return Math.max(2, Math.min(isLimited(stage) ? 4 : mostTasksPerThread, Math.ceil(16 / chunks)))
}

function isLimited({ sink }: ScanStage): boolean {
  return sink.kind === 'rows' && sink.limit !== undefined
}

/** A failure is seen when its turn comes; until then it must not count as unhandled. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}

/** A promise that fails when the caller gives up. */
function stopOn(running: RunningJob, signal: AbortSignal | undefined): { promise: Promise<never>; forget: () => void } {
  let onAbort = () => {}
  const promise = new Promise<never>((_, reject) => {
    onAbort = () => {
      cancel(running)
      reject(new ChunkQLError('cancelled', 'the query was cancelled'))
    }
  })
  signal?.addEventListener('abort', onAbort, { once: true })
  if (signal?.aborted) onAbort()
  return { promise: quiet(promise), forget: () => signal?.removeEventListener('abort', onAbort) }
}

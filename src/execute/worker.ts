/** Entry of a worker thread: opens jobs that it is sent, runs their tasks, answers with data only. */
import { move, transferableSymbol, valueSymbol, workerData } from 'piscina'
import { loadRegistry } from '../function/packages.js'
import { useKernelModule } from '../kernel/machine.js'
import { type Loan, machines } from '../kernel/machine-pool.js'
import { toErrorData } from '../model/error.js'
import type { Job } from '../model/job.js'
import { moduleText } from '../platform/node/module-text.js'
import { openSource } from '../source/registry.js'
import type { Source } from '../source/source.js'
import { buffersOf, partBuffers } from './buffers.js'
import { checkCancelled, isCancelled } from './executor.js'
import type { TaskMessage, TaskReply } from './messages.js'
import { type OpenStage, openStage } from './stage-run.js'
import { changedSource, isSameSource } from './versions.js'

useKernelModule(workerData as WebAssembly.Module)

interface OpenJob {
  readonly loan: Loan
  readonly stage: Promise<OpenStage>
}

const jobs = new Map<number, OpenJob>()
const sources = new Map<string, Promise<Source>>()

export default async function runTask(message: TaskMessage): Promise<TaskReply> {
  try {
    forget(message.live)
    const open = jobs.get(message.id) ?? (message.opening && openJob(message.opening))
    const { task, parts } = message
    if (!open) return transferred({ kind: 'unknownJob', parts }, partBuffers(parts))
    const stage = await open.stage
    const partial = await (parts ? stage.merge(task, parts) : stage.run(task))
    return transferred({ kind: 'partial', partial }, buffersOf(partial.body))
  } catch (error) {
    return { kind: 'error', error: toErrorData(error) }
  }
}

function openJob({ job, cancel }: { readonly job: Job; readonly cancel: Int32Array }): OpenJob {
  const loan = machines.borrow(job.settings.memory_limit / job.settings.threads)
  const stage = sourceOf(job).then(async (source) =>
    openStage(job, loan.machine, source, await loadRegistry(job.use, [], moduleText), {
      check: () => checkCancelled(cancel),
      isCancelled: () => isCancelled(cancel),
    }),
  )
  const open = { loan, stage }
  jobs.set(job.id, open)
  return open
}

/** What was opened before a store was written to is opened anew, for a session that has done so. */
async function sourceOf(job: Job): Promise<Source> {
  const name = JSON.stringify(job.source)
  const known = sources.get(name)
  const before = await known
  if (before && isSameSource(job, before)) return before
  if (sources.get(name) === known) sources.delete(name)
  const source = await openSources(job, name)
  if (!isSameSource(job, source)) throw changedSource(job)
  return source
}

function openSources(job: Job, name: string): Promise<Source> {
  const known = sources.get(name)
  if (known) return known
  if (!job.source) throw new TypeError('a source without a reference was sent to a worker')
  const source = openSource(job.source)
  sources.set(name, source)
  source.catch(() => sources.delete(name))
  return source
}

function forget(live: readonly number[]): void {
  for (const [id, open] of jobs) {
    if (live.includes(id)) continue
    jobs.delete(id)
    void release(open)
  }
}

/** A task that was cancelled may still wait for bytes: its machine is its own until then. */
async function release({ stage, loan }: OpenJob): Promise<void> {
  await stage.then((open) => open.idle()).catch(() => undefined)
  loan.release()
}

/** Results leave by transfer; what they were sliced from stays. */
function transferred(reply: TaskReply, buffers: readonly ArrayBuffer[]): TaskReply {
  if (buffers.length === 0) return reply
  return move({ [transferableSymbol]: buffers, [valueSymbol]: reply } as never) as unknown as TaskReply
}

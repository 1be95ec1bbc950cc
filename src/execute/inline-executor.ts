/** Runs tasks on the calling thread: small queries, data in memory, functions given as closures. */
import type { Registry } from '../function/registry.js'
import { type Loan, machines } from '../kernel/machine-pool.js'
import type { Source } from '../source/source.js'
import { checkCancelled, type Executor, isCancelled, type RunningJob } from './executor.js'
import { type Check, type OpenStage, openStage } from './stage-run.js'

/** Tasks run one after another; between them the event loop has its turn, so that a query can be cancelled. */
export function inlineExecutor(source: Source, registry: Registry): Executor {
  const stages = new Map<number, { readonly loan: Loan; readonly stage: Promise<OpenStage> }>()
  let last: Promise<unknown> = Promise.resolve()
  const open = (running: RunningJob): Promise<OpenStage> => {
    const { job } = running
    const known = stages.get(job.id)
    if (known) return known.stage
    const loan = machines.borrow(job.settings.memory_limit)
    const stage = openStage(job, loan.machine, source, registry, {
      check: politeCheck(running.cancel),
      isCancelled: () => isCancelled(running.cancel),
    })
    stages.set(job.id, { loan, stage })
    return stage
  }
  return {
    slots: 1,
    run(running, task) {
      // A task that waits its turn fetches meanwhile, where bytes come from afar.
      const turn = source.isRemote ? Promise.resolve() : last
      const done = turn.then(yieldToEvents).then(async () => (await open(running)).run(task))
      last = done.catch(() => undefined)
      return done
    },
    async merge(running, task, parts) {
      await yieldToEvents()
      return (await open(running)).merge(task, parts)
    },
    release: ({ job }) => {
      stages.get(job.id)?.loan.release()
      stages.delete(job.id)
    },
  }
}

/** Longer than this the event loop never waits for its turn. */
const turnMs = 20

/** Checks the flag, and lets timers and signals have their turn every now and then. */
function politeCheck(flag: Int32Array): Check {
  let last = performance.now()
  return () => {
    checkCancelled(flag)
    if (performance.now() - last < turnMs) return undefined
    return yieldToEvents().then(() => {
      last = performance.now()
      checkCancelled(flag)
    })
  }
}

function yieldToEvents(): Promise<void> {
  return new Promise((resume) => {
    setImmediate(resume)
  })
}

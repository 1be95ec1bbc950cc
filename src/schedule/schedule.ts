/** Makes a plan ready to run: what the scan does in parallel, in which boxes, by which loops, and which steps follow. Called by `query.ts`. */
import type { Registry } from '../function/registry.js'
import { type ColumnId, conjunction, type Expression } from '../model/expression.js'
import {
  type GridScan,
  type JobColumn,
  type KeySpace,
  type LoopPlan,
  type ScanStage,
  type Schedule,
  type Settings,
  type Sink,
  type Verdicts,
  verdict,
} from '../model/job.js'
import { headerOf, type Plan, type Scan } from '../model/plan.js'
import { cellCount } from '../model/schema.js'
import { withOwnChunks } from '../model/stored-column.js'
import type { Vector } from '../model/vector.js'
import type { Known } from '../statistics/known.js'
import { answerRows, rowAnswerColumns } from './answer-rows.js'
import { answer, answerColumns } from './answers.js'
import { chooseBox, taskSpace } from './box.js'
import { codeTextColumns } from './coded-keys.js'
import { keysToCollect } from './collected.js'
import { Hoisting, jobColumns, usedColumns } from './columns.js'
import { Dimensions, type Selection, selectIndexes } from './dimensions.js'
import { divideKeys } from './keys.js'
import { codeColumns, type PlanLoops, planReduce, planSelect } from './loops.js'
import { cut, type Ending, type Pipeline } from './pipeline.js'
import { byPosition, isOrdered } from './positions.js'
import { windowRows } from './row-window.js'
import { answerBySelection } from './selected.js'
import { sortBoxes } from './skipped.js'
import { TextTests } from './text-tests.js'

export interface ScheduleContext {
  /** Values of a one-dimensional column, where the session loaded them. */
  coordinate(source: string, table: string, column: string): Vector | undefined
  readonly registry: Registry
  readonly settings: Settings
  /** What statistics tell of the chunks that this plan, scheduled without, would read. */
  readonly known?: Known | undefined
}

/** Ways to compile a scan, best first; where neither has code it is interpreted. */
const ways: readonly PlanLoops[] = [planReduce, planSelect]

/** `refused`: how many of the ways turned out to have no code. */
export function schedule(plan: Plan, context: ScheduleContext, refused = 0): Schedule {
  const whole = cut(plan)
  const header = headerOf(plan)
  const { columns, leaf } = whole
  if (leaf.kind === 'values') {
    return { from: { kind: 'values', batch: leaf.batch }, columns, steps: whole.steps, header }
  }
  const { registry, settings } = context
  const dimensions = new Dimensions(leaf, (column) => context.coordinate(leaf.source, leaf.table, column), registry)
  const selected = selectIndexes(dimensions, whole.predicates, settings.pruning)
  const { pipeline, selection } = windowRows(whole, selected)
  const { steps } = pipeline
  const known = settings.pruning ? answerBySelection(pipeline.ending, selection, dimensions) : undefined
  if (known) return { from: { kind: 'values', batch: known }, columns, steps, header }
  const passes = context.known !== undefined && !context.known.verdicts.codes.includes(verdict.maybe)
  const tested = passes ? { ...selection, residual: [] } : selection
  const stage = scheduleScan(dimensions, pipeline, tested, context, refused)
  return { from: { kind: 'stage', stage }, columns, steps, header }
}

function scheduleScan(
  dimensions: Dimensions,
  { ending }: Pipeline,
  selection: Selection,
  context: ScheduleContext,
  refused: number,
): ScanStage {
  const { settings } = context
  const leaf = dimensions.scan
  const keys: KeySpace = ending.kind === 'reduce' ? divideKeys(ending.keys, dimensions, selection) : { kind: 'none' }
  for (const plan of settings.engine === 'auto' ? ways.slice(refused) : []) {
    const own =
      plan === planReduce && ending.kind === 'reduce' ? keysToCollect(keys, ending.aggregates, context.registry) : keys
    const stage = withLoops(leaf, ending, own, selection, dimensions, plan, context)
    if (stage) return stage
  }
  const sink = sinkOf(ending, keys, (expression) => expression)
  const verdicts = ownVerdicts(context)
  const scan = gridScan(leaf, sink, conjunction(selection.residual), dimensions, selection.ranges, [], false, verdicts)
  const answered = answeredBy(scan, sink, undefined, context)
  return { ...finishStage(scan, sink, undefined, context, true), ...answered }
}

/** The stage with its dimension expressions taken out and its loops planned; undefined where it has no code. */
function withLoops(
  leaf: Scan,
  ending: Ending,
  keys: KeySpace,
  selection: Selection,
  dimensions: Dimensions,
  plan: PlanLoops,
  context: ScheduleContext,
): ScanStage | undefined {
  const reduces = plan === planReduce
  let free = 1 + Math.max(0, ...leaf.columns.map(({ id }) => id), ...idsOf(ending))
  const nextId = () => free++
  const placed =
    reduces && ending.kind === 'reduce' ? withPositions(ending, leaf, nextId, context) : { ending, columns: [] }
  const phase = selection.residual.length > 0 ? 'late' : 'filter'
  const coded = codeTextColumns(reduces ? keys : { kind: 'none' }, leaf.columns, nextId, phase)
  const filters = new TextTests(leaf.columns, nextId, 'filter', context.registry)
  const residual = selection.residual.map((predicate) => filters.replace(predicate))
  const tests = new TextTests(leaf.columns, nextId, phase, context.registry)
  const tested = reduces && placed.ending.kind === 'reduce' ? withTests(placed.ending, tests) : placed.ending
  const hoisting = new Hoisting(dimensions, nextId)
  const hoist = (expression: Expression) => hoisting.hoist(expression)
  const hoisted = reduces && coded.keys.kind === 'hash' ? hoistKeys(coded.keys, hoist) : keys
  const sink = sinkOf(tested, hoisted, reduces ? hoist : (expression) => expression)
  const predicate = conjunction(residual.map(hoist))
  const along = reduces ? codeColumns(hoisted) : []
  const texts = [coded, filters, tests].flatMap(({ columns }) => columns)
  const extra = [...placed.columns, ...texts, ...hoisting.columns, ...along]
  const verdicts = ownVerdicts(context)
  const scan = gridScan(leaf, sink, predicate, dimensions, selection.ranges, extra, reduces, verdicts)
  const loops = plan(scan, sink, context.registry)
  if (!loops) return undefined
  const answered = answeredBy(scan, sink, loops, context)
  return { ...finishStage(scan, sink, loops, context, !reduces), ...answered }
}

/** What is answered is marked there. */
function ownVerdicts({ known }: ScheduleContext): Verdicts | undefined {
  return known && { ...known.verdicts, codes: known.verdicts.codes.slice() }
}

/** Marks what it answers among the verdicts of the scan. */
function answeredBy(
  scan: GridScan,
  sink: Sink,
  loops: LoopPlan | undefined,
  { known, registry }: ScheduleContext,
): Pick<ScanStage, 'answered' | 'answeredRows'> {
  const { verdicts } = scan
  if (!known || !verdicts || sink.kind !== 'reduce') return {}
  if (loops && answerColumns(scan, sink, loops, registry)) {
    return { answered: answer(scan, sink.keys, loops, verdicts, known.records, registry) }
  }
  const isOfRows = rowAnswerColumns(scan, sink, registry) !== undefined
  return isOfRows ? { answeredRows: answerRows(scan, sink, verdicts, known.records, registry) } : {}
}

function withPositions(
  ending: Extract<Ending, { kind: 'reduce' }>,
  { dims }: Scan,
  nextId: () => ColumnId,
  { registry }: ScheduleContext,
): { readonly ending: Ending; readonly columns: readonly JobColumn[] } {
  const { aggregates, columns } = byPosition(ending.aggregates, dims, nextId, registry)
  return { ending: { ...ending, aggregates }, columns }
}

function withTests(ending: Extract<Ending, { kind: 'reduce' }>, tests: TextTests): Ending {
  const replace = (expression: Expression) => tests.replace(expression)
  const aggregates = ending.aggregates.map((aggregate) => {
    const { call } = aggregate
    return {
      ...aggregate,
      call: { ...call, args: call.args.map(replace), filter: call.filter && replace(call.filter) },
    }
  })
  return { ...ending, aggregates }
}

function hoistKeys(keys: Extract<KeySpace, { kind: 'hash' }>, hoist: (expression: Expression) => Expression): KeySpace {
  return { ...keys, keys: keys.keys.map((key) => ({ ...key, expression: hoist(key.expression) })) }
}

function idsOf(ending: Ending): number[] {
  return ending.kind === 'reduce'
    ? [...ending.keys, ...ending.aggregates].map(({ id }) => id)
    : ending.columns.map(({ id }) => id)
}

function sinkOf(ending: Ending, keys: KeySpace, change: (expression: Expression) => Expression): Sink {
  if (ending.kind !== 'reduce') return ending
  const aggregates = ending.aggregates.map((aggregate) => {
    const { call } = aggregate
    return { ...aggregate, call: { ...call, args: call.args.map(change), filter: call.filter && change(call.filter) } }
  })
  return { kind: 'reduce', keys, keyExpressions: ending.keys, aggregates }
}

function gridScan(
  leaf: Scan,
  sink: Sink,
  predicate: Expression | undefined,
  dimensions: Dimensions,
  selection: GridScan['selection'],
  extra: readonly JobColumn[],
  coded: boolean,
  verdicts: Verdicts | undefined,
): GridScan {
  const early = usedColumns(predicate)
  const used = new Set([...early, ...sinkColumns(sink, coded)])
  const columns = [...jobColumns(leaf.columns, used, predicate ? early : used, dimensions), ...extra]
  return { source: leaf.source, table: leaf.table, dims: leaf.dims, columns, selection, predicate, verdicts }
}

/** What a sink reads per cell. With codes, keys along dimensions need no column. */
function sinkColumns(sink: Sink, coded: boolean): Set<number> {
  if (sink.kind !== 'reduce') return usedColumns(...sink.columns.map(({ expression }) => expression))
  const calls = sink.aggregates.flatMap(({ call }) => [...call.args, call.filter])
  const keys = coded ? (sink.keys.kind === 'hash' ? sink.keys.keys : []) : sink.keyExpressions
  return usedColumns(...calls, ...keys.map(({ expression }) => expression))
}

/** The stage for boxes of which all cells pass. Partials have the same form with a filter and without. */
function passingOf(
  { predicate, ...scan }: GridScan,
  sink: Sink,
  loops: LoopPlan | undefined,
  reduces: boolean,
  registry: Registry,
): ScanStage['passing'] {
  const [tested, used] = [usedColumns(predicate), sinkColumns(sink, reduces)]
  const columns = scan.columns.filter(({ id }) => used.has(id) || !tested.has(id))
  const rest = { ...scan, columns }
  if (!reduces) return { scan: rest }
  const own = planReduce(rest, sink, registry, loops?.order)
  return own && { scan: rest, loops: own }
}

/** Groups that a task may leave behind. */
function groupsOf(sink: Sink): number | 'unknown' {
  if (sink.kind !== 'reduce' || sink.keys.kind === 'none') return 1
  if (sink.keys.kind === 'hash') return 'unknown'
  return cellCount(sink.keys.dims.map(({ count }) => count))
}

/** `inRows`: whether rows are taken in the order in which they come, by a reduction too. */
function finishStage(
  scan: GridScan,
  sink: Sink,
  loops: LoopPlan | undefined,
  { settings, registry }: ScheduleContext,
  inRows: boolean,
): ScanStage {
  const slab = sink.kind !== 'reduce' || (inRows && sink.aggregates.some((aggregate) => isOrdered(aggregate, registry)))
  const { stage, isAnyPassing } = cutIntoTasks(scan, sink, { slab, inRows }, settings)
  const passing = isAnyPassing ? passingOf(scan, sink, loops, !inRows, registry) : undefined
  return { ...stage, loops, passing }
}

/** `slab`: boxes follow each other in the order of the rows; `inRows`: they stay in it. */
export function cutIntoTasks(
  scan: GridScan,
  sink: Sink,
  { slab, inRows }: { readonly slab: boolean; readonly inRows: boolean },
  settings: Settings,
): { readonly stage: ScanStage; readonly isAnyPassing: boolean } {
  const stored = withOwnChunks(scan.columns)
  // Half of a thread's share: the rest is for encoded bytes, states and results.
  const memory = settings.memory_limit / settings.threads / 2
  const choice = chooseBox(stored, scan.dims, slab, memory)
  const limited = sink.kind === 'rows' && sink.limit !== undefined
  const all = taskSpace(choice, scan.selection, limited, groupsOf(sink))
  const { tasks, verdicts, isAnyPassing } = sortBoxes(all, scan, inRows)
  const boxes = cellCount(scan.dims.map(({ size }, dim) => Math.ceil(size / (choice.box[dim] as number))))
  const share = boxes === 0 ? 0 : tasks.boxes / boxes
  const { taskBytes } = choice
  const [decodedBytes, chunkReads] = [choice.decodedBytes * share, choice.chunkReads * share]
  return { stage: { scan: { ...scan, verdicts }, sink, tasks, taskBytes, decodedBytes, chunkReads }, isAnyPassing }
}

/** Makes a plan ready to run: what the scan does in parallel, in which boxes, by which loops, and which steps follow. Called by `query.ts`. */
import type { Registry } from '../function/registry.js'
import { type ColumnId, conjunction, type Expression } from '../model/expression.js'
import { savingSets, withoutParts } from '../model/filter-parts.js'
import {
  type GridScan,
  type JobColumn,
  type KeySpace,
  type LoopPlan,
  type ScanStage,
  type Schedule,
  type Settings,
  type Sink,
  type StageVariant,
  type Verdicts,
  verdict,
} from '../model/job.js'
import { headerOf, type Plan, type Scan } from '../model/plan.js'
import { cellCount } from '../model/schema.js'
import { columnsOfSink } from '../model/sink-columns.js'
import { type StoredColumn, withOwnChunks } from '../model/stored-column.js'
import type { Vector } from '../model/vector.js'
import type { Known } from '../statistics/known.js'
import { placeAnswer } from './answers.js'
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
  const verdicts = context.known?.verdicts
  const scan = gridScan(leaf, sink, conjunction(selection.residual), dimensions, selection.ranges, [], false, verdicts)
  const answered = answeredBy(sink, undefined, context)
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
  const verdicts = context.known?.verdicts
  const scan = gridScan(leaf, sink, predicate, dimensions, selection.ranges, extra, reduces, verdicts)
  const loops = plan(scan, sink, context.registry)
  if (!loops) return undefined
  const answered = answeredBy(sink, loops, context)
  return { ...finishStage(scan, sink, loops, context, !reduces), ...answered }
}

function answeredBy(
  sink: Sink,
  loops: LoopPlan | undefined,
  { known, registry }: ScheduleContext,
): Pick<ScanStage, 'answered' | 'answeredRows'> {
  return known?.answer && sink.kind === 'reduce' ? placeAnswer(known.answer, sink, loops, registry) : {}
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
  const used = new Set([...early, ...columnsOfSink(sink, coded)])
  const columns = [...jobColumns(leaf.columns, used, predicate ? early : used, dimensions), ...extra]
  return { source: leaf.source, table: leaf.table, dims: leaf.dims, columns, selection, predicate, verdicts }
}

/** The stage for boxes of which all cells pass some parts of the filter. Partials have the same form with them and without. */
function variantOf(
  scan: GridScan,
  sink: Sink,
  loops: LoopPlan | undefined,
  reduces: boolean,
  registry: Registry,
  decided: number,
): StageVariant[] {
  const predicate = withoutParts(scan.predicate, decided)
  const [tested, left, used] = [usedColumns(scan.predicate), usedColumns(predicate), columnsOfSink(sink, reduces)]
  const columns = scan.columns
    .filter(({ id }) => used.has(id) || left.has(id) || !tested.has(id))
    .map((column) => (predicate && column.kind === 'stored' ? inPhase(column, left) : column))
  const rest = { ...scan, predicate, columns }
  const own = reduces ? planReduce(rest, sink, registry, loops?.order) : loops && planSelect(rest)
  return reduces && !own ? [] : [{ decided, scan: rest, loops: own, compiled: undefined }]
}

function inPhase(column: StoredColumn, early: ReadonlySet<ColumnId>): StoredColumn {
  return { ...column, phase: early.has(column.id) ? 'filter' : 'late' }
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
  const { stage, decided } = cutIntoTasks(scan, sink, { slab, inRows }, settings)
  const variants = decided.flatMap((set) => variantOf(scan, sink, loops, !inRows, registry, set))
  return { ...stage, loops, variants }
}

/** `slab`: boxes follow each other in the order of the rows; `inRows`: they stay in it. */
export function cutIntoTasks(
  scan: GridScan,
  sink: Sink,
  { slab, inRows }: { readonly slab: boolean; readonly inRows: boolean },
  settings: Settings,
): { readonly stage: ScanStage; readonly decided: readonly number[] } {
  const stored = withOwnChunks(scan.columns)
  // Half of a thread's share: the rest is for encoded bytes, states and results.
  const memory = settings.memory_limit / settings.threads / 2
  const choice = chooseBox(stored, scan.dims, slab, memory)
  const limited = sink.kind === 'rows' && sink.limit !== undefined
  const all = taskSpace(choice, scan.selection, limited, groupsOf(sink))
  const withChunks = new Set(scan.columns.filter(({ kind }) => kind === 'stored').map(({ id }) => id))
  const saving = savingSets(scan.predicate, withChunks, columnsOfSink(sink, !inRows))
  const { tasks, verdicts, decided } = sortBoxes(all, scan, inRows, saving)
  const boxes = cellCount(scan.dims.map(({ size }, dim) => Math.ceil(size / (choice.box[dim] as number))))
  const share = boxes === 0 ? 0 : tasks.boxes / boxes
  const { taskBytes } = choice
  const [decodedBytes, chunkReads] = [choice.decodedBytes * share, choice.chunkReads * share]
  return { stage: { scan: { ...scan, verdicts }, sink, tasks, taskBytes, decodedBytes, chunkReads }, decided }
}

// Asks engines the same questions, each question in a process of its own: times and memory are not those of the lines before.
import { execFileSync } from 'node:child_process'
import { difference } from './answers.mjs'
import { geometricMean, median, ms, ratio, table } from './report.mjs'

export const python = '/usr/bin/python3'

export function hasDask() {
  try {
    execFileSync(python, ['-c', 'import xarray, dask.array, zarr'], { stdio: 'ignore' })
    return true
  } catch {
    console.log(`${python} has no xarray and dask (Debian: python3-xarray python3-dask): those columns stay empty`)
    return false
  }
}

/** The program of another version of Node, as npm has it; undefined where it cannot be had. */
export function nodeOf(version) {
  try {
    const words = ['-y', '-p', `node@${version}`, 'node', '-p', 'process.execPath']
    return execFileSync('npx', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    console.log(`node@${version} cannot be had: its lines stay empty`)
    return undefined
  }
}

/**
 * What an engine answers: `results` by the line's name, each with `ms`, `rows` and `peak` (MB).
 * The program gets {...order, lines: [one line]} as JSON in its first argument.
 */
export function ask([command, file], order, lines) {
  console.log(`asking ${file.split('/').slice(-2).join('/')}`)
  const answers = lines.map((line) => {
    const output = execFileSync(command, [file, JSON.stringify({ ...order, lines: [line] })], {
      encoding: 'utf8',
      maxBuffer: 2 ** 30,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const { results, peak, version } = JSON.parse(output)
    return { version, name: line.name, answer: { ...results[line.name], peak } }
  })
  const results = Object.fromEntries(answers.map(({ name, answer }) => [name, answer]))
  return { version: answers[0]?.version, results }
}

/** Line by line our median, the peers' (by name) and whether the answers agree within each peer's tolerance. */
export function compare(lines, chunkql, peers, tolerances) {
  return lines.map(({ name }) => {
    const ours = chunkql.results[name]
    const verdicts = Object.entries(peers).flatMap(([peer, answer]) => {
      if (!answer) return []
      const off = difference(ours.rows, answer.results[name].rows)
      return off <= tolerances[peer] ? [] : [`${peer} differs by ${off.toExponential(1)}`]
    })
    const timed = (answer) => answer && median(answer.results[name].ms)
    return {
      name,
      ours: timed(chunkql),
      peers: Object.fromEntries(Object.entries(peers).map(([peer, answer]) => [peer, timed(answer)])),
      peaks: [chunkql, ...Object.values(peers)].map((answer) => answer?.results[name].peak),
      verdict: verdicts.join(', ') || 'agree',
    }
  })
}

/** The comparison as a table, its last row the geometric means of the ratios. `titles`: what each peer is called. */
export function comparisonTable(rows, titles) {
  const peers = Object.keys(titles)
  const names = peers.map((peer) => titles[peer])
  const header = ['', 'ChunkQL ms', ...names.map((name) => `${name} ms`), ...names.map((name) => `${name} / ChunkQL`)]
  const body = rows.map(({ name, ours, peers: times, peaks, verdict }) => [
    name,
    ...[ours, ...peers.map((peer) => times[peer])].map(ms),
    ...peers.map((peer) => ratio(times[peer], ours)),
    peaks.map((peak) => peak?.toFixed(0) ?? '-').join(', '),
    verdict,
  ])
  const means = peers.map((peer) => meanRatio(rows, peer)?.toFixed(2) ?? '-')
  const last = ['geometric mean', '', ...peers.map(() => ''), ...means, '', '']
  return table([...header, `MB (ChunkQL, ${names.join(', ')})`, 'answers'], [...body, last])
}

/** How many times our time a peer took, over all lines that it answered. */
export function meanRatio(rows, peer) {
  const ratios = rows.flatMap(({ ours, peers }) => (peers[peer] === undefined ? [] : [peers[peer] / ours]))
  return ratios.length === 0 ? undefined : geometricMean(ratios)
}

export const allAgree = (rows) => rows.every(({ verdict }) => verdict === 'agree')

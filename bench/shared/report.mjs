// What was measured, as tables on the screen and in bench/results.md: one section per bench, each replaced by its own bench only.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'

export const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]
export const geometricMean = (numbers) =>
  Math.exp(numbers.reduce((sum, number) => sum + Math.log(number), 0) / numbers.length)

export const ms = (value) => (value === undefined ? '-' : value.toFixed(value < 10 ? 1 : 0))

/** How many times our time a peer took; bold where it was ahead. */
export function ratio(peer, ours) {
  if (peer === undefined || ours === undefined) return '-'
  const times = peer / ours
  return times < 1 ? `**${times.toFixed(2)}**` : times.toFixed(2)
}

/** The first column to the left, the others to the right. */
export function table(header, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(header), line(header.map((_, i) => (i === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n')
}

export function machineText(root) {
  const [cpu] = cpus()
  const git = (...words) => execFileSync('git', words, { cwd: root, encoding: 'utf8' }).trim()
  const changed = git('status', '--porcelain', '--untracked-files=no', ':!bench/results.md', ':!bench/charts') !== ''
  return [
    `- machine: ${cpu?.model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, Linux ${release()}`,
    `- commit: ${git('rev-parse', '--short', 'HEAD')}${changed ? ' with changes' : ''}`,
  ].join('\n')
}

/** Puts a bench's section, which begins with a line `# ...`, into bench/results.md in the place of its last one. */
export function writeSection(root, text) {
  const path = join(root, 'bench/results.md')
  const old = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const sections = old.split(/^(?=# )/m).filter((section) => section.trim() !== '')
  const [heading] = text.split('\n')
  const at = sections.findIndex((section) => section.startsWith(`${heading}\n`))
  sections.splice(at < 0 ? sections.length : at, at < 0 ? 0 : 1, text)
  writeFileSync(path, `${sections.map((section) => section.trim()).join('\n\n')}\n`)
}

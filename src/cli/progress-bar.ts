/** A line on standard error that shows how far a long query is, and disappears. Called by statement.ts. */
import type { Progress } from './engine.js'
import type { Terminal } from './terminal.js'

export interface ProgressBar {
  update(progress: Progress): void
  /** Erases the line. Nothing is drawn after it. */
  end(): void
}

const silent: ProgressBar = { update: () => {}, end: () => {} }

const firstAfterMs = 1000
const redrawMs = 100

/** Silent where nobody looks. */
export function startProgressBar(stderr: Terminal['stderr'], isWanted: boolean): ProgressBar {
  if (!isWanted || !stderr.isTTY) return silent
  const start = performance.now()
  let latest: Progress | undefined
  let isDrawn = false
  const draw = () => {
    const elapsedMs = performance.now() - start
    if (elapsedMs < firstAfterMs) return
    const line = latest ? progressLine(latest, elapsedMs, stderr.columns ?? 80) : `running, ${durationText(elapsedMs)}`
    stderr.write(`\r\x1b[K${line}`)
    isDrawn = true
  }
  const timer = setInterval(draw, redrawMs)
  timer.unref()
  return {
    update: (progress) => {
      latest = progress
    },
    end: () => {
      clearInterval(timer)
      if (isDrawn) stderr.write('\r\x1b[K')
      isDrawn = false
    },
  }
}

/** ` 42% ████████▍           840/2000 chunks  1.2 GB/s  3 s left`, cut to the terminal. */
export function progressLine({ done, total, bytes }: Progress, elapsedMs: number, width: number): string {
  const fraction = total > 0 ? Math.min(1, done / total) : 0
  const facts = [`${done}/${total} chunks`, `${byteText(bytes / (elapsedMs / 1000))}/s`]
  if (fraction > 0) facts.push(`${durationText((elapsedMs / fraction) * (1 - fraction))} left`)
  const percent = `${Math.floor(fraction * 100)}%`.padStart(4)
  const text = facts.join('  ')
  const barWidth = Math.min(30, width - percent.length - text.length - 4)
  const parts = barWidth >= 5 ? [percent, bar(fraction, barWidth), text] : [percent, text]
  return parts.join(' ').slice(0, width - 1)
}

/** Eighths of a block, so that a slow bar still moves. */
function bar(fraction: number, width: number): string {
  const eighths = Math.round(fraction * width * 8)
  const full = '█'.repeat(Math.floor(eighths / 8))
  const part = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths % 8] ?? ''
  return (full + part).padEnd(width)
}

export function byteText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
  const value = bytes / 1000 ** power
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`
}

export function durationText(ms: number): string {
  const seconds = Math.ceil(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
}

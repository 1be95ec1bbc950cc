// Charts of the bench as SVG, written by hand: they are looked at where Markdown is shown, in the light and in the dark.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Colours that people who see no red or green tell apart (Okabe and Ito), in the order of the series; shapes go with them. */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9']
const style = `<style>
text { font: 12px system-ui, sans-serif; fill: #24292f } .title { font-size: 15px; font-weight: 600 } .panel { font-weight: 600 }
.faint { stroke: #8c959f55 } .one { stroke: #57606a; stroke-width: 1.5 } .note { fill: #57606a }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .one { stroke: #9198a1 } .note { fill: #9198a1 } }
</style>`

export function writeChart(root, name, svg) {
  const folder = join(root, 'bench/charts')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${name}.svg`), svg)
}

/**
 * Ratios as dots on a logarithmic axis with a line at 1, panels one below the other.
 * `series`: title by key; `panels`: { title, rows: [{ name, values: { key: number } }] }.
 */
export function dotChart({ title, series, panels }) {
  const [left, width, row] = [210, 520, 18]
  const values = panels.flatMap(({ rows }) =>
    rows.flatMap((each) => Object.values(each.values).filter(Number.isFinite)),
  )
  const scale = logScale(Math.min(0.5, ...values), Math.max(2, ...values), left, left + width)
  const parts = [text(16, 26, title, 'title'), ...legend(Object.values(series), left, 46)]
  let y = 70
  for (const panel of panels) {
    const height = panel.rows.length * row
    parts.push(text(16, y + 12, panel.title, 'panel'))
    y += 22
    for (const tick of scale.ticks) {
      parts.push(line(scale.at(tick), y, scale.at(tick), y + height, tick === 1 ? 'one' : 'faint'))
      parts.push(text(scale.at(tick), y + height + 14, `${tick}`, 'note', 'middle'))
    }
    panel.rows.forEach(({ name, values: dots }, i) => {
      const at = y + i * row + row / 2
      parts.push(text(left - 10, at + 4, name, '', 'end'))
      Object.keys(series).forEach((key, k) => {
        if (Number.isFinite(dots[key])) parts.push(mark(k, scale.at(dots[key]), at))
      })
    })
    y += height + 30
  }
  return svg(left + width + 30, y, parts)
}

/**
 * Lines over two logarithmic axes. `panels`: { title, x, y (labels), series: { title: [[x, y], ...] } }.
 */
export function lineChart({ title, panels }) {
  const [left, width, height] = [70, 560, 220]
  const names = [...new Set(panels.flatMap(({ series }) => Object.keys(series)))]
  const parts = [text(16, 26, title, 'title'), ...legend(names, left, 46)]
  let top = 74
  for (const panel of panels) {
    const points = Object.values(panel.series).flat()
    const across = logScale(...range(points.map(([x]) => x)), left, left + width)
    const up = logScale(...range(points.map(([, y]) => y)), top + 16 + height, top + 16)
    parts.push(text(16, top + 4, panel.title, 'panel'))
    for (const tick of across.ticks) {
      parts.push(line(across.at(tick), top + 16, across.at(tick), top + 16 + height, 'faint'))
      parts.push(text(across.at(tick), top + height + 32, short(tick), 'note', 'middle'))
    }
    for (const tick of up.ticks) {
      parts.push(line(left, up.at(tick), left + width, up.at(tick), 'faint'))
      parts.push(text(left - 8, up.at(tick) + 4, short(tick), 'note', 'end'))
    }
    for (const [name, series] of Object.entries(panel.series)) {
      const k = names.indexOf(name)
      const path = series.map(([x, y]) => `${across.at(x).toFixed(1)},${up.at(y).toFixed(1)}`).join(' ')
      parts.push(`<polyline points="${path}" fill="none" stroke="${colours[k % colours.length]}" stroke-width="2"/>`)
      for (const [x, y] of series) parts.push(mark(k, across.at(x), up.at(y)))
    }
    parts.push(text(left + width, top + height + 50, panel.x, 'note', 'end'), text(left + 6, top + 28, panel.y, 'note'))
    top += height + 76
  }
  return svg(left + width + 40, top, parts)
}

function range(numbers) {
  return [Math.min(...numbers), Math.max(...numbers)]
}

/** Positions on a logarithmic axis, and round numbers along it: 1, 2, 5, or powers of ten where the axis is long. */
function logScale(least, most, from, to) {
  const [low, high] = [Math.log10(least) - 0.02, Math.log10(most) + 0.02]
  const steps = high - low > 3 ? [1] : [1, 2, 5]
  const ticks = []
  for (let power = Math.floor(low); power <= high; power++) {
    for (const step of steps) {
      const tick = Number((step * 10 ** power).toPrecision(1))
      if (Math.log10(tick) >= low && Math.log10(tick) <= high) ticks.push(tick)
    }
  }
  return { ticks, at: (value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from) }
}

function short(number) {
  const [, digits, power] = /^(\d(?:\.\d+)?)e\+?(-?\d+)$/.exec(number.toExponential()) ?? []
  if (number >= 1e4) return digits === '1' ? `10^${power}` : `${digits}e${power}`
  return `${number}`
}

function legend(names, x, y) {
  let at = x
  return names.flatMap((name, k) => {
    const parts = [mark(k, at, y - 4), text(at + 10, y, name)]
    at += 34 + name.length * 7
    return parts
  })
}

function mark(k, x, y) {
  const fill = `fill="${colours[k % colours.length]}"`
  const [cx, cy] = [x.toFixed(1), y.toFixed(1)]
  if (k % 3 === 1) return `<rect x="${(x - 4).toFixed(1)}" y="${(y - 4).toFixed(1)}" width="8" height="8" ${fill}/>`
  if (k % 3 === 2) return `<path d="M${cx} ${(y - 5).toFixed(1)}l5 9h-10z" ${fill}/>`
  return `<circle cx="${cx}" cy="${cy}" r="4.5" ${fill}/>`
}

function line(x1, y1, x2, y2, kind) {
  const [a, b, c, d] = [x1, y1, x2, y2].map((number) => number.toFixed(1))
  return `<line x1="${a}" y1="${b}" x2="${c}" y2="${d}" class="${kind}"/>`
}

function text(x, y, content, kind = '', anchor = 'start') {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" class="${kind}" text-anchor="${anchor}">${escaped}</text>`
}

function svg(width, height, parts) {
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>\n${style}\n${parts.join('\n')}\n</svg>\n`
}

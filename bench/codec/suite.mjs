// The bench `codec`: decoded bytes per second and thread, beside the libraries in C through Python's numcodecs and their
// WebAssembly builds of npm's numcodecs; and what one aggregate over all chunks takes beside decoding them for nothing.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { climateStore } from '../grid/stores.mjs'
import { nodeOf, python } from '../shared/peers.mjs'
import { machineText, median, table, writeSection } from '../shared/report.mjs'
import { openChunks } from './chunks.mjs'

const codecs = ['blosc-lz4', 'blosc-zstd', 'zstd', 'gzip', 'raw']

export async function runSuite({ root, size, runs, only, codec }) {
  execFileSync('node', ['scripts/build.mjs', '--quick', '--tests'], { cwd: root, stdio: 'inherit' })
  const file = (name) => join(root, 'bench/codec', name)
  const node24 = nodeOf(24)
  const rows = []
  for (const name of codec ? [codec] : codecs) {
    const store = climateStore(root, size, name)
    const order = JSON.stringify({ store, runs })
    const ask = (command, program) => JSON.parse(execFileSync(command, [file(program), order], { encoding: 'utf8' }))
    console.log(`decoding ${name}`)
    const ours = ask('node', 'peer-chunkql.mjs')
    const newer = node24 && ask(node24, 'peer-chunkql.mjs')
    const native = tryTo(() => ask(python, 'peer_numcodecs.py'))
    const npm = tryTo(() => ask('node', 'peer-npm.mjs'))
    const scan = ask('node', 'scan.mjs')
    rows.push([
      name,
      (ours.bytes / stored(store)).toFixed(2),
      ...[ours, newer, native, npm].map((peer) => speed(peer)),
      native ? (gigabytes(ours) / gigabytes(native)).toFixed(2) : '-',
      (median(scan.query) / median(scan.decode)).toFixed(2),
    ])
  }
  const [first] = rows
  const text = [
    '# Results of `npm run bench -- codec`',
    `Decoded GB/s of one thread, warm, medians of ${runs} runs over 12 chunks of 13 MB float32 that are in memory. The last column is one thread too: \`SELECT avg(t2m)\` over the whole store as a multiple of reading and decoding its chunks into the same memory and doing nothing with them.`,
    table(
      [
        'codec',
        'compressed by',
        'ChunkQL',
        'ChunkQL, Node 24',
        'native (numcodecs of Python)',
        'numcodecs of npm',
        'ChunkQL / native',
        'scan / decode',
      ],
      rows,
    ),
    `- native: c-blosc, libzstd and zlib of Debian's python3-numcodecs, \`use_threads = False\`\n${machineText(root)}\n- Node ${process.version}`,
  ].join('\n\n')
  console.log(text)
  if (first && only === '' && !codec) writeSection(root, text)
}

const gigabytes = ({ bytes, ms }) => bytes / median(ms) / 1e6
const speed = (peer) => (peer ? gigabytes(peer).toFixed(2) : '-')

function stored(store) {
  return openChunks({ store }).files.reduce((sum, { length }) => sum + length, 0)
}

function tryTo(work) {
  try {
    return work()
  } catch (error) {
    console.log(`a peer is missing: ${String(error.message).split('\n')[0]}`)
    return undefined
  }
}

/** The shelf of output formats, found by name or by file extension. Called by the session for exports and by the command. */
import { ChunkQLError, suggest } from '../model/error.js'
import type { FormatOptions, OutputFormat, ResultStream } from './output-format.js'
import type { Sink } from './sink.js'

/** To add a format, write its file and add it here. */
export const formats: readonly OutputFormat[] = [
  {
    name: 'table',
    extensions: ['txt'],
    summary: 'a box for people; long results are shortened',
    binary: false,
    load: async () => (await import('./table.js')).encode,
  },
  {
    name: 'csv',
    extensions: ['csv'],
    summary: 'comma-separated values with a header line',
    binary: false,
    load: async () => (await import('./csv.js')).encode,
  },
  {
    name: 'json',
    extensions: ['json'],
    summary: 'an array of objects',
    binary: false,
    load: async () => (await import('./json.js')).encode,
  },
  {
    name: 'ndjson',
    extensions: ['ndjson', 'jsonl'],
    summary: 'one JSON object a line',
    binary: false,
    load: async () => (await import('./ndjson.js')).encode,
  },
  {
    name: 'arrow',
    extensions: ['arrow', 'feather', 'ipc'],
    summary: 'an Arrow IPC file (Feather)',
    binary: true,
    load: async () => (await import('./arrow-file.js')).encode,
  },
  {
    name: 'arrows',
    extensions: ['arrows'],
    summary: 'an Arrow IPC stream',
    binary: true,
    load: async () => (await import('./arrow-file.js')).encodeStream,
  },
  {
    name: 'parquet',
    extensions: ['parquet', 'pq'],
    summary: 'a Parquet file',
    binary: true,
    load: async () => (await import('./parquet.js')).encode,
  },
]

export function formatNamed(name: string): OutputFormat {
  const wanted = name.toLowerCase()
  const found = formats.find((format) => format.name === wanted)
  if (found) return found
  const names = formats.map((format) => format.name)
  const [nearest] = suggest(wanted, names)
  throw new ChunkQLError('setting', `there is no output format '${name}'; there are ${names.join(', ')}`, {
    hint: nearest && `Did you mean '${nearest}'?`,
  })
}

export function formatOfPath(path: string): OutputFormat {
  const extension = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase()
  const found = formats.find(({ extensions }) => extension !== undefined && extensions.includes(extension))
  if (found) return found
  const known = formats.flatMap(({ extensions }) => extensions.map((known) => `.${known}`))
  const problem = extension === undefined ? 'has no file extension' : `has the extension .${extension}`
  throw new ChunkQLError('setting', `'${path}' ${problem}, which names no output format`, {
    hint: `Use one of ${known.join(' ')}, or name the format.`,
  })
}

/** Writes a whole result and closes the sink; on any failure the sink is aborted and the error passed on. */
export async function writeResult(
  result: ResultStream,
  format: OutputFormat,
  sink: Sink,
  options: FormatOptions = {},
): Promise<void> {
  try {
    const encode = await format.load()
    for await (const part of encode(result, options)) await sink.write(part)
    await sink.close()
  } catch (error) {
    await sink.abort()
    throw error
  }
}

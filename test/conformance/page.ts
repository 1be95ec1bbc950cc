/** docs/zarr.md, written from what the conformance tests found. Called by conformance.test.ts. */
import type { Case, Outcome } from './cases.js'

const introduction = `# What is read of Zarr

Written by \`test/conformance\`: each row is a small store that the test reads, from a directory and from memory. Where it
says *read*, all values are those of the column *by*, bit for bit: **zarr-python** 2.13 wrote the store and read it back;
**specification** is a writer that follows the text of the specification of version 3 (\`test/conformance/spec_writer.py\`);
**definition** has version 2 by zarr-python and a checksum by its definition. Where it says *refused*, using the array is an
error with this message; the rest of its store can be read.

A damaged chunk is an error that names the array, the chunk and the cause. Beside the rows under *Damage*, every decoder is
given tens of thousands of mutated chunks by the test suite, and any number by \`scripts/fuzz.mjs\`: each is an error or a
chunk of the right size.

Beyond these rows, \`npm run judge -- zarr --random 3000\` writes random stores (\`test/judge/stores\`: version 2 by zarr-python with
every type, codec and layout in chains, CF stores by xarray, version 3 by the writer above; some as zip archives and as
references of kerchunk) and compares every value that is read, fetched and asked for by SQL with what their writer reads.
\`npm run judge -- damage --random 1000\` cuts, extends, zeroes and flips their files: each is an error with a place, or values
that are right as far as anything tells. Nothing tells of a flipped bit in a chunk whose codecs have no checksum, of metadata
that say something else, of bytes lost at the front of a file that references lead to, and, where a server does not tell the
length of an object, of those lost at the front of a shard with its index at the end.

| last runs, November 2026 | | |
|---|--:|---|
| random stores, seeds 60000 to 62999 | 2,371 stores, 8,106 arrays | 2,357 read as their writer reads them; 15 arrays refused: times before 1582 in the standard calendar along more than one dimension (read since), times beyond TIMESTAMP, filters that make float16 |
| damages, seeds 50000 to 50999 | 4,770 | 3,525 refused, 1,005 without harm, 219 that nothing tells, 21 reported by rules of the judge that were mended since: none among 1,202 of these seeds again |
| mutated chunks, of each family of codecs (blosc by compressor and with bit shuffle, lz4, zstd, zlib, gzip, bz2, lzma in its formats, filters, filters of text, checksums) | 100,000 each | an error or a chunk of the right size |

Objects (\`json2\`, \`msgpack2\`) are VARCHAR: a text is what it is, null is NULL, and any other value is its JSON, numbers as
they are written. Lists of numbers and times by \`vlen-array\` are lists.

Not read: \`zfpy\` and \`pcodec\` (there is no package for them; a decoder of zfp's four modes would be some 400 lines of the
kernel, and can be judged by Debian's numcodecs), and \`pickle\` (a pickle is a program).
`

export function conformancePage(outcomes: ReadonlyMap<Case, Outcome>): string {
  const sections = new Map<string, [Case, Outcome][]>()
  for (const entry of outcomes) sections.set(entry[0].section, [...(sections.get(entry[0].section) ?? []), entry])
  return [introduction, ...[...sections].map(([title, rows]) => section(title, rows))].join('\n')
}

function section(title: string, rows: readonly [Case, Outcome][]): string {
  const lines = rows.map(([{ feature, version, by }, outcome]) => {
    const result = outcome.kind === 'read' ? 'read' : `refused: ${outcome.why.replace(/^'x' cannot be read: /, '')}`
    return `| ${cell(feature)} | ${version} | ${cell(result)} | ${by} |`
  })
  return `## ${title}\n\n| | version | | by |\n|---|---|---|---|\n${lines.join('\n')}\n`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;')
}

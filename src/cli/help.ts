/** The text of --help. Called by command.ts. */
import type { Format } from './engine.js'

export function helpText(formats: readonly Format[]): string {
  const width = Math.max(...formats.map(({ name }) => name.length))
  const formatLines = formats.map(({ name, summary, extensions }) => {
    return `  ${name.padEnd(width)}  ${summary} (${extensions.map((extension) => `.${extension}`).join(' ')})`
  })
  return `Asks SQL questions of chunked arrays.

Usage:
  chunkql [options] "SELECT ..."    run one or more statements
  chunkql [options] -f file.sql     run a file
  chunkql [options] -               run what comes from standard input
  chunkql [options]                 type statements; .help tells more

Options:
  --attach name=path    attach a store before the first statement; repeatable
  --param name=value    the value of $name (of the first ?: 1=value); repeatable
  --set name=value      change a setting, as SET does; repeatable
  --use package         functions of a package: its name or path; repeatable
  --threads N           worker threads
  --format name         how results are written: see below
  -o, --output file     write the result to a file, in the format of its name
  -f, --file file       read statements from a file; repeatable
  --timer               print the time of each statement
  --no-progress         show no progress bar
  -h, --help            show this text
  -v, --version         show the version

Formats:
${formatLines.join('\n')}

Results go to standard output, everything else to standard error.
Exit code: 0 done, 1 a statement failed, 2 wrong usage, 130 interrupted.

Examples:
  chunkql "SELECT avg(t2m) FROM 'era.zarr'"
  chunkql --attach era=era.zarr -o profile.csv \\
    "SELECT lat, avg(t2m) FROM era.t2m GROUP BY lat"
`
}

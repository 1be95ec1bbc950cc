/** Runs every code block of README.md as a reader would, top to bottom in one directory, and compares what it shows. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

interface Block {
  readonly language: string
  readonly code: string
  readonly line: number
  /** The block of plain text that follows: what is printed. */
  readonly printed: string | undefined
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'chunkql-readme-'))
after(() => rmSync(directory, { recursive: true }))
furnish()

/** `chunkql` as a command and as a package, and the sample stores. */
function furnish(): void {
  const command = join(directory, 'bin', 'chunkql')
  mkdirSync(join(directory, 'bin'))
  writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'dist', 'cli.js')}" "$@"\n`)
  chmodSync(command, 0o755)
  mkdirSync(join(directory, 'node_modules'))
  symlinkSync(root, join(directory, 'node_modules', 'chunkql'))
  symlinkSync(join(root, 'node_modules', 'apache-arrow'), join(directory, 'node_modules', 'apache-arrow'))
  symlinkSync(join(root, 'examples'), join(directory, 'examples'))
}

const runners: Readonly<Record<string, (code: string) => string>> = {
  sh: (code) => execute('sh', ['-e', '-c', code]),
  js: (code) => execute(process.execPath, ['--input-type=module', '-e', code]),
  // Marked so where a reader would type it at the prompt.
  sql: (code) => execute('chunkql', [code]),
}

for (const block of blocksOf(readFileSync(join(root, 'README.md'), 'utf8'))) {
  if (!(block.language in runners)) continue
  test(`README.md, line ${block.line}: ${block.code.split('\n')[0]}`, () => {
    const printed = runners[block.language]?.(block.code)
    if (block.printed !== undefined) assert.equal(printed, block.printed)
  })
}

function execute(command: string, args: readonly string[]): string {
  const path = `${join(directory, 'bin')}:${process.env.PATH}`
  return execFileSync(command, args, { cwd: directory, encoding: 'utf8', env: { ...process.env, PATH: path } })
}

function blocksOf(text: string): Block[] {
  const fences = [...text.matchAll(/^```(\w*)\n(.*?)^```\n/gms)]
  return fences.map((fence, index): Block => {
    const [all, language = '', code = ''] = fence
    const next = fences[index + 1]
    const follows = next?.[1] === 'text' && text.slice(fence.index + all.length, next.index).trim() === ''
    const line = text.slice(0, fence.index).split('\n').length
    return { language, code, line, printed: follows ? next[2] : undefined }
  })
}

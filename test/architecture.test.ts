/**
 * Holds the plan of the house: which folder may import which, and which packages. Nobody calls it; `npm test` runs it.
 * A new folder, package or direction is a decision: change the table, and say why beside it.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'

interface Room {
  /** Folders whose files may be imported; a folder's own files always may. */
  readonly folders: readonly string[]
  readonly packages?: readonly string[]
}

const shelves = ['function', 'kernel', 'codec', 'source', 'statistics', 'operator', 'platform']
const verbs = ['parse', 'bind', 'optimize', 'schedule', 'compile', 'execute']

/** `top` is the files that lie directly in src/: the composition, the session, the public API. */
const house: Readonly<Record<string, Room>> = {
  grammar: { folders: [], packages: ['chevrotain'] },
  model: { folders: [] },
  kernel: { folders: ['model'] },
  function: { folders: ['model', 'kernel'] },
  codec: { folders: ['model', 'kernel'], packages: ['node:zlib', 'node:crypto'] },
  source: {
    folders: ['model', 'kernel', 'codec', 'platform'],
    packages: ['zarrita', '@zarrita/storage', 'apache-arrow', 'aws4fetch', 'hyparquet'],
  },
  statistics: { folders: ['model', 'function', 'source', 'platform'] },
  operator: { folders: ['model', 'function', 'kernel', 'platform'] },
  parse: { folders: ['model', 'grammar'], packages: ['chevrotain'] },
  bind: { folders: ['model', ...shelves] },
  optimize: { folders: ['model', ...shelves] },
  schedule: { folders: ['model', ...shelves] },
  compile: { folders: ['model', ...shelves] },
  execute: { folders: ['model', ...shelves], packages: ['piscina'] },
  output: { folders: ['model'], packages: ['apache-arrow', 'hyparquet-writer', 'string-width'] },
  platform: { folders: ['model'], packages: ['node:*', 'piscina'] },
  cli: { folders: [], packages: ['node:*'] },
  top: {
    folders: ['model', ...shelves, ...verbs, 'output'],
    packages: ['apache-arrow'],
  },
}

/** Single files that may do what their folder may not, each with its reason. */
const exceptions: readonly { readonly file: string; readonly imports: RegExp; readonly reason: string }[] = [
  { file: 'src/cli/', imports: /^src\/index\.ts$/, reason: 'the command eats what we serve' },
]

/** What one file alone may import, so that replacing it is a matter of one file: here, the binary format of modules. */
const soleImporters: Readonly<Record<string, string>> = {
  'src/compile/encoder.ts': 'src/compile/assemble.ts',
  'src/compile/opcodes.ts': 'src/compile/assemble.ts',
}

interface Import {
  readonly from: string
  /** A path from the root for our own files, else the name as written. */
  readonly to: string
  readonly isPackage: boolean
  readonly kind: 'value' | 'type' | 'lazy'
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const imports = ['src', 'grammar'].flatMap(filesUnder).flatMap(importsOf)

test('every folder is in the table', () => {
  const rooms = new Set(['src', 'grammar'].flatMap(filesUnder).map(roomOf))
  assert.deepEqual(
    [...rooms].filter((room) => !(room in house)),
    [],
  )
})

test('folders import only what the table allows', () => {
  const broken = imports.filter((found) => !found.isPackage && !allowsFile(found) && !isException(found))
  assert.deepEqual(broken.map(describe), [])
})

test('packages are imported only where the table allows', () => {
  const broken = imports.filter((found) => found.isPackage && !allowsPackage(found))
  assert.deepEqual(broken.map(describe), [])
})

test('some packages and files have one importer', () => {
  const broken = imports.filter(({ to, from }) => to in soleImporters && soleImporters[to] !== from)
  assert.deepEqual(broken.map(describe), [])
})

test('verbs never import verbs', () => {
  const broken = imports.filter(({ from, to }) => {
    const [source, target] = [roomOf(from), roomOf(to)]
    return source !== target && verbs.includes(source) && verbs.includes(target)
  })
  assert.deepEqual(broken.map(describe), [])
})

test('nobody but the command imports index.ts', () => {
  const broken = imports.filter(({ from, to }) => to === 'src/index.ts' && roomOf(from) !== 'cli')
  assert.deepEqual(broken.map(describe), [])
})

test('value imports have no cycle', () => {
  assert.deepEqual(cycles(imports.filter(({ kind, isPackage }) => kind === 'value' && !isPackage)), [])
})

test('imports of our own files name files that exist', () => {
  const missing = imports.filter(
    ({ to, isPackage }) => !isPackage && !to.startsWith('src/kernel/generated/') && !existsSync(join(root, to)),
  )
  assert.deepEqual(missing.map(describe), [])
})

test('the reader of imports sees every form', () => {
  const text = [
    "import a from 'one'",
    "import type { B } from './two.js'",
    "import {\n  type C,\n  d,\n} from '../model/three.js'",
    "export * from './four.js'",
    "export const from = 'five'",
    "const six = await import('six')",
    "// import no from 'comment'",
  ].join('\n')
  assert.deepEqual(
    readImports(text).map(({ name, kind }) => `${kind} ${name}`),
    ['value one', 'type ./two.js', 'value ../model/three.js', 'value ./four.js', 'lazy six'],
  )
})

test('the search for cycles finds one', () => {
  const edge = (from: string, to: string): Import => ({ from, to, isPackage: false, kind: 'value' })
  assert.deepEqual(cycles([edge('a', 'b'), edge('b', 'c'), edge('c', 'b'), edge('a', 'c')]), ['b -> c -> b'])
})

function allowsFile({ from, to }: Import): boolean {
  const target = roomOf(to)
  return roomOf(from) === target || (house[roomOf(from)]?.folders.includes(target) ?? false)
}

function allowsPackage({ from, to }: Import): boolean {
  const allowed = house[roomOf(from)]?.packages ?? []
  return allowed.includes(to) || (to.startsWith('node:') && allowed.includes('node:*'))
}

function isException({ from, to }: Import): boolean {
  return exceptions.some(({ file, imports }) => from.startsWith(file) && imports.test(to))
}

function roomOf(file: string): string {
  if (file.startsWith('grammar/')) return 'grammar'
  const [, folder = '', ...rest] = file.split('/')
  return rest.length > 0 ? folder : 'top'
}

function filesUnder(folder: string): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true })
    .map((file) => posix.join(folder, String(file).replaceAll('\\', '/')))
    .filter((file) => file.endsWith('.ts') && !file.startsWith('src/kernel/assembly/'))
    .sort()
}

function importsOf(file: string): Import[] {
  return readImports(readFileSync(join(root, file), 'utf8')).map(({ name, kind }) => {
    const isPackage = !name.startsWith('.')
    return { from: file, to: isPackage ? packageOf(name) : resolve(file, name), isPackage, kind }
  })
}

function readImports(text: string): { name: string; kind: Import['kind'] }[] {
  const declarations = /^(?:import|export)\s+(type\s+)?(?:[\w*{][^'"`;=()]*?\sfrom\s+)?'([^']+)'/gm
  const calls = /^(?!\s*(?:\/\/|\*)).*?\bimport\('([^']+)'\)/gm
  return [
    ...[...text.matchAll(declarations)].map((match) => ({
      name: match[2] ?? '',
      kind: match[1] ? ('type' as const) : ('value' as const),
    })),
    ...[...text.matchAll(calls)].map((match) => ({ name: match[1] ?? '', kind: 'lazy' as const })),
  ]
}

function resolve(file: string, name: string): string {
  return relative(root, join(root, dirname(file), name))
    .replaceAll('\\', '/')
    .replace(/\.js$/, '.ts')
}

/** `@scope/name/deep` is the package `@scope/name`; `node:` names stay whole. */
function packageOf(name: string): string {
  if (name.startsWith('node:')) return name
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/')
}

function describe({ from, to, kind }: Import): string {
  return `${from} imports ${to}${kind === 'value' ? '' : ` (${kind})`}`
}

/** Each back edge of a depth-first walk closes a cycle. */
function cycles(edges: readonly Import[]): string[] {
  const next = new Map<string, string[]>()
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to])
  const found: string[] = []
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]) => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(' -> '))
    if (done.has(file) || path.includes(file)) return
    for (const target of next.get(file) ?? []) visit(target, [...path, file])
    done.add(file)
  }
  for (const file of next.keys()) visit(file, [])
  return found
}

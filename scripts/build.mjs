// Builds what runs: the kernel (AssemblyScript -> wasm, inlined as base64), the bundles in dist/, and for tests
// src/, grammar/ and test/ file by file in build/. `--quick` leaves out the type declarations, `--tests` adds build/.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as esbuild from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
process.chdir(root)
const options = new Set(process.argv.slice(2))
/** Packages written as CommonJS ask for `require` at run time. */
const requireBanner =
  "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);"

await buildKernel()
await bundle()
if (options.has('--tests')) await transpile()
if (options.size === 0) declareTypes()

/** Compiles src/kernel/assembly/index.ts where it is newer than the generated module. */
async function buildKernel() {
  const sources = filesUnder('src/kernel/assembly').filter((file) => file.endsWith('.ts'))
  const target = 'src/kernel/generated/wasm.ts'
  const newest = Math.max(...[...sources, 'scripts/build.mjs'].map((file) => statSync(file).mtimeMs))
  if (existsSync(target) && statSync(target).mtimeMs > newest) return
  mkdirSync('src/kernel/generated', { recursive: true })
  const asc = (await import('assemblyscript/asc')).default
  const { error, stderr, binary } = await compile(asc)
  if (error) throw new Error(`the kernel does not compile:\n${stderr}`)
  const base64 = Buffer.from(binary).toString('base64')
  writeFileSync(
    target,
    `// Made by scripts/build.mjs from src/kernel/assembly. Not to be edited.\nexport const wasm = '${base64}'\n`,
  )
}

async function compile(asc) {
  let binary
  const flags = [
    'src/kernel/assembly/index.ts',
    '--outFile',
    'kernel.wasm',
    '--runtime',
    'stub',
    '--importMemory',
    '--zeroFilledMemory',
    '--noAssert',
    '-O3',
    '--converge',
    '--enable',
    'simd',
    '--enable',
    'bulk-memory',
    '--use',
    'abort=',
  ]
  const result = await asc.main(flags, {
    writeFile: (name, contents) => {
      if (name.endsWith('.wasm')) binary = contents
    },
  })
  return { error: result.error, stderr: result.stderr.toString(), binary }
}

/** One file each for the library, the command and the worker. Packages that users share with us stay outside. */
async function bundle() {
  rmSync('dist', { recursive: true, force: true })
  const shared = {
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    outdir: 'dist',
    sourcemap: 'linked',
    minifySyntax: true,
    minifyWhitespace: true,
    // An error that nobody catches prints its line.
    lineLimit: 120,
    logLevel: 'error',
  }
  await esbuild.build({
    ...shared,
    banner: { js: requireBanner },
    entryPoints: { index: 'src/index.ts', worker: 'src/execute/worker.ts' },
    external: ['apache-arrow', 'piscina'],
    splitting: true,
    chunkNames: 'lib-[hash]',
  })
  await bundleThread('dist')
  await bundleCommand(shared)
}

/** The command in one file, as CommonJS: of that alone Node 20 can keep what it compiled. */
async function bundleCommand(shared) {
  // Names take long to read at every start; those of the library stay, for who debugs an app.
  const command = { ...shared, minifyIdentifiers: true, external: ['piscina'] }
  const { metafile } = await esbuild.build({
    ...command,
    format: 'cjs',
    banner: { js: "const __url = require('node:url').pathToFileURL(__filename).href;" },
    define: { 'import.meta.url': '__url' },
    // What launch.ts runs cannot import: packages of users are imported for it (`launcherImport`).
    supported: { 'dynamic-import': false },
    entryPoints: { main: 'src/cli/main.ts' },
    entryNames: '[name]-[hash]',
    outExtension: { '.js': '.cjs' },
    metafile: true,
  })
  const main = Object.keys(metafile.outputs).find((file) => file.endsWith('.cjs'))
  await esbuild.build({
    ...command,
    banner: { js: '#!/usr/bin/env node' },
    define: { mainFile: JSON.stringify(basename(main)) },
    entryPoints: { cli: 'src/platform/node/launch.ts' },
  })
}

/** The entry of a worker thread, as CommonJS beside the worker. */
async function bundleThread(outdir) {
  await esbuild.build({
    entryPoints: ['src/execute/thread.ts'],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['./worker.js'],
    outdir,
    outExtension: { '.js': '.cjs' },
    logLevel: 'error',
  })
}

async function bundleWorker(outdir) {
  await esbuild.build({
    entryPoints: ['src/execute/worker.ts'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['apache-arrow', 'piscina'],
    banner: { js: requireBanner },
    outdir,
    allowOverwrite: true,
    sourcemap: 'linked',
    logLevel: 'error',
  })
}

/** Tests run the same files as people read; workers their bundle, as hundreds of them are started, each to load hundreds of files. */
async function transpile() {
  rmSync('build', { recursive: true, force: true })
  const sources = ['src', 'grammar', 'test']
    .flatMap(filesUnder)
    .filter((file) => file.endsWith('.ts') && !file.startsWith('src/kernel/assembly') && !file.endsWith('.d.ts'))
  await esbuild.build({
    entryPoints: sources,
    outdir: 'build',
    outbase: '.',
    format: 'esm',
    target: 'node20',
    sourcemap: 'linked',
    logLevel: 'error',
  })
  await bundleThread('build/src/execute')
  await bundleWorker('build/src/execute')
}

function declareTypes() {
  execFileSync('npx', ['tsc', '-p', 'tsconfig.types.json'], { stdio: 'inherit' })
}

function filesUnder(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
}

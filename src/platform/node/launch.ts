/**
 * The entry of the `chunkql` command: runs the bundle of `main.ts` from the code that an earlier start has compiled, which
 * takes a third off a short query. The code lies in the user's cache; without one everything works, and is compiled anew.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import vm from 'node:vm'
import { type FileCache, fileCache } from './file-cache.js'
import { localCache } from './system.js'

/** The name of the bundle, with a digest of what is in it. Set by scripts/build.mjs. */
declare const mainFile: string

/** Bytes: enough for some versions of the command and of Node side by side. */
const cacheSize = 24 << 20

const path = fileURLToPath(new URL(mainFile, import.meta.url))
const cache = openCache()
const name = `${mainFile} ${process.version} ${process.arch}`
const cachedData = cache?.get(name)?.bytes
// As Node wraps CommonJS, with what scripts that are compiled this way may not do on their own.
const head = '(function (exports, require, module, __filename, __dirname, launcherImport) {'
const script = new vm.Script(`${head}${readFileSync(path, 'utf8')}\n})`, {
  filename: path,
  ...(cachedData && { cachedData: Buffer.from(cachedData) }),
})
const module = { exports: {} }
const launcherImport = (url: string) => import(url)
script.runInThisContext()(module.exports, createRequire(import.meta.url), module, path, dirname(path), launcherImport)
if (!cachedData || script.cachedDataRejected) {
  // At the end it holds what is compiled only when it is called.
  process.once('exit', () => cache?.put(name, { tag: '', bytes: script.createCachedData() }))
}

function openCache(): FileCache | undefined {
  try {
    return fileCache(`${localCache()}/code`, cacheSize)
  } catch {
    return undefined
  }
}

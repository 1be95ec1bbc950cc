/** Writes a file that appears under its name only when it is complete. Called by the session for exports. */
import { randomBytes } from 'node:crypto'
import { type FileHandle, open, realpath, rename, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ChunkQLError } from '../../model/error.js'

/** Small parts are gathered into writes of this size. */
const bufferBytes = 1 << 20

/** A sink as src/output/sink.ts describes it. The directory must exist; a file of the same name is replaced at the end. */
export async function openFileSink(path: string): Promise<FileSink> {
  try {
    const target = await targetOf(path)
    const name = target.isReplaced ? temporaryName(target.path) : target.path
    const handle = await open(name, target.isReplaced ? 'wx' : 'w', target.mode)
    return new FileSink(path, handle, name, target.path)
  } catch (error) {
    throw cannotWrite(path, error)
  }
}

export class FileSink {
  readonly #path: string
  readonly #handle: FileHandle
  readonly #writtenTo: string
  readonly #target: string
  readonly #buffer = Buffer.allocUnsafe(bufferBytes)
  #used = 0
  #isOpen = true

  constructor(path: string, handle: FileHandle, writtenTo: string, target: string) {
    this.#path = path
    this.#handle = handle
    this.#writtenTo = writtenTo
    this.#target = target
  }

  async write(part: Uint8Array | string): Promise<void> {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part
    await this.#guarded(async () => {
      if (this.#used + bytes.length > bufferBytes) await this.#flush()
      if (bytes.length > bufferBytes) return this.#handle.writeFile(bytes)
      this.#buffer.set(bytes, this.#used)
      this.#used += bytes.length
    })
  }

  async close(): Promise<void> {
    await this.#guarded(async () => {
      await this.#flush()
      if (this.#isTemporary) await this.#handle.sync()
      await this.#closeHandle()
      if (this.#isTemporary) await rename(this.#writtenTo, this.#target)
    })
  }

  async abort(): Promise<void> {
    await this.#closeHandle().catch(() => {})
    if (this.#isTemporary) await unlink(this.#writtenTo).catch(() => {})
  }

  get #isTemporary(): boolean {
    return this.#writtenTo !== this.#target
  }

  async #flush(): Promise<void> {
    const bytes = this.#buffer.subarray(0, this.#used)
    this.#used = 0
    await this.#handle.writeFile(bytes)
  }

  async #closeHandle(): Promise<void> {
    if (!this.#isOpen) return
    this.#isOpen = false
    await this.#handle.close()
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      throw cannotWrite(this.#path, error)
    }
  }
}

interface Target {
  readonly path: string
  /** Devices and pipes are written in place. */
  readonly isReplaced: boolean
  readonly mode: number
}

/** A link is followed, so that it stays a link; the mode of a file that is replaced is kept. */
async function targetOf(path: string): Promise<Target> {
  const existing = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (!existing) return { path, isReplaced: true, mode: 0o666 }
  if (existing.isDirectory()) throw new Error('it is a directory')
  return { path: await realpath(path), isReplaced: existing.isFile(), mode: existing.mode & 0o777 }
}

/** In the same directory, so that renaming stays within one file system. */
function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'its directory does not exist',
  ENOTDIR: 'its directory is a file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left on the device',
}

function cannotWrite(path: string, error: unknown): unknown {
  if (error instanceof ChunkQLError) return error
  const { code = '', message } = error as NodeJS.ErrnoException
  return new ChunkQLError('io', `cannot write '${path}': ${reasons[code] ?? message}`)
}

/** Files that are there whole or not at all, whoever writes them at the same time: under another name first, then renamed. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Makes the folders on its way. Throws what the system says. */
export function writeAtomically(path: string, content: Uint8Array | string): void {
  const folder = dirname(path)
  const temporary = `${folder}/.${randomBytes(8).toString('hex')}.tmp`
  mkdirSync(folder, { recursive: true })
  try {
    writeFileSync(temporary, content, { flag: 'wx' })
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** A folder with all that is in it; nothing where there is none. What others write there meanwhile begins anew. */
export function removeFolder(path: string): void {
  const away = `${dirname(path)}/.${randomBytes(8).toString('hex')}.tmp`
  try {
    renameSync(path, away)
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return
    throw error
  }
  rmSync(away, { recursive: true, force: true, maxRetries: 3 })
}

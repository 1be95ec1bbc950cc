/**
 * What a thread of the pool loads first; built as CommonJS. Piscina asks by `require` before it asks by `import`, and a thread
 * that is ended while `require` links ES modules takes the whole process down (Node 20 and 22): here it finds nothing to link.
 */
const worker = import('./worker.js')

export default async function runTask(message: Parameters<typeof import('./worker.js')['default']>[0]) {
  return (await worker).default(message)
}

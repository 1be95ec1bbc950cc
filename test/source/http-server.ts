/** A web server of test data that can be told to fail in the ways in which servers do. Called by the tests of remote stores. */
import { readFileSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

export interface Asked {
  readonly method: string
  /** Decoded, without a leading slash. */
  readonly key: string
  /** As it was sent. */
  readonly url: string
  readonly range: string | undefined
  readonly headers: IncomingMessage['headers']
}

/** Answers in its own way, or not at all: then the server answers as it should. `times` = how often the key was asked for before. */
export type Fault = (asked: Asked, response: ServerResponse, body: Uint8Array | undefined, times: number) => boolean

export interface TestServer {
  readonly url: string
  readonly asked: Asked[]
  close(): Promise<void>
}

/** `find` gives the bytes of a key. */
export async function serve(
  find: (key: string) => Uint8Array | undefined,
  fault: Fault = () => false,
): Promise<TestServer> {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    const { method = 'GET', headers, url = '/' } = request
    const key = decodeURIComponent(url.replace(/[?#].*$/, '').slice(1))
    const one: Asked = { method, key, url, range: headers.range, headers }
    const times = asked.filter((other) => other.key === key && other.method === method).length
    asked.push(one)
    const body = find(key)
    if (!fault(one, response, body, times)) answer(one, response, body)
  })
  await new Promise<void>((resume) => server.listen(0, '127.0.0.1', resume))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, asked, close: () => closed(server) }
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resume) => server.close(() => resume()))
}

export function answer(
  { method, range }: Asked,
  response: ServerResponse,
  body: Uint8Array | undefined,
  etag?: string,
): void {
  if (!body) {
    response.writeHead(404).end('nothing here')
    return
  }
  const part = range === undefined ? undefined : partOf(range, body.length)
  if (part && (part.start < 0 || part.end > body.length)) {
    response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end()
    return
  }
  const sent = part ? body.subarray(part.start, part.end) : body
  const headers: Record<string, string | number> = { 'content-length': sent.length, etag: etag ?? `"${body.length}"` }
  if (part) headers['content-range'] = `bytes ${part.start}-${part.end - 1}/${body.length}`
  response.writeHead(part ? 206 : 200, headers)
  response.end(method === 'HEAD' ? undefined : sent)
}

export function partOf(range: string, length: number): { start: number; end: number } {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? []
  if (first === '') return { start: length - Number(last), end: length }
  return { start: Number(first), end: Math.min(length, Number(last) + 1) }
}

/** Files under a directory. */
export function filesOf(root: string): (key: string) => Uint8Array | undefined {
  return (key) => {
    const path = join(root, key)
    return statSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path) : undefined
  }
}

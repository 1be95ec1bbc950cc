/** Stores behind HTTP: the same values as on disk; whatever a server does wrong is put right or told, never taken for data. */
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import test, { type TestContext } from 'node:test'
import { connect } from '../../src/index.js'
import { openLocation } from '../../src/source/registry.js'
import { asMap, cases, outcomeOf } from '../conformance/cases.js'
import { checkFixture, fixtures } from './expected.js'
import { type Fault, filesOf, serve } from './http-server.js'
import { mapStore } from './stores.js'

const rows = 40
const chunk = 10

/** `v` = 0 to 39 in four chunks, of which the last is not there. */
function store(): (key: string) => Uint8Array | undefined {
  const chunks = Object.fromEntries(
    [0, 1, 2].map((i) => [String(i), Int32Array.from({ length: chunk }, (_, k) => i * chunk + k)]),
  )
  const map = mapStore({ v: { shape: [rows], zarray: { chunks: [chunk], fill_value: 7 }, chunks } })
  const zarray = JSON.parse(new TextDecoder().decode(map.get('/.zmetadata'))).metadata['v/.zarray']
  map.set('/v/.zarray', new TextEncoder().encode(JSON.stringify(zarray)))
  return (key) => (key.startsWith('s.zarr/') ? map.get(key.slice('s.zarr'.length)) : undefined)
}

async function serveFor(context: TestContext, ...how: Parameters<typeof serve>) {
  const server = await serve(...how)
  context.after(() => server.close())
  return server
}

const total = String(435 + 7 * chunk)

async function ask(fault: Fault, settings: Record<string, unknown> = {}) {
  const server = await serve(store(), fault)
  const db = await connect({ settings: { http_retry_wait_ms: 5, http_timeout: 0.5, ...settings } })
  try {
    await db.attach('s', `${server.url}/s.zarr`)
    const table = await db.query('SELECT sum(v) FROM s')
    return String(Object.values(table.get(0)?.toJSON() ?? {})[0])
  } finally {
    await db.close()
    await server.close()
  }
}

/** On one chunk, for the first `times` times. */
function onChunk(times: number, fail: (response: ServerResponse, body: Uint8Array) => void): Fault {
  return ({ key }, response, body, before) => {
    if (key !== 's.zarr/v/1' || before >= times || !body) return false
    fail(response, body)
    return true
  }
}

test('grid-v2 has over HTTP the values that its writer reads', async (context) => {
  const server = await serveFor(context, filesOf(fixtures))
  await checkFixture('grid-v2', await openLocation(`${server.url}/grid-v2.zarr`))
})

test('an array is found by its own URL, with the coordinates beside it, whatever its name is', async (context) => {
  const server = await serveFor(context, filesOf(fixtures))
  const grid = await openLocation(`${server.url}/grid-v2.zarr/t2m`)
  assert.equal(grid.schema.defaultTable, 't2m')
  const odd = await openLocation(`${server.url}/names-v2.zarr/${encodeURIComponent('que?stion')}`)
  assert.equal(odd.schema.tables[0]?.name, 'que?stion')
})

test('a store that cannot be listed and says nothing of its arrays is refused with a way out', async (context) => {
  const server = await serveFor(context, filesOf(fixtures))
  await assert.rejects(openLocation(`${server.url}/names-v2.zarr`), { code: 'store', hint: /consolidate/ })
  await assert.rejects(openLocation(`${server.url}/nothing.zarr`), { code: 'store', message: /holds no Zarr metadata/ })
})

test('absent chunks have the fill value', async () => {
  assert.equal(await ask(() => false), total)
})

const passing: Record<string, Fault> = {
  'a reset in the middle of a body': onChunk(2, (response, body) => {
    response.writeHead(200, { 'content-length': body.length })
    response.write(body.subarray(0, 10), () => response.destroy())
  }),
  'a reset before any answer': onChunk(3, (response) => response.destroy()),
  'a storm of 503': onChunk(3, (response) => response.writeHead(503).end('slow down')),
  'a 429 that says when': onChunk(1, (response) => response.writeHead(429, { 'retry-after': '0' }).end()),
  'a body shorter than announced': onChunk(1, (response, body) => {
    response.writeHead(200, { 'content-length': body.length + 5 })
    response.write(body, () => response.destroy())
  }),
  'no answer for a while': onChunk(1, () => {}),
  'a packed body': onChunk(1, (response, body) => response.writeHead(200, { 'content-length': body.length }).end(body)),
}

for (const [name, fault] of Object.entries(passing)) {
  test(`${name} is got over`, async () => {
    assert.equal(await ask(fault), total)
  })
}

const lasting: Record<string, { fault: Fault; message: RegExp }> = {
  'resets without end': {
    fault: onChunk(99, (response, body) => {
      response.writeHead(200, { 'content-length': body.length })
      response.write(body.subarray(0, 10), () => response.destroy())
    }),
    message: /\/s\.zarr\/v\/1: .*\(4 attempts\)/,
  },
  'a 503 without end': { fault: onChunk(99, (response) => response.writeHead(503).end()), message: /HTTP 503/ },
  'a 403': {
    fault: onChunk(99, (response) =>
      response.writeHead(403).end('<Error><Code>AccessDenied</Code><Message>No</Message></Error>'),
    ),
    message: /HTTP 403, AccessDenied, No/,
  },
  'a 200 that is too short': {
    fault: onChunk(99, (response, body) => response.writeHead(200).end(body.subarray(0, 12))),
    message: /12 bytes/,
  },
  'a 200 that is too long': {
    fault: onChunk(99, (response, body) => response.writeHead(200).end(Buffer.concat([body, body]))),
    message: /80 bytes/,
  },
  'a page of a portal': {
    fault: onChunk(99, (response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>log in</html>'),
    ),
    message: /bytes/,
  },
  'a server that says nothing': { fault: onChunk(99, () => {}), message: /nothing was heard for 0\.5 s/ },
  'a slow drip': {
    fault: onChunk(99, (response, body) => {
      response.writeHead(200, { 'content-length': body.length })
      let sent = 0
      const timer = setInterval(() => (sent < 39 ? response.write(body.subarray(sent, ++sent)) : undefined), 100)
      response.on('close', () => clearInterval(timer))
    }),
    message: /only \d+ bytes came/,
  },
}

for (const [name, { fault, message }] of Object.entries(lasting)) {
  test(`${name}: the query fails and names the chunk`, async () => {
    await assert.rejects(ask(fault), { name: 'ChunkQLError', message, where: 's.zarr/v, chunk 1' })
  })
}

test('a store that disappears is no store of fill values', async () => {
  await assert.rejects(
    ask(({ key }, response) => {
      if (key === 's.zarr/.zmetadata') return false
      response.writeHead(404).end()
      return true
    }),
    { code: 'store', message: 'the array is no longer there' },
  )
})

test('requests and bytes are counted, retries too', async (context) => {
  const server = await serveFor(
    context,
    store(),
    onChunk(1, (response) => response.writeHead(500).end('0123456789')),
  )
  const db = await connect({ attach: {}, settings: { http_retry_wait_ms: 1 } })
  await db.attach('s', `${server.url}/s.zarr`)
  const before = server.asked.length
  const explanation = await db.explain('SELECT sum(v) FROM s', { analyze: true })
  // The fourth chunk does not exist; then it is asked whether its array still does, which is not the query's doing.
  assert.equal(explanation.work.requests, 5)
  assert.equal(server.asked.slice(before).filter(({ key }) => /\d$/.test(key)).length, 5)
  assert.equal(explanation.work.bytesRead, 3 * 4 * chunk + '0123456789'.length + 'nothing here'.length)
  assert.match(explanation.toString(), /142 B read in 5 requests/)
  await db.close()
})

test('a query that waits for a server is cancelled at once, and so is its request', async (context) => {
  const controller = new AbortController()
  let closedAt = Number.POSITIVE_INFINITY
  let started = 0
  const hang = onChunk(99, (response) => {
    response.on('close', () => {
      closedAt = performance.now()
    })
    setTimeout(() => {
      started = performance.now()
      controller.abort()
    }, 50)
  })
  const server = await serveFor(context, store(), hang)
  const db = await connect()
  await db.attach('s', `${server.url}/s.zarr`)
  await assert.rejects(db.query('SELECT sum(v) FROM s', {}, { signal: controller.signal }), { code: 'cancelled' })
  assert.ok(performance.now() - started < 200)
  await new Promise((resume) => setTimeout(resume, 200))
  assert.ok(closedAt - started < 200)
  await db.close()
})

test('a query that waits for a store to open is cancelled at once', async (context) => {
  const server = await serveFor(context, store(), () => true)
  const db = await connect({ settings: { http_timeout: 1 } })
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 50)
  const started = performance.now()
  const query = db.query(`SELECT sum(v) FROM '${server.url}/s.zarr'`, {}, { signal: controller.signal })
  await assert.rejects(query, { code: 'cancelled' })
  assert.ok(performance.now() - started < 250)
  await db.close()
})

test('in worker threads, too', async () => {
  const settings = { inline_bytes: 0, threads: 2 }
  assert.equal(
    await ask(
      onChunk(1, (response) => response.destroy()),
      settings,
    ),
    total,
  )
  const storm = onChunk(99, (response) => response.writeHead(503).end())
  await assert.rejects(ask(storm, settings), { message: /HTTP 503/, where: 's.zarr/v, chunk 1' })
})

test('an attached store may have settings of its own', async (context) => {
  const server = await serveFor(
    context,
    store(),
    onChunk(1, (response) => response.writeHead(503).end()),
  )
  const db = await connect()
  await db.attach('s', `${server.url}/s.zarr`, { http_retries: 0 })
  await assert.rejects(db.query('SELECT sum(v) FROM s'), /HTTP 503/)
  await assert.rejects(db.attach('s', server.url, { http_retry: 0 }), /no setting http_retry/)
  await db.close()
})

test('every case of conformance comes out over HTTP as from a directory', async (context) => {
  const stores = cases.map(asMap)
  const server = await serveFor(context, (key) => {
    const [, number, path] = /^(\d+)\/x\.zarr(\/.*)$/.exec(key) ?? []
    return stores[Number(number)]?.get(path ?? '')
  })
  for (const [number, each] of cases.entries()) {
    const remote = await outcomeOf(each, `${server.url}/${number}/x.zarr`)
    const { kind } = await outcomeOf(each, asMap(each))
    assert.equal(remote.kind, kind, `${each.section}, ${each.feature}`)
  }
})

/** The body of an HTTP answer: all of it, and exactly the part that was asked for. Called by transport.ts. */
import { ChunkQLError } from '../../../model/error.js'
import { type Part, partWithin } from '../../../platform/node/files.js'

/** Reads a body whose headers say how long it is, or what part of an object. What does not fit throws. */
export async function bodyOf(
  response: Response,
  part: Part | undefined,
  heard: (bytes: number) => void,
): Promise<Uint8Array> {
  const { status, headers } = response
  const isPacked = headers.has('content-encoding') && headers.get('content-encoding') !== 'identity'
  const length = headers.get('content-length')
  const told = isPacked || length === null ? undefined : Number(length)
  if (status === 206 && part && isPacked) throw new Error('the server packed a part of an object')
  if (status === 200 && part && told !== undefined && told > mostVain)
    throw new Error('the server cannot send parts of objects')
  const body = await gather(response, told, heard)
  if (told !== undefined && body.length !== told) throw new Error(`${body.length} of ${told} bytes arrived`)
  if (!part || status < 200 || status > 299) return body
  // Servers without ranges send all of it.
  if (status !== 206) {
    const { offset, length: wanted } = partOf(body, part)
    return body.subarray(offset, offset + wanted)
  }
  checkRange(headers.get('content-range'), body.length, part)
  return body
}

/** Bytes that are fetched in vain where a server sends a whole object instead of a part. */
const mostVain = 256e6

async function gather(
  response: Response,
  told: number | undefined,
  heard: (bytes: number) => void,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  const reader = response.body?.getReader()
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
    parts.push(read.value)
    length += read.value.length
    heard(read.value.length)
    if (told !== undefined && length > told) throw new Error(`more than the ${told} bytes that were announced arrived`)
  }
  const [only] = parts
  if (only && parts.length === 1) return only
  const body = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    body.set(part, at)
    at += part.length
  }
  return body
}

function partOf(body: Uint8Array, part: Part) {
  try {
    return partWithin(body.length, part)
  } catch (error) {
    throw new ChunkQLError('store', (error as Error).message)
  }
}

/** Bytes of the object that an answer has a part of, where it tells. */
export function totalOf({ status, headers }: Response): number | undefined {
  const text = status === 206 ? headers.get('content-range')?.split('/')[1] : headers.get('content-length')
  return text && /^\d+$/.test(text) ? Number(text) : undefined
}

/** `bytes 0-9/100`. */
function checkRange(header: string | null, length: number, part: Part): void {
  const found = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(header ?? '')
  if (!found) throw new Error(`a part came without a valid Content-Range: ${header}`)
  const [first, last] = [Number(found[1]), Number(found[2])]
  const total = found[3] === '*' ? undefined : Number(found[3])
  const wanted = 'length' in part ? part.length : part.suffixLength
  const offset = 'offset' in part ? part.offset : total === undefined ? first : total - part.suffixLength
  if (total !== undefined && (offset < 0 || offset + wanted > total)) {
    throw new ChunkQLError('store', `bytes ${offset} to ${offset + wanted} were asked for, there are ${total}`)
  }
  if (first === offset && last === offset + wanted - 1 && length === wanted) return
  throw new Error(`bytes ${offset} to ${offset + wanted - 1} were asked for, ${length} bytes came as '${header}'`)
}

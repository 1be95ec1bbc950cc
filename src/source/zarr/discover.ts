/** Finds the groups and arrays of a store: from consolidated metadata, else by walking its directories. Called by open.ts. */
import { ChunkQLError } from '../../model/error.js'
import type { AnyArray } from './array.js'
import { isObject, type JsonObject, parseJson } from './json.js'
import { readArrayV2 } from './metadata-v2.js'
import { readArrayV3, unknownExtension } from './metadata-v3.js'
import { imageLevels, type Level } from './ome.js'
import { HttpError } from './store/transport.js'
import type { Store } from './store.js'

export interface ZarrGroup {
  /** From the root of the store; '' for the root. */
  readonly path: string
  readonly attributes: JsonObject
  /** Sorted by name, however they were found. */
  readonly arrays: readonly AnyArray[]
  /** What the groups of the store say of images among the arrays, by their paths. */
  readonly levels: ReadonlyMap<string, Level>
}

/** Groups that hold arrays, sorted by path. */
export async function discover(store: Store): Promise<ZarrGroup[]> {
  const found = new Found(store)
  if (!(await found.consolidated())) await found.walk('', 0)
  const groups = found.groups()
  if (groups.length === 0) found.complain()
  return groups
}

/** In a store: what ChunkQL keeps of it, which is no part of it. */
export const ownFolder = '.chunkql'

/** How deep directories without any metadata are searched: groups need none, but a disk is not a store. */
const deepestBare = 3

class Found {
  private readonly arrays: AnyArray[] = []
  private readonly attributes = new Map<string, JsonObject>()
  /** Groups that cannot be understood, and why. */
  private readonly beyondUs = new Map<string, string>()
  /** Metadata of any kind were seen. */
  any = false
  private refused: HttpError | undefined

  constructor(private readonly store: Store) {}

  async consolidated(): Promise<boolean> {
    return (await this.consolidatedV3()) || (await this.consolidatedV2())
  }

  private async consolidatedV3(): Promise<boolean> {
    const root = await this.read('zarr.json')
    if (!root || !isObject(root.consolidated_metadata)) return false
    const { metadata } = root.consolidated_metadata
    if (!isObject(metadata)) return false
    this.addV3('', root)
    for (const [path, node] of Object.entries(metadata)) if (isObject(node)) this.addV3(path, node)
    return true
  }

  private async consolidatedV2(): Promise<boolean> {
    const root = await this.read('.zmetadata')
    const metadata = root?.metadata
    if (!isObject(metadata)) return false
    for (const [key, node] of Object.entries(metadata)) {
      const [, path = '', file] = /^(?:(.*)\/)?(\.z\w+)$/.exec(key) ?? []
      if (!isObject(node)) continue
      if (file === '.zarray') this.addArrayV2(path, node, metadata[join(path, '.zattrs')])
      if (file === '.zgroup') this.addGroupV2(path, metadata[join(path, '.zattrs')])
    }
    return true
  }

  /** Arrays are never listed: they can hold any number of chunks. */
  async walk(path: string, bare: number): Promise<void> {
    const node = await this.read(join(path, 'zarr.json'))
    if (node) {
      if (!this.addV3(path, node)) await this.walkChildren(path, 0)
      return
    }
    const zarray = await this.read(join(path, '.zarray'))
    if (zarray) {
      this.addArrayV2(path, zarray, await this.read(join(path, '.zattrs')))
      return
    }
    const zgroup = await this.read(join(path, '.zgroup'))
    if (zgroup) this.addGroupV2(path, await this.read(join(path, '.zattrs')))
    if (zgroup || bare < deepestBare) await this.walkChildren(path, zgroup ? 0 : bare + 1)
  }

  private async walkChildren(path: string, bare: number): Promise<void> {
    const entries = (await this.store.list?.(path)) ?? []
    const children = entries.filter(({ name, isDirectory }) => isDirectory && name !== ownFolder)
    // Where every answer takes long, they are waited for together.
    if (!this.store.read) await Promise.all(children.map(({ name }) => this.walk(join(path, name), bare)))
    else for (const { name } of children) await this.walk(join(path, name), bare)
  }

  /** Whether it is an array. */
  private addV3(path: string, node: JsonObject): boolean {
    this.any = true
    if (node.node_type === 'array') {
      this.arrays.push(readArrayV3(path, node))
      return true
    }
    const unknown = unknownExtension(node, groupKeys)
    // What lies in such a group may mean something else; the groups beside it do not.
    if (unknown && path === '') throw new ChunkQLError('unsupported', unknown, { where: this.store.name })
    if (unknown) this.beyondUs.set(path, unknown)
    this.attributes.set(path, isObject(node.attributes) ? node.attributes : {})
    return false
  }

  private addArrayV2(path: string, zarray: JsonObject, zattrs: unknown): void {
    this.any = true
    this.arrays.push(readArrayV2(path, zarray, isObject(zattrs as JsonObject) ? (zattrs as JsonObject) : {}))
  }

  private addGroupV2(path: string, zattrs: unknown): void {
    this.any = true
    this.attributes.set(path, isObject(zattrs as JsonObject) ? (zattrs as JsonObject) : {})
  }

  private async read(key: string): Promise<JsonObject | undefined> {
    const bytes = await this.store.get(key).catch((error) => this.forgive(error))
    if (!bytes) return undefined
    const where = join(this.store.name, key)
    const value = parseJson(bytes, where)
    if (!isObject(value)) throw new ChunkQLError('store', 'the metadata are no object', { where })
    return value
  }

  /** Stores that may not be listed answer 403 for what is not there. */
  private forgive(error: unknown): undefined {
    if (!(error instanceof HttpError) || error.status !== 403) throw error
    this.refused = error
  }

  /** Nothing was found that can be read: a store may be empty, but one that tells nothing of its arrays is not. */
  complain(): void {
    if (this.refused) throw this.refused
    if (!this.any) throw nothingThere(this.store)
    if (!this.store.list) throw notListed(this.store)
  }

  /** Refused, where a group around it is. */
  private inGroup(array: AnyArray, group: string): AnyArray {
    const why = this.beyondUs.get(group)
    const { path, shape, dimensionNames, attributes } = array
    if (why) return { path, shape, dimensionNames, attributes, refused: `its group '${group}': ${why}` }
    return group === '' || this.beyondUs.size === 0 ? array : this.inGroup(array, parentOf(group))
  }

  groups(): ZarrGroup[] {
    const byGroup = new Map<string, AnyArray[]>()
    for (const found of this.arrays) {
      const path = parentOf(found.path)
      const array = this.inGroup(found, path)
      const siblings = byGroup.get(path)
      if (siblings) siblings.push(array)
      else byGroup.set(path, [array])
    }
    const levels = new Map([...this.attributes].flatMap(([path, said]) => [...imageLevels(path, said)]))
    return [...byGroup]
      .map(([path, arrays]) => ({
        path,
        levels,
        attributes: this.attributes.get(path) ?? {},
        arrays: arrays.sort((a, b) => (a.path < b.path ? -1 : 1)),
      }))
      .sort((a, b) => (a.path < b.path ? -1 : 1))
  }
}

const groupKeys = new Set(['zarr_format', 'node_type', 'attributes', 'consolidated_metadata'])

export function parentOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''
}

function join(path: string, name: string): string {
  return path === '' ? name : name === '' ? path : `${path}/${name}`
}

function notListed(store: Store): ChunkQLError {
  return new ChunkQLError('store', `'${store.location ?? store.name}' is a group whose arrays cannot be listed`, {
    hint: 'consolidate its metadata (zarr.consolidate_metadata), or name the path of an array',
  })
}

function nothingThere(store: Store): ChunkQLError {
  return new ChunkQLError('store', `'${store.location ?? store.name}' holds no Zarr metadata`, {
    hint: 'expected zarr.json, .zmetadata, .zgroup or .zarray in it, or in the directories under it',
  })
}

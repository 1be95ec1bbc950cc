/** Where is kept what is known of stores: in a directory of the user, under a name for each store. Called by the session and by what keeps something. */
import { digestText } from '../model/fingerprint.js'

/** A path under `root`, the same for the same store: `statistics/era.zarr-0123456789abcdef`. `identity`: that of the source. */
export function storeDirectory(root: string, kind: string, identity: string): string {
  return `${root}/${kind}/${lastName(identity)}-${digestText(identity).slice(0, 16)}`
}

/** For people; what a file system may not take is left out. */
function lastName(identity: string): string {
  const name = identity.split(/[\\/]/).filter(Boolean).at(-1) ?? ''
  return name.replace(/[^\w.-]+/g, '_').slice(0, 64) || 'store'
}

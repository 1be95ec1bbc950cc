// The kernel: everything that must run at the speed of memory. Compiled by scripts/build.mjs, called through machine.ts.
export { swap } from './swap'

/** Static data lies below; the machine's arena begins here. */
export function heap_base(): usize {
  return __heap_base
}

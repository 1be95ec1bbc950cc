/** The mathematical functions of the kernel: code and interpreter call the same ones, so that their bits agree. */
import { mathKernel } from '../kernel/machine.js'

export type MathName =
  | 'exp'
  | 'ln'
  | 'log2'
  | 'log10'
  | 'pow'
  | 'sin'
  | 'cos'
  | 'tan'
  | 'asin'
  | 'acos'
  | 'atan'
  | 'atan2'
  | 'cbrt'

/** Functions of one argument ignore the second. */
export function math(name: MathName): (x: number, y: number) => number {
  return mathKernel()[name] ?? standIns[name]
}

/** Until the kernel has them all. */
const standIns: Readonly<Record<MathName, (x: number, y: number) => number>> = {
  exp: Math.exp,
  ln: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  pow: (x, y) => x ** y,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  atan2: Math.atan2,
  cbrt: Math.cbrt,
}

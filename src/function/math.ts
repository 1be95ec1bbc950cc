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
  return mathKernel()[name]
}

// The functions of a real number, one implementation for code and interpreter, so that both give the same bits.
// The standard library of AssemblyScript has those of musl; only where it follows JavaScript and not IEEE 754 do we differ.

export function exp(x: f64): f64 {
  return NativeMath.exp(x)
}
export function ln(x: f64): f64 {
  return NativeMath.log(x)
}
export function log2(x: f64): f64 {
  return NativeMath.log2(x)
}
export function log10(x: f64): f64 {
  return NativeMath.log10(x)
}
/** IEEE: 1 to any power is 1, NaN too; -1 to an infinite power is 1. JavaScript has NaN for both. */
export function pow(x: f64, y: f64): f64 {
  if (x == 1 || y == 0) return 1
  if (x == -1 && abs(y) == Infinity) return 1
  return NativeMath.pow(x, y)
}
export function sin(x: f64): f64 {
  return NativeMath.sin(x)
}
export function cos(x: f64): f64 {
  return NativeMath.cos(x)
}
export function tan(x: f64): f64 {
  return NativeMath.tan(x)
}
export function asin(x: f64): f64 {
  return NativeMath.asin(x)
}
export function acos(x: f64): f64 {
  return NativeMath.acos(x)
}
export function atan(x: f64): f64 {
  return NativeMath.atan(x)
}
export function atan2(y: f64, x: f64): f64 {
  return NativeMath.atan2(y, x)
}
export function cbrt(x: f64): f64 {
  return NativeMath.cbrt(x)
}

/** Templates of references: `{{u}}/part_{{i + 1}}.nc`, and calls of templates: `{{f(c='text')}}`. Called by references.ts. */

/** Texts are templates themselves. */
export type Bindings = Readonly<Record<string, string | number>>

/** How deep templates may call each other. */
const deepest = 8

export function render(template: string, bindings: Bindings, depth = 0): string {
  if (depth > deepest) throw new Error(`templates call each other: ${template}`)
  return template.replace(/\{\{(.*?)\}\}/g, (_, inner: string) => String(resultOf(inner.trim(), bindings, depth)))
}

function resultOf(text: string, bindings: Bindings, depth: number): string | number {
  const bound = Object.hasOwn(bindings, text) ? bindings[text] : undefined
  if (typeof bound === 'number') return bound
  if (typeof bound === 'string') return render(bound, bindings, depth + 1)
  const [, name, args] = /^(\w+)\((.*)\)$/.exec(text) ?? []
  if (name !== undefined && args !== undefined) return call(name, args, bindings, depth)
  return calculate(text, bindings)
}

function call(name: string, args: string, bindings: Bindings, depth: number): string {
  const body = Object.hasOwn(bindings, name) ? bindings[name] : undefined
  if (typeof body !== 'string') throw new Error(`there is no template ${name}`)
  const given: Record<string, string | number> = {}
  for (const [, key = '', , quoted, plain = ''] of args.matchAll(/(\w+)\s*=\s*(?:(['"])(.*?)\2|([^,]+))/g)) {
    given[key] = quoted ?? calculate(plain.trim(), bindings)
  }
  return render(body, { ...bindings, ...given }, depth + 1)
}

/** Sums and products of numbers and names. */
function calculate(text: string, bindings: Bindings): number {
  const tokens = text.match(/\d+(?:\.\d+)?|\w+|[-+*/()]|\S/g) ?? []
  let at = 0
  const wrong = () => new Error(`'${text}' cannot be worked out`)
  const atom = (): number => {
    const token = tokens[at++] ?? ''
    if (token === '-') return -atom()
    if (token === '(') {
      const inner = sum()
      if (tokens[at++] !== ')') throw wrong()
      return inner
    }
    const value = /^\d/.test(token) ? Number(token) : Object.hasOwn(bindings, token) ? bindings[token] : undefined
    if (typeof value !== 'number') throw wrong()
    return value
  }
  const product = (): number => {
    let value = atom()
    while (tokens[at] === '*' || tokens[at] === '/') value = tokens[at++] === '*' ? value * atom() : value / atom()
    return value
  }
  const sum = (): number => {
    let value = product()
    while (tokens[at] === '+' || tokens[at] === '-')
      value = tokens[at++] === '+' ? value + product() : value - product()
    return value
  }
  const value = sum()
  if (at < tokens.length) throw wrong()
  return value
}

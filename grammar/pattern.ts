/** The tokens that no regular expression can read: comments that nest, strings whose ends are tags. Called by the lexer. */

type Match = [string] | null

/** A comment from `/*` to its own end, others inside it counted; null where it never ends. */
export function blockComment(text: string, offset: number): Match {
  if (!text.startsWith('/*', offset)) return null
  const edge = /\/\*|\*\//g
  edge.lastIndex = offset
  for (let depth = 0; ; ) {
    const found = edge.exec(text)
    if (!found) return null
    depth += found[0] === '/*' ? 1 : -1
    if (depth === 0) return [text.slice(offset, edge.lastIndex)]
  }
}

/** `$$text$$` or `$tag$text$tag$`. */
export function dollarString(text: string, offset: number): Match {
  const opening = /\$(?:[A-Za-z_]\w*)?\$/y
  opening.lastIndex = offset
  const tag = opening.exec(text)?.[0]
  if (tag === undefined) return null
  const end = text.indexOf(tag, offset + tag.length)
  return end < 0 ? null : [text.slice(offset, end + tag.length)]
}

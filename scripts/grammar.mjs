// Writes docs/grammar.md from the grammar that the parser runs: `node scripts/grammar.mjs`, after a build with `--tests`.
// With `--check` it only says whether the page is fresh.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ebnf } from '../build/grammar/ebnf.js'
import { operatorsByLevel } from '../build/src/model/precedence.js'

const row = ({ operators, remark }) =>
  `| ${operators.map((name) => `\`${name.replaceAll('|', '\\|')}\``).join(' ')} | ${remark} |`
const page = fileURLToPath(new URL('../docs/grammar.md', import.meta.url))
const text = `# The grammar

Made by \`scripts/grammar.mjs\` from \`grammar/grammar.ts\`, which is what the parser runs. Not to be edited.

\`{ a }\` is any number of a, also none; \`[ a ]\` is a or nothing; words in capitals are keywords and may be written in any case.

## Statements

\`\`\`ebnf
${ebnf()}
\`\`\`

## Tokens

| token | |
|---|---|
| \`literal\` | \`1\` \`1.5\` \`.5\` \`1e-3\` \`0xff\` \`1_000\`, a \`text\`, \`TRUE\` \`FALSE\` \`NULL\`, a parameter \`?\` \`$1\` \`$name\` |
| \`text\` | \`'it''s'\`, \`E'tab\\t'\`, \`$$any$$\`, \`$tag$any$tag$\` |
| \`name\` | a word that is not reserved, or any text in double quotes: \`"it is ""so"""\` |
| \`label\` | any word, also a reserved one, or any text in double quotes |
| \`alias\` | a word that is no keyword at all, or any text in double quotes |
| \`word\` | a name, or a keyword that is a function |
| \`prefix\` | \`+\` \`-\` \`~\` \`NOT\` |
| \`infix\` | an operator of the table below that stands between its operands |
| \`match\` | \`LIKE\` \`ILIKE\` \`IN\` \`BETWEEN\` |

Comments run from \`--\` to the end of the line, or from \`/*\` to \`*/\`, and these nest. Words are compared without case.
What is reserved is what [DuckDB reserves](../grammar/keywords.ts).

## Precedence

An expression is read as one flat row of operands and operators; then these bind, the tightest first.

| operators | |
|---|---|
${operatorsByLevel().map(row).join('\n')}
`

if (!process.argv.includes('--check')) writeFileSync(page, text)
else if (readFileSync(page, 'utf8') !== text) {
  console.error('docs/grammar.md is stale: run `node scripts/grammar.mjs`')
  process.exit(1)
}

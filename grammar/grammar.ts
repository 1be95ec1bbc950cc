/** The grammar, to be read as EBNF: what it matches, not what it means. `src/parse` makes trees of what it finds. */
import { type CstNode, CstParser, type ParserMethod, type TokenType } from 'chevrotain'
import { keyword as k, keywordTokens } from './keyword-tokens.js'
import { LazyLookahead } from './lookahead.js'
import * as t from './tokens.js'

type Rule = ParserMethod<[], CstNode>

/** In an expression all parts go into one list, in the order of the text. */
const part = { LABEL: 'part' }

/** How many tokens the parser may look at to choose its way. */
const lookahead = 2

export class Grammar extends CstParser {
  constructor(options: { readonly validate?: boolean } = {}) {
    super(t.vocabulary(keywordTokens) as TokenType[], {
      maxLookahead: lookahead,
      lookaheadStrategy: new LazyLookahead({ maxLookahead: lookahead }),
      nodeLocationTracking: 'onlyOffset',
      skipValidations: !options.validate,
    })
    this.performSelfAnalysis()
  }

  // Statements

  readonly statement: Rule = this.RULE('statement', () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.select) },
      { ALT: () => this.SUBRULE(this.explain) },
      { ALT: () => this.SUBRULE(this.show) },
      { ALT: () => this.SUBRULE(this.describe) },
      { ALT: () => this.SUBRULE(this.attach) },
      { ALT: () => this.SUBRULE(this.detach) },
      { ALT: () => this.SUBRULE(this.analyze) },
      { ALT: () => this.SUBRULE(this.dropStatistics) },
      { ALT: () => this.SUBRULE(this.set) },
      { ALT: () => this.SUBRULE(this.unset) },
    ])
  })

  readonly explain: Rule = this.RULE('explain', () => {
    this.CONSUME(k.EXPLAIN)
    this.OPTION(() => this.CONSUME(k.ANALYZE))
    this.SUBRULE(this.select)
  })

  readonly show: Rule = this.RULE('show', () => {
    this.CONSUME(k.SHOW)
    this.OR({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        { ALT: () => this.SUBRULE(this.showTables) },
        { ALT: () => this.SUBRULE(this.showAttributes) },
        { ALT: () => this.SUBRULE(this.showStatistics) },
        {
          ALT: () => {
            this.CONSUME(k.ALL)
            this.OPTION(() => this.CONSUME(k.TABLES))
          },
        },
        { ALT: () => this.CONSUME(t.Name) },
      ],
    })
  })

  readonly showTables: Rule = this.RULE('showTables', () => {
    this.CONSUME(k.TABLES)
    this.OPTION(() => {
      this.CONSUME(k.FROM)
      this.SUBRULE(this.store)
    })
  })

  readonly showAttributes: Rule = this.RULE('showAttributes', () => {
    this.CONSUME(k.ATTRIBUTES)
    this.OPTION(() => this.CONSUME(k.FROM))
    this.SUBRULE(this.store)
  })

  readonly showStatistics: Rule = this.RULE('showStatistics', () => {
    this.CONSUME(k.STATISTICS)
    this.OPTION(() => this.CONSUME(k.FROM))
    this.SUBRULE(this.store)
  })

  readonly analyze: Rule = this.RULE('analyze', () => {
    this.CONSUME(k.ANALYZE)
    this.SUBRULE(this.store)
    this.OPTION(() => {
      this.CONSUME(t.LeftParen)
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.CONSUME(t.Name) })
      this.CONSUME(t.RightParen)
    })
  })

  readonly dropStatistics: Rule = this.RULE('dropStatistics', () => {
    this.CONSUME(k.DROP)
    this.CONSUME(k.STATISTICS)
    this.OPTION(() => this.CONSUME(k.FROM))
    this.SUBRULE(this.store)
  })

  readonly describe: Rule = this.RULE('describe', () => {
    this.OR([{ ALT: () => this.CONSUME(k.DESCRIBE) }, { ALT: () => this.CONSUME(k.DESC) }])
    this.OPTION(() => {
      this.OR1([{ ALT: () => this.SUBRULE(this.select) }, { ALT: () => this.SUBRULE(this.store) }])
    })
  })

  readonly attach: Rule = this.RULE('attach', () => {
    this.CONSUME(k.ATTACH)
    this.OPTION(() => this.CONSUME(k.DATABASE))
    this.CONSUME(t.Text)
    this.OPTION1(() => {
      this.CONSUME(k.AS)
      this.CONSUME(t.Name)
    })
    this.OPTION2(() => {
      this.CONSUME(t.LeftParen)
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.attachOption) })
      this.CONSUME(t.RightParen)
    })
  })

  readonly attachOption: Rule = this.RULE('attachOption', () => {
    this.CONSUME(t.Name)
    this.SUBRULE(this.expression)
  })

  readonly detach: Rule = this.RULE('detach', () => {
    this.CONSUME(k.DETACH)
    this.OPTION(() => this.CONSUME(k.DATABASE))
    this.CONSUME(t.Name)
  })

  readonly set: Rule = this.RULE('set', () => {
    this.CONSUME(k.SET)
    this.SUBRULE(this.setting)
    this.OR([{ ALT: () => this.CONSUME(t.Equals) }, { ALT: () => this.CONSUME(k.TO) }])
    this.OR1([{ ALT: () => this.CONSUME(k.DEFAULT) }, { ALT: () => this.SUBRULE(this.expression) }])
  })

  readonly unset: Rule = this.RULE('unset', () => {
    this.CONSUME(k.RESET)
    this.SUBRULE(this.setting)
  })

  readonly setting: Rule = this.RULE('setting', () => {
    this.OPTION(() => this.OR([{ ALT: () => this.CONSUME(k.GLOBAL) }, { ALT: () => this.CONSUME(k.SESSION) }]))
    this.CONSUME(t.Name)
  })

  // SELECT

  readonly select: Rule = this.RULE('select', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.LeftParen)
          this.SUBRULE(this.select)
          this.CONSUME(t.RightParen)
          this.SUBRULE(this.ending)
        },
      },
      {
        ALT: () => {
          this.SUBRULE(this.items)
          this.OPTION(() => this.SUBRULE(this.from))
          this.SUBRULE(this.clauses)
        },
      },
      {
        ALT: () => {
          this.SUBRULE1(this.from)
          this.OPTION1(() => this.SUBRULE1(this.items))
          this.SUBRULE1(this.clauses)
        },
      },
      {
        ALT: () => {
          this.SUBRULE(this.values)
          this.SUBRULE1(this.ending)
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.WITH)
          this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.commonTable) })
          this.SUBRULE1(this.select)
        },
      },
    ])
  })

  /** Rows that are written out. */
  readonly values: Rule = this.RULE('values', () => {
    this.CONSUME(k.VALUES)
    this.SUBRULE(this.row)
    this.MANY(() => {
      this.CONSUME(t.Comma)
      this.SUBRULE1(this.row)
    })
  })

  readonly row: Rule = this.RULE('row', () => {
    this.CONSUME(t.LeftParen)
    this.SUBRULE(this.list)
    this.CONSUME(t.RightParen)
  })

  /** A query with a name: `WITH t(a, b) AS (SELECT ...)`. */
  readonly commonTable: Rule = this.RULE('commonTable', () => {
    this.CONSUME(t.Name)
    this.OPTION(() => this.SUBRULE(this.columnNames))
    this.CONSUME(k.AS)
    this.OPTION1(() => {
      this.OPTION2(() => this.CONSUME(k.NOT))
      this.CONSUME(k.MATERIALIZED)
    })
    this.CONSUME(t.LeftParen)
    this.SUBRULE(this.select)
    this.CONSUME(t.RightParen)
  })

  readonly items: Rule = this.RULE('items', () => {
    this.CONSUME(k.SELECT)
    this.OPTION(() => this.OR([{ ALT: () => this.CONSUME(k.DISTINCT) }, { ALT: () => this.CONSUME(k.ALL) }]))
    this.SUBRULE(this.item)
    this.MANY(() => {
      this.CONSUME(t.Comma)
      this.SUBRULE1(this.item)
    })
    this.OPTION1(() => this.CONSUME1(t.Comma))
  })

  /** The alias stands behind, or before a colon. */
  readonly item: Rule = this.RULE('item', () => {
    this.OPTION(() => {
      this.CONSUME(t.Name)
      this.CONSUME(t.Colon)
    })
    this.SUBRULE(this.expression)
    this.OPTION2(() => this.SUBRULE(this.changes))
    this.OPTION1(() => {
      this.OR([
        {
          ALT: () => {
            this.CONSUME(k.AS)
            this.OR1([{ ALT: () => this.CONSUME(t.Label) }, { ALT: () => this.CONSUME(t.Text) }])
          },
        },
        { ALT: () => this.CONSUME(t.Alias) },
      ])
    })
  })

  /** Of a star: `* EXCLUDE (a, b) REPLACE (x + 1 AS x) RENAME (y AS z)`. */
  readonly changes: Rule = this.RULE('changes', () => {
    this.OR([
      {
        ALT: () => {
          this.SUBRULE(this.exclude)
          this.OPTION(() => this.SUBRULE(this.replace))
          this.OPTION1(() => this.SUBRULE(this.rename))
        },
      },
      {
        ALT: () => {
          this.SUBRULE1(this.replace)
          this.OPTION2(() => this.SUBRULE1(this.rename))
        },
      },
      { ALT: () => this.SUBRULE2(this.rename) },
    ])
  })

  readonly exclude: Rule = this.RULE('exclude', () => {
    this.CONSUME(k.EXCLUDE)
    this.OR([{ ALT: () => this.SUBRULE(this.columnNames) }, { ALT: () => this.CONSUME(t.Name) }])
  })

  readonly replace: Rule = this.RULE('replace', () => {
    this.CONSUME(k.REPLACE)
    this.CONSUME(t.LeftParen)
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.replacement) })
    this.CONSUME(t.RightParen)
  })

  readonly replacement: Rule = this.RULE('replacement', () => {
    this.SUBRULE(this.expression)
    this.CONSUME(k.AS)
    this.CONSUME(t.Name)
  })

  readonly rename: Rule = this.RULE('rename', () => {
    this.CONSUME(k.RENAME)
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.LeftParen)
          this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.renaming) })
          this.CONSUME(t.RightParen)
        },
      },
      { ALT: () => this.SUBRULE1(this.renaming) },
    ])
  })

  readonly renaming: Rule = this.RULE('renaming', () => {
    this.CONSUME(t.Name)
    this.CONSUME(k.AS)
    this.CONSUME1(t.Name)
  })

  readonly from: Rule = this.RULE('from', () => {
    this.CONSUME(k.FROM)
    this.OPTION(() => {
      this.OR([{ ALT: () => this.CONSUME(t.Name) }, { ALT: () => this.CONSUME(t.Text) }])
      this.CONSUME(t.Colon)
    })
    this.OR1([
      {
        ALT: () => {
          this.CONSUME(t.LeftParen)
          this.SUBRULE(this.select)
          this.CONSUME(t.RightParen)
        },
      },
      { ALT: () => this.SUBRULE(this.rows) },
      {
        ALT: () => {
          this.SUBRULE(this.store)
          this.OPTION2(() => this.SUBRULE(this.slices))
          this.OPTION3(() => {
            this.CONSUME(k.BY)
            this.CONSUME(k.NAME)
          })
        },
      },
    ])
    this.OPTION1(() => {
      this.OR2([
        {
          ALT: () => {
            this.CONSUME(k.AS)
            this.OR3([{ ALT: () => this.CONSUME1(t.Name) }, { ALT: () => this.CONSUME1(t.Text) }])
          },
        },
        { ALT: () => this.CONSUME2(t.Name) },
      ])
      this.OPTION4(() => this.SUBRULE(this.columnNames))
    })
    this.MANY(() => this.SUBRULE(this.lateral))
  })

  /** Rows made by a function: `unnest(list) WITH ORDINALITY`, `range(10)`. */
  readonly rows: Rule = this.RULE('rows', () => {
    this.CONSUME(t.Name)
    this.CONSUME(t.LeftParen)
    this.OPTION(() => this.SUBRULE(this.list))
    this.CONSUME(t.RightParen)
    this.OPTION1(() => {
      this.CONSUME(k.WITH)
      this.CONSUME(k.ORDINALITY)
    })
  })

  readonly columnNames: Rule = this.RULE('columnNames', () => {
    this.CONSUME(t.LeftParen)
    this.CONSUME(t.Name)
    this.MANY(() => {
      this.CONSUME(t.Comma)
      this.CONSUME1(t.Name)
    })
    this.CONSUME(t.RightParen)
  })

  /** Rows made for each row of what stands before. */
  readonly lateral: Rule = this.RULE('lateral', () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Comma) },
      {
        ALT: () => {
          this.CONSUME(k.CROSS)
          this.CONSUME(k.JOIN)
        },
      },
    ])
    this.OPTION(() => this.CONSUME(k.LATERAL))
    this.SUBRULE(this.rows)
    this.OPTION1(() => {
      this.OPTION2(() => this.CONSUME(k.AS))
      this.CONSUME(t.Name)
      this.OPTION3(() => this.SUBRULE(this.columnNames))
    })
  })

  readonly stores: Rule = this.RULE('stores', () => {
    this.CONSUME(t.LeftBracket)
    this.CONSUME(t.Text)
    this.MANY(() => {
      this.CONSUME(t.Comma)
      this.CONSUME1(t.Text)
    })
    this.CONSUME(t.RightBracket)
  })

  /** What is taken of a table: along its dimensions in their order by position, or by name by the values of coordinates. */
  readonly slices: Rule = this.RULE('slices', () => {
    this.CONSUME(t.LeftBracket)
    this.SUBRULE(this.slice)
    this.MANY(() => {
      this.CONSUME(t.Comma)
      this.SUBRULE1(this.slice)
    })
    this.CONSUME(t.RightBracket)
  })

  readonly slice: Rule = this.RULE('slice', () => {
    this.OPTION(() => {
      this.CONSUME(t.Label)
      this.CONSUME(t.Arrow)
    })
    this.OPTION1(() => this.SUBRULE(this.bound, { LABEL: 'start' }))
    this.OPTION2(() => {
      this.OR([
        {
          ALT: () => {
            this.CONSUME(t.Colon)
            this.OPTION3(() => this.SUBRULE1(this.bound, { LABEL: 'stop' }))
            this.OPTION4(() => {
              this.CONSUME1(t.Colon)
              this.OPTION5(() => this.SUBRULE2(this.bound, { LABEL: 'step' }))
            })
          },
        },
        {
          ALT: () => {
            this.CONSUME(t.DoubleColon)
            this.OPTION6(() => this.SUBRULE3(this.bound, { LABEL: 'step' }))
          },
        },
      ])
    })
  })

  /** A constant: `-5`, `'2020-01'`, `DATE '2020-01-01'`, `nearest 12.5`, `(2 * 3)`. */
  readonly bound: Rule = this.RULE('bound', () => {
    this.MANY(() => this.CONSUME(t.Word))
    this.OPTION(() => this.OR([{ ALT: () => this.CONSUME(t.Plus) }, { ALT: () => this.CONSUME(t.Minus) }]))
    this.OR1([
      { ALT: () => this.CONSUME(t.Literal) },
      {
        ALT: () => {
          this.CONSUME(t.LeftParen)
          this.SUBRULE(this.expression)
          this.CONSUME(t.RightParen)
        },
      },
    ])
  })

  readonly store: Rule = this.RULE('store', () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Text) },
      { ALT: () => this.SUBRULE(this.stores) },
      {
        ALT: () => {
          this.CONSUME(t.Name)
          this.MANY(() => {
            this.CONSUME(t.Dot)
            this.CONSUME(t.Label)
          })
        },
      },
    ])
  })

  readonly clauses: Rule = this.RULE('clauses', () => {
    this.OPTION(() => this.SUBRULE(this.where))
    this.OPTION1(() => this.SUBRULE(this.groupBy))
    this.OPTION2(() => this.SUBRULE(this.having))
    this.SUBRULE(this.ending)
  })

  /** What may also stand behind a SELECT in parentheses. */
  readonly ending: Rule = this.RULE('ending', () => {
    this.OPTION(() => this.SUBRULE(this.orderBy))
    this.OPTION1(() => {
      this.OR([
        {
          ALT: () => {
            this.SUBRULE(this.limit)
            this.OPTION2(() => this.SUBRULE(this.offset))
          },
        },
        {
          ALT: () => {
            this.SUBRULE1(this.offset)
            this.OPTION3(() => this.SUBRULE1(this.limit))
          },
        },
      ])
    })
  })

  readonly where: Rule = this.RULE('where', () => {
    this.CONSUME(k.WHERE)
    this.SUBRULE(this.expression)
  })

  readonly groupBy: Rule = this.RULE('groupBy', () => {
    this.CONSUME(k.GROUP)
    this.CONSUME(k.BY)
    this.OR([{ ALT: () => this.CONSUME(k.ALL) }, { ALT: () => this.SUBRULE(this.list) }])
  })

  readonly having: Rule = this.RULE('having', () => {
    this.CONSUME(k.HAVING)
    this.SUBRULE(this.expression)
  })

  readonly orderBy: Rule = this.RULE('orderBy', () => {
    this.CONSUME(k.ORDER)
    this.CONSUME(k.BY)
    this.OR([
      {
        ALT: () => {
          this.CONSUME(k.ALL)
          this.SUBRULE(this.direction)
        },
      },
      { ALT: () => this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.orderItem) }) },
    ])
  })

  readonly orderItem: Rule = this.RULE('orderItem', () => {
    this.SUBRULE(this.expression)
    this.SUBRULE(this.direction)
  })

  readonly direction: Rule = this.RULE('direction', () => {
    this.OPTION(() => this.OR([{ ALT: () => this.CONSUME(k.ASC) }, { ALT: () => this.CONSUME(k.DESC) }]))
    this.OPTION1(() => {
      this.CONSUME(k.NULLS)
      this.OR1([{ ALT: () => this.CONSUME(k.FIRST) }, { ALT: () => this.CONSUME(k.LAST) }])
    })
  })

  readonly limit: Rule = this.RULE('limit', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(k.LIMIT)
          this.OR1([{ ALT: () => this.CONSUME(k.ALL) }, { ALT: () => this.SUBRULE(this.expression) }])
        },
      },
      {
        ALT: () => {
          this.CONSUME(k.FETCH)
          this.OR2([{ ALT: () => this.CONSUME(k.FIRST) }, { ALT: () => this.CONSUME(k.NEXT) }])
          this.OPTION(() => this.CONSUME(t.NumberLiteral))
          this.SUBRULE(this.rowsWord)
          this.CONSUME(k.ONLY)
        },
      },
    ])
  })

  readonly rowsWord: Rule = this.RULE('rowsWord', () => {
    this.OR([{ ALT: () => this.CONSUME(k.ROW) }, { ALT: () => this.CONSUME(k.ROWS) }])
  })

  readonly offset: Rule = this.RULE('offset', () => {
    this.CONSUME(k.OFFSET)
    this.SUBRULE(this.expression)
    this.OPTION(() => this.SUBRULE(this.rowsWord))
  })

  // Expressions: one flat rule. Which operator binds tighter is settled afterwards, in `src/parse/precedence.ts`.

  readonly expression: Rule = this.RULE('expression', () => {
    this.operand(1)
    this.MANY(() => this.OR(this.continuations()))
  })

  /** Expressions between commas, flat as well: a list of a million numbers is one node. */
  readonly list: Rule = this.RULE('list', () => {
    this.operand(1)
    this.MANY(() => this.OR([{ ALT: () => this.comma() }, ...this.continuations()]))
  })

  /** The last comma of a list may stand alone. */
  private comma(): void {
    this.CONSUME(t.Comma, part)
    this.OPTION3(() => this.operand(4))
  }

  /** An operand with its prefixes. Constants and parentheses are part of the flat rule, to keep it fast and shallow. */
  private operand(index: number): void {
    this.many(index, () => this.consume(index, t.Prefix, part))
    this.or(index, [
      { ALT: () => this.consume(index, t.Literal, part) },
      { ALT: () => this.subrule(index, this.interval, part), IGNORE_AMBIGUITIES: true },
      { ALT: () => this.subrule(index, this.named, part) },
      {
        ALT: () => {
          this.consume(index, t.LeftParen, part)
          this.subrule(index, this.list, part)
          this.consume(index, t.RightParen, part)
        },
      },
      { ALT: () => this.subrule(index, this.array, part) },
      { ALT: () => this.subrule(index, this.case, part) },
      { ALT: () => this.subrule(index, this.cast, part) },
      { ALT: () => this.consume(index, t.Star, part) },
    ])
  }

  /** What may follow an operand. */
  private continuations(): { ALT: () => void }[] {
    return [
      { ALT: () => this.infix() },
      { ALT: () => this.negated() },
      { ALT: () => this.CONSUME(k.ISNULL, part) },
      { ALT: () => this.CONSUME(k.NOTNULL, part) },
      { ALT: () => this.isTest() },
      { ALT: () => this.conversion() },
      { ALT: () => this.SUBRULE(this.subscript, part) },
    ]
  }

  /** IN is an operator like any other: its list is an operand in parentheses. */
  private infix(): void {
    this.CONSUME(t.Infix, part)
    this.operand(2)
  }

  private negated(): void {
    this.CONSUME(k.NOT, part)
    this.OR6([
      { ALT: () => this.CONSUME(k.NULL, part) },
      {
        ALT: () => {
          this.CONSUME(t.Match, part)
          this.operand(5)
        },
      },
    ])
  }

  private isTest(): void {
    this.CONSUME(k.IS, part)
    this.OPTION1(() => this.CONSUME1(k.NOT, part))
    this.OR7([
      { ALT: () => this.CONSUME1(k.NULL, part) },
      { ALT: () => this.CONSUME(k.UNKNOWN, part) },
      { ALT: () => this.CONSUME(k.TRUE, part) },
      { ALT: () => this.CONSUME(k.FALSE, part) },
      {
        ALT: () => {
          this.CONSUME(k.DISTINCT, part)
          this.CONSUME(k.FROM, part)
          this.operand(3)
        },
      },
    ])
  }

  private conversion(): void {
    this.CONSUME(t.DoubleColon, part)
    this.SUBRULE(this.type, part)
  }

  /** `[1, 2, 3]`. */
  readonly array: Rule = this.RULE('array', () => {
    this.CONSUME(t.LeftBracket)
    this.OPTION(() => this.SUBRULE(this.list))
    this.CONSUME(t.RightBracket)
  })

  /** `list[2]`, `list[2:5]`, `list[2:-1:3]`; a minus alone is the end that is left out. */
  readonly subscript: Rule = this.RULE('subscript', () => {
    this.CONSUME(t.LeftBracket)
    this.OPTION(() => this.SUBRULE(this.expression, { LABEL: 'from' }))
    this.OPTION1(() => {
      this.CONSUME(t.Colon)
      this.OPTION2(() =>
        this.OR([{ ALT: () => this.SUBRULE1(this.expression, { LABEL: 'to' }) }, { ALT: () => this.CONSUME(t.Minus) }]),
      )
      this.OPTION3(() => {
        this.CONSUME1(t.Colon)
        this.SUBRULE2(this.expression, { LABEL: 'step' })
      })
    })
    this.CONSUME(t.RightBracket)
  })

  /** A column, a call, or a constant of a type: `t.a`, `t.*`, `count(*)`, `DATE '2020-01-01'`. */
  readonly named: Rule = this.RULE('named', () => {
    this.CONSUME(t.Word)
    this.OR([
      { ALT: () => this.SUBRULE(this.call) },
      { ALT: () => this.CONSUME(t.Text) },
      {
        ALT: () =>
          this.MANY(() => {
            this.CONSUME(t.Dot)
            this.OR1([
              { ALT: () => this.CONSUME(t.Label, { LABEL: 'step' }) },
              { ALT: () => this.CONSUME(t.Star, { LABEL: 'step' }) },
            ])
          }),
      },
    ])
  })

  /** `INTERVAL '3 days'`, `INTERVAL 3 DAY`, `INTERVAL (x + 1) HOUR`; INTERVAL alone is a name. */
  readonly interval: Rule = this.RULE('interval', () => {
    this.CONSUME(k.INTERVAL)
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Text)
          this.OPTION(() => this.CONSUME(t.TimeUnit))
        },
      },
      {
        ALT: () => {
          this.OR1([
            { ALT: () => this.CONSUME(t.NumberLiteral) },
            { ALT: () => this.CONSUME(t.Parameter) },
            {
              ALT: () => {
                this.CONSUME(t.LeftParen)
                this.SUBRULE(this.expression)
                this.CONSUME(t.RightParen)
              },
            },
          ])
          this.CONSUME1(t.TimeUnit)
        },
      },
    ])
  })

  /** The words are for `extract(year FROM x)`, `trim(BOTH 'a' FROM x)`, `overlay(x PLACING 'a' FROM 1 FOR 2)`, `first(x ORDER BY y)`. */
  readonly call: Rule = this.RULE('call', () => {
    this.CONSUME(t.LeftParen)
    this.OPTION1(() =>
      this.OR([
        { ALT: () => this.CONSUME(k.DISTINCT) },
        { ALT: () => this.CONSUME(k.ALL) },
        { ALT: () => this.CONSUME(k.BOTH) },
        { ALT: () => this.CONSUME(k.LEADING) },
        { ALT: () => this.CONSUME(k.TRAILING) },
      ]),
    )
    this.OPTION(() => this.SUBRULE(this.list))
    this.OPTION5(() => {
      this.CONSUME(k.PLACING)
      this.SUBRULE2(this.expression, { LABEL: 'placing' })
    })
    this.OPTION2(() => {
      this.CONSUME(k.FROM)
      this.SUBRULE(this.expression, { LABEL: 'source' })
    })
    this.OPTION3(() => {
      this.CONSUME(k.FOR)
      this.SUBRULE1(this.expression, { LABEL: 'length' })
    })
    this.OPTION6(() => this.SUBRULE(this.orderBy))
    this.CONSUME(t.RightParen)
    this.OPTION4(() => this.SUBRULE(this.filter))
  })

  readonly filter: Rule = this.RULE('filter', () => {
    this.CONSUME(k.FILTER)
    this.CONSUME(t.LeftParen)
    this.OPTION(() => this.CONSUME(k.WHERE))
    this.SUBRULE(this.expression)
    this.CONSUME(t.RightParen)
  })

  readonly case: Rule = this.RULE('case', () => {
    this.CONSUME(k.CASE)
    this.OPTION(() => this.SUBRULE(this.expression, { LABEL: 'operand' }))
    this.AT_LEAST_ONE(() => {
      this.CONSUME(k.WHEN)
      this.SUBRULE1(this.expression, { LABEL: 'when' })
      this.CONSUME(k.THEN)
      this.SUBRULE2(this.expression, { LABEL: 'result' })
    })
    this.OPTION1(() => {
      this.CONSUME(k.ELSE)
      this.SUBRULE3(this.expression, { LABEL: 'otherwise' })
    })
    this.CONSUME(k.END)
  })

  readonly cast: Rule = this.RULE('cast', () => {
    this.OR([{ ALT: () => this.CONSUME(k.CAST) }, { ALT: () => this.CONSUME(k.TRY_CAST) }])
    this.CONSUME(t.LeftParen)
    this.SUBRULE(this.expression)
    this.CONSUME(k.AS)
    this.SUBRULE(this.type)
    this.CONSUME(t.RightParen)
  })

  /** `DOUBLE PRECISION`, `DECIMAL(10, 2)`, `TIMESTAMP WITH TIME ZONE`, `INTEGER[]`: whether a type exists is not for the grammar. */
  readonly type: Rule = this.RULE('type', () => {
    this.CONSUME(t.Word)
    this.OPTION(() => this.OR([{ ALT: () => this.CONSUME(k.PRECISION) }, { ALT: () => this.CONSUME(k.VARYING) }]))
    this.OPTION1(() => {
      this.CONSUME(t.LeftParen)
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.CONSUME(t.NumberLiteral) })
      this.CONSUME(t.RightParen)
    })
    this.OPTION2(() => {
      this.OR1([{ ALT: () => this.CONSUME(k.WITH) }, { ALT: () => this.CONSUME(k.WITHOUT) }])
      this.CONSUME(k.TIME)
      this.CONSUME(k.ZONE)
    })
    this.MANY(() => {
      this.CONSUME(t.LeftBracket)
      this.OPTION3(() => this.CONSUME1(t.NumberLiteral))
      this.CONSUME(t.RightBracket)
    })
  })
}

/** Where a parse may begin. */
export type Entry = 'statement' | 'expression'

let shared: Grammar | undefined

/** The one parser of the process, made when the first text comes. */
export function grammar(): Grammar {
  shared ??= new Grammar()
  return shared
}

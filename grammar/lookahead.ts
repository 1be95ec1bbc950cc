/** Chevrotain's own lookahead, computed for each choice when it is first met: a query walks through few of them. */
import { type ILookaheadStrategy, LLkLookaheadStrategy } from 'chevrotain'

type Alternation = Parameters<ILookaheadStrategy['buildLookaheadForAlternation']>[0]
type Optional = Parameters<ILookaheadStrategy['buildLookaheadForOptional']>[0]
type Choose = ReturnType<ILookaheadStrategy['buildLookaheadForAlternation']>
type Enter = ReturnType<ILookaheadStrategy['buildLookaheadForOptional']>

export class LazyLookahead extends LLkLookaheadStrategy {
  override buildLookaheadForAlternation(options: Alternation): Choose {
    const build = () => super.buildLookaheadForAlternation(options)
    let choose: Choose | undefined
    return function (this: ThisParameterType<Choose>, alternatives) {
      choose ??= build()
      return choose.call(this, alternatives)
    }
  }

  override buildLookaheadForOptional(options: Optional): Enter {
    const build = () => super.buildLookaheadForOptional(options)
    let enter: Enter | undefined
    return function (this: ThisParameterType<Enter>) {
      enter ??= build()
      return enter.call(this)
    }
  }
}

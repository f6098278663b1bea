// A lane carries one question that changes quickly (a slider moves, the cohort is
// counted again). It sends at most one request per animation frame and has at most
// one under way; while one is under way only the newest question waits. A request
// that outlives `patience` is cancelled for the newer one. Answers arrive in order.

export interface LaneOptions<Question, Answer> {
  ask: (question: Question, signal: AbortSignal) => Promise<Answer>
  onAnswer: (answer: Answer, question: Question) => void
  onError: (error: unknown, question: Question) => void
  /** Calls back before the next paint. */
  frame?: (callback: () => void) => void
  /** Milliseconds now. */
  clock?: () => number
  /** How long a request may hold up a newer one. */
  patience?: number
}

export interface Lane<Question> {
  submit(question: Question): void
  close(): void
}

export function createLane<Q, A>(options: LaneOptions<Q, A>): Lane<Q> {
  const {
    ask,
    onAnswer,
    onError,
    frame = nextFrame,
    clock = () => performance.now(),
    patience = 250,
  } = options
  let waiting: { question: Q } | undefined
  let underWay: { abort: AbortController; since: number } | undefined
  let framed = false
  let closed = false

  function schedule() {
    if (framed || closed) return
    framed = true
    frame(() => {
      framed = false
      send()
    })
  }

  function send() {
    if (closed || !waiting) return
    if (underWay && clock() - underWay.since < patience) return // its end sends the newest
    underWay?.abort.abort()
    const { question } = waiting
    waiting = undefined
    void run(question)
  }

  async function run(question: Q) {
    const mine = { abort: new AbortController(), since: clock() }
    underWay = mine
    try {
      const answer = await ask(question, mine.abort.signal)
      if (underWay === mine) onAnswer(answer, question)
    } catch (error) {
      if (underWay === mine) onError(error, question)
    }
    if (underWay !== mine) return
    underWay = undefined
    if (waiting) schedule()
  }

  return {
    submit(question) {
      waiting = { question }
      schedule()
    },
    close() {
      closed = true
      underWay?.abort.abort()
      underWay = undefined
      waiting = undefined
    },
  }
}

/**
 * The next frame, or a twentieth of a second where frames do not come: a window that
 * is hidden or minimised draws none, and its counts must still settle.
 */
function nextFrame(callback: () => void) {
  let done = false
  const once = () => {
    if (done) return
    done = true
    callback()
  }
  requestAnimationFrame(once)
  setTimeout(once, 50)
}

// A small program behind the page: tests say what it answers. Import it before what
// speaks to it.

export type Reply = [status: number, body: object]

/** What is answered to "GET /vault". */
export const replies: Record<string, Reply> = {}

/** What was asked, in order: "POST /vault/unlock {…}". */
export const told: string[] = []

let held: Promise<void> | undefined

/** Keeps the answer to the next question back; returns how to let it go. */
export function holdNext(): () => void {
  let release = () => {}
  held = new Promise((resolve) => (release = resolve))
  return release
}

globalThis.fetch = async (input) => {
  const request = input as Request
  const question = `${request.method} ${new URL(request.url).pathname.replace('/api/v1', '')}`
  const [status, body] = replies[question] ?? [404, { code: 'not-found' }]
  const wait = held
  held = undefined
  told.push(`${question} ${await request.text()}`.trim())
  await wait
  return Response.json(body, { status })
}

// Node knows no page that an address could be relative to.
globalThis.Request = class extends Request {
  constructor(input: string | URL | Request, init?: RequestInit) {
    super(typeof input === 'string' ? new URL(input, window.location.href) : input, init)
  }
}

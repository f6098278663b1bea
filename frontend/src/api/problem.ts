// The one error a person sees, as the backend wrote it (RFC 9457).

export interface ProblemDetail {
  location?: string
  message?: string
}

export class Problem extends Error {
  override name = 'Problem'
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    detail: string,
    readonly place?: string,
    readonly hint?: string,
    readonly details: ProblemDetail[] = [],
    readonly request?: string,
  ) {
    super(detail)
  }

  /** Asking again may help: nobody answered, or the fault was the program's. */
  get passing(): boolean {
    return this.status === 0 || this.status >= 500
  }
}

interface Wire {
  title?: string
  detail?: string
  code?: string
  place?: string
  hint?: string
  request_id?: string
  errors?: ProblemDetail[] | null
}

/** Makes a problem of a failed answer, whatever it carries. */
export function problemOf(response: Response, body: unknown): Problem {
  const wire: Wire = typeof body === 'object' && body !== null ? body : {}
  return new Problem(
    response.status,
    wire.code ?? `http-${response.status}`,
    wire.title ?? 'Something went wrong',
    wire.detail ?? `The program answered ${response.status} ${response.statusText}.`.trim(),
    wire.place,
    wire.hint,
    wire.errors ?? [],
    wire.request_id ?? response.headers.get('Vitrine-Request') ?? undefined,
  )
}

/** Makes a problem of anything thrown. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof TypeError && /fetch|load|network/i.test(error.message)) return unreachable()
  const detail = error instanceof Error ? error.message : String(error)
  return new Problem(0, 'page', 'The page could not finish this', detail)
}

const unreachable = () =>
  new Problem(
    0,
    'unreachable',
    'Vitrine does not answer',
    'The program behind this page has stopped or cannot be reached.',
    undefined,
    'Start it again, then reload this page. Your cohort draft is kept.',
  )

/** A newer question took this one's place, or the page dropped it: nothing to tell anybody. */
export const isSuperseded = (error: unknown) =>
  (error instanceof DOMException && error.name === 'AbortError') ||
  (error instanceof Problem && (error.code === 'superseded' || error.code === 'cancelled'))

/** A request that is refused, with the platform's code for it. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}

export function invalid(message: string): Refusal {
  return new Refusal('INVALID_PARAM', message)
}

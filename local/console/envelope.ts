/** What a function answers, as far as the console reads it. */
export type Envelope<Data> =
  | { ok: true; data: Data; requestId: string }
  | { ok: false; error: { code: string; message: string }; requestId: string }

/** Calls a function with this input. */
export type Invoke = <Data>(functionName: string, input: object) => Promise<Envelope<Data>>

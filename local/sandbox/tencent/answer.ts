/** What an action answers: `Response` without its RequestId, or the whole body of a documented example. */
export type TencentAnswer = Record<string, unknown> | Buffer

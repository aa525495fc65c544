import { describe, expect, it } from '@jest/globals'
import { PROVIDERS, sourceOf } from './index'

describe('sourceOf', () => {
  it.each(PROVIDERS)('has a source of its own for %s', provider => {
    const source = sourceOf(provider)
    expect(PROVIDERS.filter(other => sourceOf(other) === source)).toEqual([provider])
  })

  it.each(PROVIDERS)('names each variable of %s once', provider => {
    const { secret, plain } = sourceOf(provider).variables
    expect(new Set([...secret, ...plain]).size).toBe(secret.length + plain.length)
  })
})

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Bed } from '../../local/bed'
import { alter, everything, makeWatchBed } from './watching'

describe('alter', () => {
  let bed: Bed
  beforeEach(async () => {
    bed = await makeWatchBed({})
    const { database } = bed.cloud.gateway
    for (const collection of ['yl_meters', 'yl_readings']) database.addCollection(collection)
    const documents = Array.from({ length: 10 }, (_, index) => ({ _id: `m${index}`, value: '5', day: '20261120' }))
    database.insert({ collection: 'yl_meters', documents })
  })
  afterEach(() => bed.close())

  it.each([0, 1, 3, 10])('changes exactly %d meters and says so', count => {
    expect(alter(bed, count)).toBe(count)
    expect(everything(bed, 'yl_meters').filter(({ value }) => value !== '5')).toHaveLength(count)
  })

  it('throws when there are not so many meters, or some are altered already', () => {
    expect(() => alter(bed, 11)).toThrow('10 of 10 meters could be altered, not 11')
    expect(() => alter(bed, 1)).toThrow('0 of 10 meters could be altered, not 1')
  })
})

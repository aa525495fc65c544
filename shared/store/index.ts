export { BATCH, type Collection, command, openCollection, type Selection } from './collection'
export {
  type Connection,
  type ConnectionFailure,
  type Counts,
  connectionSchema,
  connections,
  countsSchema,
  type Round,
} from './connections'
export { findRole, listMembers, type Member, type Role, removeMember, saveMember } from './members'
export {
  type Meter,
  meterId,
  meterSchema,
  meters,
  RECENT_POINTS,
  type RecordedMeter,
  recordedMeterSchema,
} from './meters'
export { sharedPaces } from './paces'
export { type DayReadings, dayReadingsId, dayReadingsSchema, readings } from './readings'
export { type Run, runSchema, runs } from './runs'
export { type Sealer, sealerFrom } from './seal'

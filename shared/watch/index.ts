export { callFor, newConnection, sourceFor } from './connections'
export { refreshMeter } from './refresh'
export { sweep } from './sweep'

export { callFor, configuredProviders, environmentConnectionId, newConnection, sourceFor } from './connections'
export { refreshMeter } from './refresh'
export { sweep } from './sweep'

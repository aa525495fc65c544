export { callFor, newConnection, sourceFor } from './connections'
export { refreshMeter } from './refresh'
export { isOfEnvironment, sealedSecrets, secretsOf } from './secrets'
export { sweep } from './sweep'

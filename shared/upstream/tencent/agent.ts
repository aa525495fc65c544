import type { Agent, ClientRequest } from 'node:http'
import type https from 'node:https'
import type { Endpoint } from '../endpoint'

/** The part of an agent that every request passes; not in the types of Node, though all of its versions have it. */
interface RequestTaker {
  addRequest(request: ClientRequest, ...rest: unknown[]): void
}

const agents = new Map<string, Agent>()

/**
 * The keep-alive agent that connects to this endpoint, one for the life of the instance. It moves only the socket: Host
 * header and signing scope stay those of the URL that the SDK was given.
 */
export function agentFor({ protocol, hostname, port, servername }: Endpoint): Agent {
  const target = `${protocol}//${hostname}:${port}`
  const known = agents.get(target)
  if (known) return known
  const { Agent }: typeof https = protocol === 'http:' ? require('node:http') : require('node:https')
  const agent = new Agent({ keepAlive: true, servername })
  const connect = agent.createConnection
  agent.createConnection = (options, callback) => connect.call(agent, { ...options, host: hostname, port }, callback)
  failOnCutOff(agent as unknown as RequestTaker)
  agents.set(target, agent)
  return agent
}

/**
 * node-fetch 2, under the SDK, pipes an answer and so never hears that its body was cut off: it waits for its time-out.
 * It does hear the errors of its request. Handing the answer's error to the request makes a cut-off fail at once.
 */
function failOnCutOff(agent: RequestTaker): void {
  const addRequest = agent.addRequest
  agent.addRequest = (request, ...rest) => {
    request.once('response', response => response.once('error', error => request.emit('error', error)))
    addRequest.call(agent, request, ...rest)
  }
}

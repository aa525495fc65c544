import type { Agent } from 'node:http'
import type https from 'node:https'
import type { Endpoint } from '../endpoint'

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
  agents.set(target, agent)
  return agent
}

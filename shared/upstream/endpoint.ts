import { type Environment, misconfigured } from '../call'
import type { Protocol } from './exchange'

/** Where an upstream is: what the request says, and where the socket goes. */
export interface Endpoint {
  /** The production host: Host header and signing scope. */
  host: string
  protocol: Protocol
  /** Where the socket goes. */
  hostname: string
  port: number
  /**
   * The name that the socket's certificate must bear; empty where there is none. Node would else work it out from the
   * Host header: slowly on first use, and wrongly for a redirected socket.
   */
  servername: string
}

export interface EndpointOptions {
  /** The environment variable that may override the socket's target or choose another official host. */
  variable: string
  /** The production host. */
  host: string
  /** Any host under these domains is an official one. */
  domains: readonly string[]
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * The endpoint of an upstream. A base URL from the environment that names an official host chooses that host; any other
 * changes only where the socket goes. Plain http is for the own machine only, so that no token crosses a network in
 * the clear. Throws NOT_CONFIGURED naming the variable.
 */
export function endpointFrom(environment: Environment, options: EndpointOptions): Endpoint {
  const base = environment.get(options.variable) ?? `https://${options.host}`
  const key = `${options.variable} ${base}`
  const endpoint = known.get(key) ?? readEndpoint(base, options)
  known.set(key, endpoint)
  return endpoint
}

/** Every call asks, and the answer changes only with the variable. */
const known = new Map<string, Endpoint>()

function readEndpoint(base: string, { variable, host, domains }: EndpointOptions): Endpoint {
  const url = parse(base)
  if (!url || !isAllowed(url)) {
    throw misconfigured(variable, {
      zh: '不带路径的 https 地址（本机可用 http）',
      en: 'an https address without a path (http only for this machine)',
    })
  }
  const hostname = url.hostname.replace(/^\[|\]$/g, '')
  return {
    host: domains.some(domain => url.hostname.endsWith(`.${domain}`)) ? url.hostname : host,
    protocol: url.protocol === 'http:' ? 'http:' : 'https:',
    hostname,
    port: Number(url.port) || (url.protocol === 'http:' ? 80 : 443),
    servername: url.protocol === 'http:' || isAddress(hostname) ? '' : hostname,
  }
}

function parse(base: string): URL | undefined {
  try {
    return new URL(base)
  } catch {
    return undefined
  }
}

function isAllowed(url: URL): boolean {
  const bare = url.pathname === '/' && url.search === '' && url.username === '' && url.password === ''
  return bare && (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname)))
}

/** TLS knows no names that are addresses. */
function isAddress(hostname: string): boolean {
  return hostname.includes(':') || /^[\d.]+$/.test(hostname)
}

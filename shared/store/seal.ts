import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { CallError, type Environment, misconfigured, text } from '../call'

const KEY = 'YULIANG_KEY'
const PREVIOUS_KEY = 'YULIANG_KEY_PREVIOUS'
const CIPHER = 'aes-256-gcm'
const KEY_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16

/** Keeps what is secret unreadable in the database. */
export interface Sealer {
  /** `v1.<IV>.<ciphertext and tag>`, base64url. Opens only in this context: the _id of the document that holds it. */
  seal(plaintext: string, context: string): string
  /** What was sealed. Throws NOT_CONFIGURED when neither key fits, or the text or its context was altered. */
  open(sealed: string, context: string): string
}

/**
 * Seals under YULIANG_KEY, opens under YULIANG_KEY_PREVIOUS as well: that is how a key is changed. Throws NOT_CONFIGURED
 * without a key of 32 bytes.
 */
export function sealerFrom(environment: Environment): Sealer {
  const key = keyFrom(environment, KEY)
  const keys = environment.get(PREVIOUS_KEY) === undefined ? [key] : [key, keyFrom(environment, PREVIOUS_KEY)]
  return {
    seal(plaintext, context) {
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(context))
      const body = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return `v1.${iv.toString('base64url')}.${body.toString('base64url')}`
    },
    open(sealed, context) {
      const [, ivText = '', bodyText = ''] = /^v1\.([\w-]{16})\.([\w-]{22,})$/.exec(sealed) ?? []
      const iv = bytesOf(ivText)
      const body = bytesOf(bodyText)
      if (!iv || !body) throw cannotOpen()
      for (const candidate of keys) {
        const plaintext = opened(candidate, iv, body, context)
        if (plaintext !== undefined) return plaintext
      }
      throw cannotOpen()
    },
  }
}

function opened(key: Buffer, iv: Buffer, body: Buffer, context: string): string | undefined {
  const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(context))
    .setAuthTag(body.subarray(-TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(body.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8')
  } catch {
    return undefined
  }
}

/** Undefined unless it is written in the one way there is: decoding alone overlooks stray bits at the end. */
function bytesOf(base64url: string): Buffer | undefined {
  const bytes = Buffer.from(base64url, 'base64url')
  return bytes.length > 0 && bytes.toString('base64url') === base64url ? bytes : undefined
}

function keyFrom(environment: Environment, variable: string): Buffer {
  const value = environment.get(variable) ?? ''
  if (value !== '') environment.conceal(value)
  if (/^[\da-f]{64}$/i.test(value)) return Buffer.from(value, 'hex')
  const bytes = Buffer.from(value, 'base64')
  if (bytes.length === KEY_BYTES && bytes.toString('base64') === value) return bytes
  throw misconfigured(variable, {
    zh: ' 32 个随机字节的 base64（44 个字符）或十六进制（64 个字符），可用 openssl rand -base64 32 生成',
    en: '32 random bytes as base64 (44 characters) or hex (64 characters); openssl rand -base64 32 makes one',
  })
}

function cannotOpen(): CallError {
  return new CallError(
    'NOT_CONFIGURED',
    text(
      `数据库中加密保存的凭证无法解密：${KEY} 已更换，或文档被改动。请恢复原密钥（可写入 ${PREVIOUS_KEY}），或重新填写凭证。`,
      `Credentials sealed in the database cannot be opened: ${KEY} has changed, or the document was altered. Restore the old key (${PREVIOUS_KEY} takes it), or enter the credentials again.`,
    ),
  )
}

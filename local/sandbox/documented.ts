import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export type DocumentedAnswer =
  | 'huawei-consumption-quota'
  | 'tencent-esign-usage-1'
  | 'tencent-esign-usage-2'
  | 'tencent-esign-usage-3'
  | 'tencent-member-balance'
  | 'wechat-get-quota'
  | 'wechat-queryquota'

/** An example answer exactly as its document prints it, white space included. */
export function documented(name: DocumentedAnswer): Buffer {
  return readFileSync(join(__dirname, 'documented', `${name}.json`))
}

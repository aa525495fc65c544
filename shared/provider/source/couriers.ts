import type { Title } from '../../meter/reading'

/** By WeChat's delivery ids. */
const COURIERS = new Map<string, Title>([
  ['BEST', { zh: '百世快递', en: 'BEST Express' }],
  ['DB', { zh: '德邦快递', en: 'Deppon Express' }],
  ['EMS', { zh: '中国邮政 EMS', en: 'China Post EMS' }],
  ['JDL', { zh: '京东物流', en: 'JD Logistics' }],
  ['JTSD', { zh: '极兔速递', en: 'J&T Express' }],
  ['SF', { zh: '顺丰速运', en: 'SF Express' }],
  ['STO', { zh: '申通快递', en: 'STO Express' }],
  ['YTO', { zh: '圆通速递', en: 'YTO Express' }],
  ['YUNDA', { zh: '韵达速递', en: 'Yunda Express' }],
  ['ZTO', { zh: '中通快递', en: 'ZTO Express' }],
])

/** The courier's name, or its id where no name is known, and the account's: `圆通速递 · 示例旗舰店`. */
export function accountTitle(deliveryId: string, account: string): Title {
  const { zh, en } = COURIERS.get(deliveryId) ?? { zh: deliveryId, en: deliveryId }
  return { zh: `${zh} · ${account}`, en: `${en} · ${account}` }
}

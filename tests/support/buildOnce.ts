import { buildAll } from '../../scripts/build'

/** Tests run what is built from the sources as they are now. */
export default async (): Promise<void> => {
  await buildAll()
}

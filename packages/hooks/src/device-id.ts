import { createHash } from 'node:crypto';
import type { Hook } from './ports.ts';

const HASH_LENGTH = 16;

/** The device that a screen of a sender writes as: another one's acts are told from its. */
export function deviceIdOf({ id, source }: Hook, device: string | null | undefined): string {
  const hash = createHash('sha256')
    .update(`${id}\n${device ?? ''}`)
    .digest('hex');
  return `${source}-${hash.slice(0, HASH_LENGTH)}`;
}

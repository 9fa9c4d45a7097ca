import { randomBytes } from 'node:crypto';
import { CuepointError } from '@cuepoint/core';
import { HOOK_HEADER, TAUTULLI_TEMPLATE, type HookSource } from '@cuepoint/hooks';
import { HOOKS_MAX, type HookPerson, type HookStore } from '@cuepoint/store';
import { hashOf } from '../accounts/secrets.ts';

export interface HookRequest {
  readonly userId: string;
  readonly source: HookSource;
  readonly label?: string | undefined;
  readonly acceptedUsers?: readonly HookPerson[] | undefined;
}

export interface MadeHook {
  readonly id: string;
  readonly label: string;
  /** Told this once. */
  readonly secret: string;
  readonly address: string;
  readonly headerAddress: string;
  readonly header: string;
  readonly template: string | null;
}

const SECRET_BYTES = 32;
const LABELS: Readonly<Record<HookSource, string>> = {
  jellyfin: 'Jellyfin',
  emby: 'Emby',
  plex: 'Plex',
  tautulli: 'Tautulli',
  kodi: 'Kodi',
};

/**
 * Makes a hook, of whose secret only the hash is stored. [HOK1]
 *
 * @param publicAddress where the service is reached, without a slash at its end; '' where nobody knows.
 * @throws CuepointError `limit_exceeded`
 */
export async function makeHook(
  store: HookStore,
  { userId, source, label = LABELS[source], acceptedUsers = [] }: HookRequest,
  {
    randomUuid,
    publicAddress,
  }: { readonly randomUuid: () => string; readonly publicAddress: string },
): Promise<MadeHook> {
  const id = randomUuid();
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  const hook = { id, userId, source, label, acceptedUsers, secretHash: hashOf(secret) };
  if (!(await store.add(hook))) {
    throw new CuepointError('limit_exceeded', `A user has at most ${HOOKS_MAX} hooks.`, {
      limit: { name: 'hooks', value: HOOKS_MAX },
    });
  }
  const headerAddress = `${publicAddress}/hooks/${source}`;
  return {
    id,
    label,
    secret,
    address: `${headerAddress}/${secret}`,
    headerAddress,
    header: HOOK_HEADER,
    template: source === 'tautulli' ? TAUTULLI_TEMPLATE : null,
  };
}

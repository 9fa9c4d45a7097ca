import { askAccount } from './ask-account.ts';

export const HOOK_SOURCES = [
  { source: 'jellyfin', name: 'Jellyfin' },
  { source: 'emby', name: 'Emby' },
  { source: 'plex', name: 'Plex' },
  { source: 'tautulli', name: 'Tautulli' },
  { source: 'kodi', name: 'Kodi' },
] as const;

/** A user of a media server. */
export interface HookUser {
  readonly id?: string;
  readonly name?: string;
}

export interface Hook {
  readonly id: string;
  readonly source: string;
  readonly label: string;
  readonly acceptedUsers: readonly HookUser[];
  readonly lastUsedAt: string | null;
}

/** Its secret is told this once. */
export interface MadeHook extends Hook {
  readonly secret: string;
  readonly address: string;
  readonly headerAddress: string;
  readonly header: string;
  readonly template: string | null;
}

export interface Receipt {
  readonly at: string;
  readonly event: string;
  readonly outcome: string;
  readonly reason: string;
  readonly message: string;
  readonly title: string;
  readonly user: HookUser;
}

/** The hooks of one profile. @throws ServiceProblem */
export function hooksOf(userId: string) {
  const path = `/profiles/${userId}/hooks`;
  return {
    list: async () => (await askAccount<{ readonly items: readonly Hook[] }>(path)).items,
    add: async (source: string) => askAccount<MadeHook>(path, 'POST', { source }),
    accept: async (id: string, acceptedUsers: readonly HookUser[]) =>
      askAccount<Hook>(`${path}/${id}`, 'PUT', { acceptedUsers }),
    revoke: async (id: string) => askAccount(`${path}/${id}`, 'DELETE'),
    receipts: async (id: string) =>
      (await askAccount<{ readonly items: readonly Receipt[] }>(`${path}/${id}/receipts`)).items,
  };
}

export function nameOf({ name, id }: HookUser): string {
  return name ?? id ?? 'nobody';
}

export function isSameUser(a: HookUser, b: HookUser): boolean {
  return a.id === b.id && a.name === b.name;
}

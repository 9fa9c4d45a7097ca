import type { Answer, TestApi, TestUser } from '../../packages/server/src/testing/test-api.ts';

/** Somebody whose media server calls an address of theirs. */
export interface HookPerson {
  readonly user: TestUser;
  readonly id: string;
  readonly secret: string;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
  readonly path: string;
  /** As the media server, at this instance or at another one. */
  readonly send: (body: unknown, at?: TestApi) => Promise<Answer>;
}

/** What the catalogue of these tests knows: an episode by an id, in a series that a title finds. */
export async function fillHookCatalogue(api: TestApi): Promise<void> {
  const admin = await api.createUser({ scopes: ['cuepoint:service'] });
  const contents = [
    { contentId: 'made-up-show', type: 'series', title: 'Made-up Show' },
    {
      contentId: 'tmdb:episode:7000104',
      type: 'episode',
      title: 'Four',
      seriesId: 'made-up-show',
      season: 1,
      episode: 4,
      durationSeconds: 2_700,
    },
  ];
  const put = await admin.call('PUT', '/catalogue', { body: { contents } });
  if (put.status !== 200) throw new Error(put.text);
}

export async function createHook(
  api: TestApi,
  source: string,
  acceptedUsers: readonly object[] = [{ name: 'someone' }, { name: 'Kodi' }],
): Promise<HookPerson> {
  const user = await api.createUser();
  const made = await user.call('POST', '/hooks', { body: { source, acceptedUsers } });
  if (made.status !== 201) throw new Error(made.text);
  const { body } = made;
  const path = `//hooks/${source}/${body.secret}`;
  return {
    user,
    id: body.id,
    secret: body.secret,
    body,
    path,
    send: async (sent, at = api) => at.call('POST', path, { body: sent }),
  };
}

export async function stateOf(user: TestUser) {
  const { body: progress } = await user.call('GET', '/progress');
  const { body: history } = await user.call('GET', '/history');
  return {
    positions: progress.items.map((item: { contentId: string; positionSeconds: number }) => [
      item.contentId,
      item.positionSeconds,
    ]),
    viewings: history.items.length,
    // Each by itself: reading joins those of one viewing.
    plays: history.items.flatMap((item: { alsoIds: string[] }) => ['it'].concat(item.alsoIds))
      .length,
  };
}

import { describe, expect, it } from 'vitest';
import { decodeBody, isAutomatedBody } from './body.ts';
import type { Fields } from './fields.ts';
import type { HookEvent, HookSource } from './hook-event.ts';
import { readHook } from './read-hook.ts';
import { createMemoryHooks } from './testing/memory-hooks.ts';
import {
  embyBody,
  jellyfinBody,
  kodiBody,
  otherJellyfinBody,
  plexBody,
  tautulliBody,
} from './testing/sessions.ts';

const TICKS = 10_000_000;

function eventOf(source: HookSource, body: Fields): HookEvent {
  const reading = readHook(source, body);
  if (reading.kind !== 'event') throw new Error(JSON.stringify(reading));
  return reading.event;
}

async function sendAll(source: HookSource, bodies: readonly Fields[]) {
  const memory = createMemoryHooks(source);
  for (const body of bodies) await memory.send(body);
  return memory;
}

describe('Jellyfin', () => {
  it('[HOK2] a stop without a position erases none and finishes nothing, although it says PlayedToCompletion', async () => {
    const { contents, receipts } = await sendAll('jellyfin', [
      jellyfinBody('PlaybackStart', 0),
      jellyfinBody('PlaybackProgress', 600),
      jellyfinBody('PlaybackStop', 620, { PlaybackPositionTicks: 0, PlayedToCompletion: true }),
    ]);
    expect(contents.get('tmdb:7000104')).toMatchObject({
      position: { positionSeconds: 600, state: 'stopped' },
      isWatched: false,
    });
    expect(receipts.at(-1)).toMatchObject({ outcome: 'recorded', reason: 'position' });
  });

  it('[HOK2] a stop without a position, of which nothing was known, says so', async () => {
    const body = jellyfinBody('PlaybackStop', 0, { PlayedToCompletion: true });
    const { contents, receipts } = await sendAll('jellyfin', [body]);
    expect(contents.size).toBe(0);
    expect(receipts).toMatchObject([{ outcome: 'ignored', reason: 'no_position' }]);
  });

  it('[HOK3] the completion of another user of the session counts for nobody who left early', async () => {
    const { contents } = await sendAll('jellyfin', [
      jellyfinBody('PlaybackStop', 300, { PlayedToCompletion: true }),
    ]);
    expect(contents.get('tmdb:7000104')?.isWatched).toBe(false);
  });

  it('[HOK2] a NUL and half of a surrogate pair in a text are left out of it, since no database takes them', () => {
    const body = jellyfinBody('PlaybackStart', 60, { Name: 'The \u0000Made\ud800-up One' });
    expect(eventOf('jellyfin', body).work).toMatchObject({ title: 'The Made-up One' });
  });

  it('reads quotes that are escaped twice, and ids with dashes and without as one', () => {
    const body = jellyfinBody('PlaybackStart', 60, {
      Name: 'The \\"Made-up\\" One',
      SeriesName: 'The \\"Show\\"',
      UserId: '3d3d3d3d-3d3d-3d3d-3d3d-3d3d3d3d3d3d',
      ItemId: '1b1b1b1b-1b1b-1b1b-1b1b-1b1b1b1b1b1b',
    });
    const event = eventOf('jellyfin', body);
    expect(event.work).toMatchObject({
      title: 'The "Made-up" One',
      series: { title: 'The "Show"' },
    });
    expect(event.user.id).toBe('3d'.repeat(16));
    expect(event.item).toBe(eventOf('jellyfin', jellyfinBody('PlaybackStart', 60)).item);
  });

  it('reads True and False as text, numbers as text and empty texts, as a template or a form gives them', () => {
    const body = jellyfinBody('PlaybackProgress', 600, {
      IsPaused: 'True',
      IsAutomated: 'False',
      RunTimeTicks: '27000000000',
      PlaybackPositionTicks: '6000000000',
      SeasonNumber: '1',
      EpisodeNumber: '',
      Provider_imdb: '',
      Provider_tvdb: '',
    });
    const form = new URLSearchParams(
      Object.entries(body).flatMap(([key, value]) =>
        value === undefined ? [] : [[key, value as string] as [string, string]],
      ),
    );
    const event = eventOf(
      'jellyfin',
      decodeBody('application/x-www-form-urlencoded', form.toString()),
    );
    expect(event).toMatchObject({ isPaused: true, durationSeconds: 2_700, positionSeconds: 600 });
    expect(event.work).toMatchObject({ ids: { tmdb: 7_000_104 }, season: 1 });
    expect(event.work.episode).toBeUndefined();
  });

  it('[HOK4] a number that a template left out is refused, and the field is named', () => {
    const text = '{"NotificationType":"PlaybackStop","SeasonNumber": ,"EpisodeNumber":4}';
    expect(() => decodeBody('text/plain; charset=utf-8', text)).toThrow(/number SeasonNumber/);
    const broken = '{"NotificationType":"PlaybackStop","Overview":"one\ntwo"}';
    expect(() => decodeBody('text/plain', broken)).toThrow(/Overview/);
    expect(() => decodeBody('application/json', '')).toThrow(/empty/);
    expect(() => decodeBody('application/json', '[1]')).toThrow(/no object/);
    expect(() => decodeBody('application/json', '['.repeat(10_000))).toThrow(/deep/);
    expect(() => readHook('jellyfin', {})).toThrow(/NotificationType/);
  });

  it.each([
    ['{"IsAutomated":true}', true],
    ['{ "IsAutomated" : "True" }', true],
    ['{"IsAutomated":false}', false],
    ['{"Name":"\\"IsAutomated\\":true","IsAutomated":false}', false],
    ['{"Name":"IsAutomated"}', false],
    ['', false],
  ])('[HOK2] tells the extrapolation of the server by its bytes: %s', (text, isAutomated) => {
    expect(isAutomatedBody(Buffer.from(text))).toBe(isAutomated);
  });

  it('[HOK2] the extrapolation of a server is dropped before any work, in each of its forms', async () => {
    const memory = await sendAll('jellyfin', [
      jellyfinBody('PlaybackProgress', 600, { IsAutomated: true }),
      jellyfinBody('PlaybackProgress', 601, { IsAutomated: 'True' }),
    ]);
    expect(memory).toMatchObject({ writes: 0, receipts: [] });
  });

  it('a file of several episodes is seen with all of them', async () => {
    const { contents } = await sendAll('jellyfin', [
      jellyfinBody('PlaybackStop', 2_690, { PlayedToCompletion: true, EpisodeNumberEnd: 6 }),
    ]);
    expect([...contents].map(([id, { isWatched, plays }]) => [id, isWatched, plays.size])).toEqual([
      ['tmdb:7000104', true, 1],
      ['Made-up Show 1x5', true, 1],
      ['Made-up Show 1x6', true, 1],
    ]);
  });

  it('a mark by hand needs no date, and taking it back leaves the plays', async () => {
    const toggle = (Played: boolean) =>
      jellyfinBody('UserDataSaved', 0, {
        SaveReason: 'TogglePlayed',
        Played,
        LastPlayedDate: undefined,
      });
    const memory = await sendAll('jellyfin', [
      jellyfinBody('PlaybackStop', 2_690, { PlayedToCompletion: true }),
      toggle(false),
    ]);
    const content = memory.contents.get('tmdb:7000104');
    expect(content?.isWatched).toBe(false);
    expect(content?.plays.size).toBe(1);
    await memory.send(toggle(true));
    expect(content?.isWatched).toBe(true);
    expect(content?.plays.size).toBe(1);
  });

  it.each(['PlaybackStart', 'PlaybackProgress', 'UpdateUserRating', 'Import'])(
    '[HOK4] user data that is saved for %s is of no interest',
    (SaveReason) => {
      const reading = readHook('jellyfin', jellyfinBody('UserDataSaved', 600, { SaveReason }));
      expect(reading).toMatchObject({ kind: 'ignored', reason: 'no_interest' });
    },
  );

  it('without user data it still reads whose playback it is by id or name, and music is none', () => {
    expect(
      eventOf('jellyfin', jellyfinBody('PlaybackStart', 60, { UserId: undefined })).user,
    ).toEqual({
      name: 'someone',
    });
    expect(
      readHook('jellyfin', jellyfinBody('PlaybackStart', 60, { ItemType: 'Audio' })),
    ).toMatchObject({
      reason: 'not_video',
    });
  });

  it('[HOK3] the first item told again and again writes once', async () => {
    const again = Array.from({ length: 5 }, () => jellyfinBody('PlaybackStart', 60));
    expect((await sendAll('jellyfin', again)).writes).toBe(1);
  });

  it("reads the other plugin's Plex-like form, whose length is in tenths of a millisecond and whose ids are of the series", () => {
    const { work, durationSeconds, user } = eventOf('jellyfin', {
      event: 'media.scrobble',
      user: true,
      owner: false,
      Account: { id: '3d3d3d3d-3d3d-3d3d-3d3d-3d3d3d3d3d3d', title: 'someone' },
      Server: { title: 'den', uuid: '0a0a' },
      Player: { local: true, title: 'TV', uuid: 's1' },
      Metadata: {
        type: 'episode',
        guid: 'com.plexapp.agents.themoviedb://7000001/1/4?lang=en',
        title: 'Four',
        parentTitle: 'Season 1',
        grandparentTitle: 'Made-up Show',
        duration: 27_000_000,
      },
    });
    expect(durationSeconds).toBe(2_700);
    expect(user.id).toBe('3d'.repeat(16));
    expect(work).toMatchObject({
      ids: {},
      season: 1,
      episode: 4,
      series: { ids: { tmdb: 7_000_001 } },
    });
  });

  it('reads what the other plugin tells of the series', () => {
    expect(eventOf('jellyfin', otherJellyfinBody('Play', 60)).work).toMatchObject({
      ids: { tmdb: 7_000_104 },
      series: { ids: { tmdb: 7_000_001 }, title: 'Made-up Show', year: 2019 },
    });
  });
});

describe('Emby', () => {
  it('[HOK3] PlayedToCompletion counts whatever the position says', async () => {
    const PlaybackInfo = { PositionTicks: 0, PlayedToCompletion: true };
    const { contents } = await sendAll('emby', [
      embyBody('playback.stop', 2_690, { PlaybackInfo }),
    ]);
    expect(contents.get('tmdb:7000104')).toMatchObject({
      position: { positionSeconds: 2_700, state: 'stopped' },
      isWatched: true,
    });
  });

  it('the place of a stop is not that of the next episode, which the session may be in', () => {
    const body = embyBody('playback.stop', 1_200, {
      Session: { Id: 's1', DeviceId: 'tv-1', PlayState: { PositionTicks: 3 * TICKS } },
    });
    expect(eventOf('emby', body).positionSeconds).toBe(1_200);
  });

  it('item.markunplayed takes the mark back and no play; item.markplayed needs no date', async () => {
    const memory = await sendAll('emby', [
      embyBody('playback.stop', 2_690, { PlaybackInfo: { PlayedToCompletion: true } }),
      embyBody('item.markunplayed', 0, { Date: undefined }),
    ]);
    expect(memory.contents.get('tmdb:7000104')?.isWatched).toBe(false);
    expect(memory.contents.get('tmdb:7000104')?.plays.size).toBe(1);
    await memory.send(embyBody('item.markplayed', 0, { Date: undefined }));
    expect(memory.receipts.at(-1)).toMatchObject({ outcome: 'recorded', reason: 'marked' });
  });

  it('[HOK4] the event of a test has no item, an event of nobody counts for nobody, and what is not Emby is refused', async () => {
    expect(readHook('emby', { Event: 'system.notificationtest' })).toMatchObject({
      reason: 'test',
    });
    expect(readHook('emby', { Event: 'system.webhooktest', User: null })).toMatchObject({
      reason: 'test',
    });
    const { receipts } = await sendAll('emby', [
      embyBody('playback.start', 60, { User: undefined }),
    ]);
    expect(receipts).toMatchObject([{ outcome: 'ignored', reason: 'other_user' }]);
    expect(() => readHook('emby', { NotificationType: 'PlaybackStart' })).toThrow(/Event/);
  });
});

describe('Plex', () => {
  it('[HOK1] of two people on one server each has their own: user:false is a playback of somebody else', async () => {
    const memory = createMemoryHooks('plex', { acceptedUsers: [{ id: '1', name: 'someone' }] });
    const other = {
      ...plexBody('media.stop', 600),
      user: false,
      Account: { id: 2, title: 'someone' },
    };
    await memory.send(other);
    expect(memory.contents.size).toBe(0);
    expect(memory.receipts).toMatchObject([
      { outcome: 'ignored', reason: 'other_user', user: { id: '2', name: 'someone' } },
    ]);
    await memory.send(plexBody('media.stop', 600));
    expect(memory.contents.size).toBe(1);
  });

  it('a guest of the home without an account is told by their name', async () => {
    const memory = createMemoryHooks('plex', { acceptedUsers: [{ name: 'Guest' }] });
    await memory.send({ ...plexBody('media.stop', 600), Account: { id: 0, title: 'guest' } });
    expect(memory.receipts).toMatchObject([{ outcome: 'recorded' }]);
  });

  it('[HOK3] a play after the scrobble, in the credits or on a second device, is the same viewing', async () => {
    const memory = await sendAll('plex', [plexBody('media.scrobble', 2_440)]);
    memory.nowMs += 60_000;
    const again = { ...plexBody('media.play', 2_500), Player: { uuid: 'player-2' } };
    await memory.send(again);
    memory.nowMs += 60_000;
    await memory.send({ ...plexBody('media.stop', 2_600), Player: { uuid: 'player-2' } });
    const content = memory.contents.get('tmdb:7000104');
    expect(content?.plays.size).toBe(1);
    expect(content?.position).toMatchObject({ positionSeconds: 2_600 });
    expect(content?.isWatched).toBe(true);
  });

  it('[HOK3] a viewing past the running time of the one before is another one', async () => {
    const memory = await sendAll('plex', [
      plexBody('media.scrobble', 2_440),
      plexBody('media.stop', 2_650),
    ]);
    memory.nowMs += 2_700_000;
    await memory.send(plexBody('media.play', undefined));
    memory.nowMs += 2_500_000;
    await memory.send(plexBody('media.scrobble', 2_440));
    expect(memory.contents.get('tmdb:7000104')?.plays.size).toBe(2);
  });

  it('[HOK3] who goes on in the credits the day after has not seen it twice', async () => {
    const memory = await sendAll('plex', [
      plexBody('media.scrobble', 2_440),
      plexBody('media.stop', 2_500),
    ]);
    memory.nowMs += 86_400_000;
    await memory.send(plexBody('media.play', 2_500));
    await memory.send(plexBody('media.stop', 2_690));
    expect(memory.contents.get('tmdb:7000104')?.plays.size).toBe(1);
  });

  it('[HOK3] a missing stop leaves the scrobble, a missing scrobble the stop past nine tenths', async () => {
    for (const body of [plexBody('media.scrobble', 2_440), plexBody('media.stop', 2_440)]) {
      const { contents } = await sendAll('plex', [plexBody('media.play', undefined), body]);
      expect(contents.get('tmdb:7000104')).toMatchObject({ isWatched: true });
    }
  });

  it('[HOK2] a stop without viewOffset erases no position, and viewCount finishes nothing', async () => {
    const { contents } = await sendAll('plex', [
      plexBody('media.pause', 600),
      plexBody('media.stop', undefined, { viewCount: 3 }),
    ]);
    expect(contents.get('tmdb:7000104')).toMatchObject({
      position: { positionSeconds: 600, state: 'stopped' },
      isWatched: false,
    });
  });

  it.each([
    [
      'com.plexapp.agents.thetvdb://9001/1/4?lang=en',
      { series: { ids: { tvdb: 9001 } }, season: 1, episode: 4 },
    ],
    [
      'com.plexapp.agents.themoviedb://9002/2/5?lang=en',
      { series: { ids: { tmdb: 9002 } }, season: 2, episode: 5 },
    ],
    ['local://41', { ids: {} }],
    ['plex://episode/00aa', { ids: {} }],
  ])('reads an older guid of an episode: %s', (guid, work) => {
    const { parentIndex, index } = { parentIndex: undefined, index: undefined };
    const body = plexBody('media.play', 60, { guid, Guid: undefined, parentIndex, index });
    expect(eventOf('plex', body).work).toMatchObject(work);
  });

  it('reads an older guid of a film', () => {
    const more = {
      type: 'movie',
      guid: 'com.plexapp.agents.imdb://tt9900001?lang=en',
      Guid: undefined,
      year: 1999,
    };
    expect(eventOf('plex', plexBody('media.play', 60, more)).work).toEqual({
      type: 'movie',
      ids: { imdb: 'tt9900001' },
      title: 'Four',
      year: 1999,
    });
  });

  it.each(['media.rate', 'library.new', 'admin.database.backup', 'device.new'])(
    '[HOK4] %s is of no interest',
    (event) => {
      expect(readHook('plex', { event, Account: { title: 'a' } })).toMatchObject({
        kind: 'ignored',
      });
    },
  );

  it('[HOK1] playback.started tells of people whom the server is shared with', () => {
    expect(readHook('plex', plexBody('playback.started', 0))).toMatchObject({
      reason: 'shared_user',
    });
  });
});

describe('Tautulli', () => {
  it('takes no id of an episode: it may be that of the series', () => {
    expect(eventOf('tautulli', tautulliBody('play', 60))).toMatchObject({
      work: { ids: {}, season: 1, episode: 4, series: { title: 'Made-up Show' } },
      positionSeconds: 60,
      durationSeconds: 2_700,
    });
  });

  it('[HOK4] a body without the template says where it is', () => {
    expect(() => readHook('tautulli', { action: 'play' })).toThrow(/template/);
  });
});

describe('Kodi', () => {
  it('[HOK3] counts what is seen to the end also where nobody knows the length', async () => {
    const memory = createMemoryHooks('kodi');
    const { ports } = memory;
    memory.ports = { ...ports, lengthOf: async () => 0 };
    await memory.send(kodiBody('stop', 40));
    expect(memory.receipts.at(-1)).toMatchObject({ outcome: 'ignored', reason: 'no_position' });
    await memory.send(kodiBody('end', 97));
    expect(memory.contents.get('tmdb:7000104')).toMatchObject({ isWatched: true });
    expect(memory.contents.get('tmdb:7000104')?.position).toBeUndefined();
  });
});

describe('whoever it is', () => {
  it('[HOK1] counts nothing until a user is set', async () => {
    const memory = createMemoryHooks('jellyfin', { acceptedUsers: [] });
    await memory.send(jellyfinBody('PlaybackStop', 600));
    expect(memory.contents.size).toBe(0);
    expect(memory.receipts).toMatchObject([{ reason: 'no_user_set', user: { name: 'someone' } }]);
  });

  it('[HOK3] a write that failed leaves nothing behind: the same event told again is written', async () => {
    const memory = createMemoryHooks('emby');
    memory.failsNext = true;
    const body = embyBody('playback.pause', 600);
    await expect(memory.send(body)).rejects.toThrow('away');
    await memory.send(body);
    expect(memory.writes).toBe(1);
  });

  it('what nobody can name is shown as unmatched, with what is to be written once somebody says', async () => {
    const memory = await sendAll('emby', [
      embyBody('playback.stop', 600, {
        Item: {
          Type: 'Episode',
          Id: '7',
          Name: 'Four',
          SeriesName: 'Unknown Show',
          ParentIndexNumber: 1,
          IndexNumber: 4,
        },
      }),
    ]);
    expect(memory.receipts).toMatchObject([{ outcome: 'unmatched', title: 'Unknown Show 1x04' }]);
    expect(memory.unmatched).toHaveLength(1);
  });
});

describe('what a person did', () => {
  it('[CLM3] starts, pauses, seeks and stops are acts; ticks and the natural end go on with the one before', async () => {
    const memory = createMemoryHooks('jellyfin');
    const acts: (boolean | undefined)[] = [];
    const send = async (type: string, seconds: number, more: Fields = {}) => {
      await memory.send(jellyfinBody(type, seconds, more));
      acts.push(memory.contents.get('tmdb:7000104')?.isAct);
    };
    const at = (seconds: number) => ({
      UtcTimestamp: new Date(Date.UTC(2026, 2, 1, 20) + seconds * 1_000).toISOString(),
    });
    await send('PlaybackStart', 60, at(0));
    await send('PlaybackProgress', 70, at(10));
    await send('PlaybackProgress', 80, { ...at(20), IsPaused: true });
    await send('PlaybackProgress', 80, at(60));
    await send('PlaybackProgress', 90, at(70));
    await send('PlaybackProgress', 1_900, at(80));
    await send('PlaybackProgress', 1_910, at(90));
    await send('PlaybackStop', 2_690, { ...at(870), PlayedToCompletion: true });
    expect(acts).toEqual([true, false, true, true, false, true, false, false]);
  });

  it('[CLM5] the next episode starts by itself, and goes on with the act that began the one before', async () => {
    const memory = createMemoryHooks('emby');
    await memory.send(embyBody('playback.start', 60));
    const actMs = memory.nowMs;
    memory.nowMs += 2_600_000;
    await memory.send(
      embyBody('playback.stop', 2_690, { PlaybackInfo: { PlayedToCompletion: true } }),
    );
    let continuesMs: number | undefined = 0;
    const { ports } = memory;
    memory.ports = { ...ports, report: async (_write, report) => void ({ continuesMs } = report) };
    memory.nowMs += 5_000;
    const Item = {
      ...(embyBody('', 0)['Item'] as Fields),
      Id: '240253',
      IndexNumber: 5,
      ProviderIds: {},
    };
    await memory.send(
      embyBody('playback.start', 2_695, { Item, PlaybackInfo: { PositionTicks: TICKS } }),
    );
    expect(continuesMs).toBe(actMs);
    memory.nowMs += 60_000;
    await memory.send(
      embyBody('playback.pause', 2_760, { Item, PlaybackInfo: { PositionTicks: 60 * TICKS } }),
    );
    expect(continuesMs).toBeUndefined();
  });
});

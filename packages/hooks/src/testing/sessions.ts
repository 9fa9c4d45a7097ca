import type { Fields } from '../fields.ts';
import type { HookSource } from '../hook-event.ts';

/** One viewing as a sender tells of it, by the tables of docs/hooks.md; all of it is made up. */
export interface RecordedSession {
  readonly source: HookSource;
  readonly name: string;
  readonly bodies: readonly Fields[];
  /** The content that a matcher by ids or by names finds. */
  readonly contentId: string;
  /** Where it ends, whatever came first. */
  readonly positionSeconds: number | undefined;
  /** Events each of which alone says that it was seen. */
  readonly ends: readonly number[];
  /** Whether the sender tells times, so that any order comes to the same. */
  readonly isTold: boolean;
}

const LENGTH = 2_700;
const TICKS = 10_000_000;
const START = Date.parse('2026-03-01T19:31:45.123Z');
const timeAt = (seconds: number) =>
  new Date(START + seconds * 1_000).toISOString().replace('Z', '4567Z');

export function jellyfinBody(type: string, seconds: number, more: Fields = {}): Fields {
  return {
    ServerId: '0a'.repeat(16),
    ServerName: 'den',
    NotificationType: type,
    UtcTimestamp: timeAt(seconds),
    Name: 'Four',
    ItemId: '1b'.repeat(16),
    ItemType: 'Episode',
    RunTimeTicks: LENGTH * TICKS,
    Year: 2019,
    SeriesName: 'Made-up Show',
    SeasonNumber: 1,
    EpisodeNumber: 4,
    Provider_tvdb: '8000104',
    Provider_tmdb: '7000104',
    PlaybackPositionTicks: seconds * TICKS,
    IsPaused: false,
    IsAutomated: false,
    DeviceId: 'tv-1',
    Id: 's1',
    NotificationUsername: 'someone',
    UserId: '3d'.repeat(16),
    ...more,
  };
}

export function plexBody(event: string, seconds: number | undefined, more: Fields = {}): Fields {
  return {
    event,
    user: true,
    owner: true,
    Account: { id: 1, title: 'someone' },
    Server: { title: 'den', uuid: 'server-1' },
    Player: { local: true, title: 'TV', uuid: 'player-1' },
    Metadata: {
      librarySectionType: 'show',
      ratingKey: '41',
      type: 'episode',
      guid: 'plex://episode/00aa',
      grandparentTitle: 'Made-up Show',
      title: 'Four',
      parentIndex: 1,
      index: 4,
      duration: LENGTH * 1_000,
      ...(seconds === undefined ? {} : { viewOffset: seconds * 1_000 }),
      Guid: [{ id: 'tmdb://7000104' }, { id: 'tvdb://8000104' }],
      ...more,
    },
  };
}

export function embyBody(event: string, seconds: number, more: Fields = {}): Fields {
  return {
    Title: 'someone does something',
    Date: timeAt(seconds),
    Event: event,
    User: { Name: 'someone', Id: '3d'.repeat(16) },
    Item: {
      Name: 'Four',
      Id: '240252',
      Type: 'Episode',
      SeriesName: 'Made-up Show',
      ParentIndexNumber: 1,
      IndexNumber: 4,
      RunTimeTicks: LENGTH * TICKS,
      ProviderIds: { Tmdb: '7000104' },
    },
    Server: { Name: 'den', Id: '0a0a', Version: '4.9.5.0' },
    Session: { Client: 'App', DeviceName: 'TV', DeviceId: 'tv-1', Id: 's1' },
    PlaybackInfo: { PositionTicks: seconds * TICKS, PlaylistIndex: 0, PlaylistLength: 1 },
    ...more,
  };
}

/** Every value is text. */
export function tautulliBody(action: string, seconds: number): Fields {
  return {
    event: `tautulli.${action}`,
    at: String(Math.floor(START / 1_000) + seconds),
    Account: { id: '1', title: 'someone' },
    Server: { uuid: 'server-1' },
    Player: { uuid: 'player-1', title: 'TV' },
    Metadata: {
      type: 'episode',
      ratingKey: '41',
      title: 'Made-up Show - Four',
      grandparentTitle: 'Made-up Show',
      parentIndex: '1',
      index: '4',
      year: '2019',
      duration: String(LENGTH * 1_000),
      viewOffset: String(seconds * 1_000),
      Guid: [{ id: 'imdb://' }, { id: 'tmdb://7000001' }, { id: 'tvdb://' }],
    },
  };
}

export function kodiBody(event: string, percent: number): Fields {
  return {
    event,
    mediaType: 'episode',
    title: 'Four',
    tvShowTitle: 'Made-up Show',
    season: 1,
    episode: 4,
    uniqueIds: { tmdb: '7000104', tvdb: '', imdb: null },
    progress: { percent },
  };
}

/** Jellyfin's other plugin. It tells no time. */
export function otherJellyfinBody(event: string, seconds: number): Fields {
  const ticks = seconds * TICKS;
  return {
    Event: event,
    Item: {
      Type: 'Episode',
      Id: '1b'.repeat(16),
      Name: 'Four',
      SeriesName: 'Made-up Show',
      ParentIndexNumber: 1,
      IndexNumber: 4,
      ProductionYear: 2019,
      RunTimeTicks: LENGTH * TICKS,
      ProviderIds: { Tmdb: '7000104' },
      UserData: { Played: false, PlaybackPositionTicks: ticks },
    },
    User: { Id: '3d'.repeat(16), Name: 'someone' },
    Session: {
      Id: 's1',
      DeviceId: 'tv-1',
      PlayState: { PositionTicks: ticks, IsPaused: event === 'Pause' },
    },
    Server: { Id: '0a0a', Name: 'den' },
    Series: { Name: 'Made-up Show', ProductionYear: 2019, ProviderIds: { Tmdb: '7000001' } },
  };
}

export const SESSIONS: readonly RecordedSession[] = [
  {
    source: 'jellyfin',
    name: 'Jellyfin, seen to its end',
    contentId: 'tmdb:7000104',
    positionSeconds: 2_690,
    isTold: true,
    ends: [6],
    bodies: [
      jellyfinBody('PlaybackStart', 0),
      jellyfinBody('PlaybackProgress', 10),
      jellyfinBody('PlaybackProgress', 11, { IsAutomated: true }),
      jellyfinBody('PlaybackProgress', 600, { IsPaused: true }),
      jellyfinBody('PlaybackProgress', 610),
      // Position 0 in user data once it is completed, and before the stop.
      jellyfinBody('UserDataSaved', 2_689, {
        SaveReason: 'PlaybackFinished',
        Played: true,
        PlaybackPositionTicks: 0,
        DeviceId: undefined,
        Id: undefined,
      }),
      jellyfinBody('PlaybackStop', 2_690, { PlayedToCompletion: true }),
    ],
  },
  {
    source: 'jellyfin',
    name: "Jellyfin's other plugin",
    contentId: 'tmdb:7000104',
    positionSeconds: 2_690,
    isTold: false,
    ends: [3],
    bodies: [
      otherJellyfinBody('Play', 0),
      otherJellyfinBody('Pause', 600),
      otherJellyfinBody('Resume', 600),
      otherJellyfinBody('Scrobble', 2_690),
      otherJellyfinBody('Stop', 0),
    ],
  },
  {
    source: 'plex',
    name: 'Plex, with a scrobble before its stop',
    contentId: 'tmdb:7000104',
    positionSeconds: 2_650,
    isTold: false,
    ends: [3, 4],
    bodies: [
      plexBody('media.play', undefined),
      plexBody('media.pause', 600),
      plexBody('media.resume', 600),
      plexBody('media.scrobble', 2_440),
      plexBody('media.stop', 2_650),
    ],
  },
  {
    source: 'emby',
    name: 'Emby, whose stop tells no position',
    contentId: 'tmdb:7000104',
    positionSeconds: 2_700,
    isTold: true,
    ends: [3],
    bodies: [
      embyBody('playback.start', 0),
      embyBody('playback.pause', 600),
      embyBody('playback.unpause', 601, { PlaybackInfo: { PositionTicks: 600 * TICKS } }),
      embyBody('playback.stop', 2_690, {
        PlaybackInfo: { PositionTicks: 0, PlayedToCompletion: true },
      }),
    ],
  },
  {
    source: 'tautulli',
    name: 'Tautulli, whose values are all text',
    contentId: 'Made-up Show 1x4',
    positionSeconds: 2_650,
    isTold: true,
    ends: [3, 4],
    bodies: [
      tautulliBody('play', 0),
      tautulliBody('pause', 600),
      tautulliBody('resume', 605),
      tautulliBody('watched', 2_300),
      tautulliBody('stop', 2_650),
    ],
  },
  {
    source: 'kodi',
    name: 'Kodi, in percent of a length that the catalogue knows',
    contentId: 'tmdb:7000104',
    positionSeconds: 2_619,
    isTold: false,
    ends: [1, 2],
    bodies: [kodiBody('start', 0), kodiBody('stop', 95), kodiBody('end', 97)],
  },
];

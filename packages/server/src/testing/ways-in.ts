/** A call that needs a token. `{userId}` is the user of the token. */
export interface WayIn {
  readonly body?: unknown;
  /** What a good token is answered, in the order of the rows. */
  readonly status: number;
}

const DEVICE = { deviceType: 'TV', platform: 'Tizen', appVersion: '1' };
const PROGRESS = { positionSeconds: 60, durationSeconds: 600, state: 'paused' };

const PLAY_ID = '5d3bfb0c-6a6c-4d9b-9d62-6f2b8f0f0d7e';

const WORK_ID = 'AAAAAAAAAAAAAAAAAAAAAA';

/** Every route that needs a token, by method and path below /api/v1. What deletes comes last. */
export const WAYS_IN: Readonly<Record<string, WayIn>> = {
  'PUT /watchlist/{contentId}': { status: 201 },
  'GET /watchlist': { status: 200 },
  'PUT /progress/{contentId}': { body: PROGRESS, status: 200 },
  'GET /progress': { status: 200 },
  'GET /progress/{contentId}': { status: 200 },
  'GET /continue-watching': { status: 200 },
  'GET /up-next/{seriesId}': { status: 200 },
  'POST /continue-watching/{groupId}/dismiss': { status: 200 },
  'POST /continue-watching/{groupId}/restore': { status: 200 },
  'PUT /watched/{contentId}': { status: 200 },
  'PUT /registers/{kind}/{key}': { body: { value: 7 }, status: 200 },
  'GET /registers/{kind}': { status: 200 },
  'GET /registers/{kind}/{key}': { status: 200 },
  'POST /history': { body: { contentId: 'film', playId: PLAY_ID }, status: 201 },
  'GET /history': { status: 200 },
  'PUT /devices/{deviceId}': { body: DEVICE, status: 200 },
  'POST /hooks': { body: { source: 'jellyfin' }, status: 201 },
  'GET /hooks': { status: 200 },
  // Of no hook: its id is made by the service.
  'PUT /hooks/{hookId}': { body: {}, status: 404 },
  'GET /hooks/{hookId}/receipts': { status: 404 },
  'DELETE /hooks/{hookId}': { status: 404 },
  'GET /devices': { status: 200 },
  'GET /devices/{deviceId}': { status: 200 },
  'POST /devices/{deviceId}/heartbeat': { status: 204 },
  'POST /devices/{deviceId}/commands': { body: { action: 'pause' }, status: 200 },
  'POST /devices/handoff': { body: { from: 'tv', to: 'phone', contentId: 'film' }, status: 200 },
  'GET /sync': { status: 200 },
  'POST /sync': { body: { deviceId: 'tv', ops: [] }, status: 200 },
  'PUT /catalogue': {
    body: { contents: [{ contentId: 'film', type: 'movie' }] },
    status: 200,
  },
  'GET /catalogue': { status: 200 },
  'GET /catalogue/{contentId}': { status: 200 },
  'GET /catalogue/{contentId}/episodes': { status: 200 },
  'GET /titles': { status: 200 },
  'GET /unmatched': { status: 200 },
  // Nothing was reported: no work has this id.
  'PUT /matches/{workId}': { body: { contentId: 'film' }, status: 404 },
  'GET /matches': { status: 200 },
  'DELETE /matches/{workId}': { status: 404 },
  'DELETE /unmatched/{workId}': { status: 404 },
  // Of no program: what is a file is tested by its own.
  'POST /imports': { body: {}, status: 400 },
  'GET /imports': { status: 200 },
  'DELETE /imports/{importId}': { status: 404 },
  'GET /export': { status: 200 },
  'GET /inspector/users/{userId}': { status: 200 },
  'GET /inspector/users/{userId}/continue-watching': { status: 200 },
  'GET /inspector/users/{userId}/ops': { status: 200 },
  'DELETE /catalogue/{contentId}': { status: 204 },
  'DELETE /watched/{contentId}': { status: 200 },
  'DELETE /registers/{kind}/{key}': { status: 200 },
  'DELETE /history/{playId}': { status: 200 },
  'DELETE /watchlist/{contentId}': { status: 200 },
  'DELETE /progress/{contentId}': { status: 200 },
  'DELETE /devices/{deviceId}': { status: 204 },
  'DELETE /user': { status: 204 },
};

/** Every route that needs none, by method and path from the root. */
export const OPEN_ROUTES: readonly string[] = [
  'GET /livez',
  'GET /readyz',
  'GET /health',
  'GET /metrics',
  'GET /openapi.json',
  'GET /api/v1/ws',
];

/** Every route that no description names: its secret is in its path or a header, and its body is the sender's. */
export const SENDERS_ROUTES: readonly string[] = [
  'POST /hooks/{source}',
  'POST /hooks/{source}/{secret}',
];

/** The path of a row, below /api/v1. */
export function pathOfRow(row: string, userId: string): string {
  const [, pattern = ''] = row.split(' ');
  return pattern
    .replace('{contentId}', 'film')
    .replace('{groupId}', 'film')
    .replace('{seriesId}', 'film')
    .replace('{kind}/{key}', 'rating/film')
    .replace('{kind}', 'rating')
    .replace('{playId}', PLAY_ID)
    .replace('{hookId}', PLAY_ID)
    .replace('{importId}', 'trakt.00000000')
    .replace('{workId}', WORK_ID)
    .replace(/^\/titles$/, '/titles?query=film')
    .replace(/^\/catalogue$/, '/catalogue?contentId=film')
    .replace('{deviceId}', 'tv')
    .replace('{userId}', userId);
}

import { CuepointError } from '@cuepoint/core';
import {
  DEVICE_CODE_LIFE_SECONDS,
  POLL_INTERVAL_SECONDS,
  type Poll,
  type WaitingScreen,
} from '@cuepoint/store';
import { ACCESS_TOKEN_TTL_SECONDS } from './access-tokens.ts';
import type { Accounts } from './accounts.ts';
import type { TokenPair } from './refresh.ts';
import { hashOf } from './secrets.ts';
import { judged } from './attempts.ts';

/** What a screen shows and asks by. Whatever form it is asked for in, RFC 8628's or another, is made of this. [ACC3] */
export interface DeviceCode {
  /** For the screen alone: 256 random bits. */
  readonly deviceCode: string;
  /** For the person: eight letters with a hyphen between. */
  readonly userCode: string;
  readonly expiresInSeconds: number;
  readonly intervalSeconds: number;
}

export interface Screen {
  /** What it is listed as. */
  readonly label: string;
  /** Binds its tokens to one device. */
  readonly deviceId: string | undefined;
}

export type PolledCode =
  | ({ readonly outcome: 'granted' } & TokenPair)
  | { readonly outcome: Exclude<Poll['outcome'], 'granted'> };

/** RFC 8628, 6.1: no vowels, so that it spells nothing, and no letter that looks like another. */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
const LETTERS_OF_CODE = 8;
/** Of 20^8 codes, a thousand of which live: a second try is never needed but for the bound of them. */
const TRIES = 3;
const FULL_RETRY_AFTER_MS = 60_000;

/** @throws CuepointError `overloaded` while too many screens wait. */
export async function beginDeviceCode(
  { codes, secrets, randomInt }: Accounts,
  screen: Screen,
): Promise<DeviceCode> {
  for (let turn = 0; turn < TRIES; turn += 1) {
    const deviceCode = secrets.newToken();
    const userCode = Array.from(
      { length: LETTERS_OF_CODE },
      () => LETTERS[randomInt(LETTERS.length)],
    ).join('');
    if (!(await codes.add({ ...screen, deviceCodeHash: hashOf(deviceCode), userCode }))) continue;
    return {
      deviceCode,
      userCode: `${userCode.slice(0, 4)}-${userCode.slice(4)}`,
      expiresInSeconds: DEVICE_CODE_LIFE_SECONDS,
      intervalSeconds: POLL_INTERVAL_SECONDS,
    };
  }
  throw new CuepointError('overloaded', 'Too many screens wait to be signed in.', {
    retryAfterMs: FULL_RETRY_AFTER_MS,
  });
}

/** @param ttlSeconds of the access token. */
export async function pollDeviceCode(
  { codes, secrets, tokens, randomUuid }: Accounts,
  deviceCode: string,
  ttlSeconds = ACCESS_TOKEN_TTL_SECONDS,
): Promise<PolledCode> {
  // As a refresh token's successor: asked for again it is the same.
  const refreshToken = secrets.successorOf(deviceCode);
  const next = { id: randomUuid(), tokenHash: hashOf(refreshToken) };
  const polled = await codes.poll(hashOf(deviceCode), next);
  if (polled.outcome !== 'granted') return polled;
  const { id: signInId, userId, deviceId } = polled.signIn;
  const accessToken = await tokens.mint({ userId, deviceId, signInId }, ttlSeconds);
  return { outcome: 'granted', accessToken, expiresInSeconds: ttlSeconds, refreshToken };
}

/** Who types a code, and from where. */
export interface Typist {
  readonly accountId: string;
  readonly address: string;
}

/**
 * The screen that waits under these letters. After five wrong codes each try waits. [ACC3]
 *
 * @throws CuepointError `not_found`, `rate_limited`
 */
export async function findScreen(
  accounts: Accounts,
  typed: string,
  typist: Typist,
): Promise<WaitingScreen> {
  return judgedCode(accounts, typist, () => accounts.codes.find(lettersOf(typed)));
}

/**
 * Signs the screen in to a profile, once.
 *
 * @param userId undefined to deny. @throws CuepointError `not_found`, `rate_limited`
 */
export async function decideScreen(
  accounts: Accounts,
  typed: string,
  userId: string | undefined,
  typist: Typist,
): Promise<void> {
  await judgedCode(accounts, typist, () => accounts.codes.decide(lettersOf(typed), userId));
}

function judgedCode<Right>(
  { attempts }: Accounts,
  { accountId, address }: Typist,
  check: () => Promise<Right | false | undefined>,
): Promise<Right> {
  const keys = { own: `code of ${accountId}`, shared: `code from ${address}` };
  return judged(attempts, keys, check, () => {
    throw new CuepointError('not_found', 'No screen waits under this code, or no more.', {
      field: 'userCode',
    });
  });
}

/** However it was typed. */
function lettersOf(typed: string): string {
  return typed.toUpperCase().replaceAll(/[^A-Z]/g, '');
}

import type { CuepointError, Description, Matcher, ViewerState } from '@cuepoint/core';
import type { FastifyRequest } from 'fastify';
import type { TraktChanges, TraktLists, TraktPagedRepository } from './list-ports.ts';
import type { TraktPlaces } from './scrobble/place-ports.ts';
import type { TraktSignIn } from './sign-in/sign-in-port.ts';

/** Who a request comes from. */
export interface TraktCaller {
  readonly userId: string;
  /** What it writes as: the one of its sign-in. */
  readonly deviceId: string;
}

/** What is known of some contents, and what one user did with them. */
export interface ViewedContents {
  readonly state: ViewerState;
  readonly describe: Description;
}

/** The part of the stored watch state that this surface reads, as `SyncRepository` of `@cuepoint/store` has it. */
export interface TraktRepository {
  /** These contents alone. */
  readContents(userId: string, contentIds: readonly string[]): Promise<ViewedContents>;
  /** All of the groups of these contents: every episode of their series. */
  readViewed(userId: string, contentIds: readonly string[]): Promise<ViewedContents>;
}

/** Small numbers of contents, as `ContentNumbers` of `@cuepoint/store` has them. [TRK2] */
export interface TraktNumbers {
  numbersOf(callerId: string, names: readonly string[]): Promise<ReadonlyMap<string, number>>;
  namesOf(callerId: string, numbers: readonly number[]): Promise<ReadonlyMap<number, string>>;
}

/** What the surface stands on; the service gives it. Each may reject with a `CuepointError`. */
export interface TraktPorts {
  /** Before the body is read. @throws CuepointError `unauthenticated`, `rate_limited` and the like. */
  readonly authenticate: (request: FastifyRequest) => Promise<TraktCaller>;
  /**
   * The same for what tells of titles alone, which clients ask for without their token: without one it is somebody who has nothing
   * and is nobody, and sees the catalogue. docs/decisions/0046-trakt-lists.md
   */
  readonly recognize: (request: FastifyRequest) => Promise<TraktCaller>;
  /** Counts a body for whom it is of. */
  readonly countBytes: (caller: TraktCaller, bytes: number) => void;
  readonly repository: TraktRepository;
  readonly paged: TraktPagedRepository;
  readonly lists: TraktLists;
  readonly changes: TraktChanges;
  readonly numbers: TraktNumbers;
  readonly matcher: Pick<Matcher, 'match' | 'keepUnmatched'>;
  readonly places: TraktPlaces;
  /** Without it clients come with tokens that they were given elsewhere. */
  readonly signIn?: TraktSignIn;
  /** What the person calls this profile, where the service knows it. */
  readonly nameOfProfile: (userId: string) => Promise<string | undefined>;
  /** Anything that was thrown, as an expected failure with its HTTP status; what is a fault of the service is in its log then. */
  readonly toFailure: (
    error: unknown,
    request: FastifyRequest,
  ) => { readonly error: CuepointError; readonly status: number };
  /** The wall clock, in ms since the epoch. */
  readonly now: () => number;
}

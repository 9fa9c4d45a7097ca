/** Who wrote, and when by the writer's clock. */
export interface Writer {
  readonly timestamp: string;
  /** Of a timer's report: the act that it continues. */
  readonly claim?: string;
  /** An instant, RFC 3339. */
  readonly at: string;
  readonly deviceId: string;
}

export interface TagRow {
  readonly contentId: string;
  readonly tag: string;
  readonly isLive: boolean;
  readonly added: Writer | null;
  readonly removed: Writer | null;
}

export interface RegisterRow {
  readonly contentId: string;
  readonly isCleared: boolean;
  readonly positionSeconds: number | null;
  readonly durationSeconds: number | null;
  readonly state: 'playing' | 'paused' | 'stopped' | null;
  readonly written: Writer;
}

/** What was said last of a kind and key; `null` once cleared. */
export interface SaidRow {
  readonly register: string;
  readonly key: string;
  readonly value: unknown;
  readonly written: Writer;
}

export interface PlayRow {
  readonly playId: string;
  readonly contentId: string | null;
  readonly watchedAt: string | null;
  readonly source: string | null;
  readonly added: Writer | null;
  readonly removed: Writer | null;
}

/** A group, why it is on Continue Watching or why it is not, and what was written of it. */
export interface ExplainedRow {
  readonly verdict: {
    readonly groupId: string;
    readonly contentId: string;
    readonly engagedAt: string;
    readonly reason?: string;
    readonly hiddenBy?: string;
    readonly why?: Readonly<Record<string, unknown>> & { readonly rule: string };
  };
  readonly said: readonly {
    readonly kind: string;
    readonly key: string;
    readonly value: unknown;
    readonly written: Writer;
  }[];
}

export interface DeviceRow {
  readonly deviceId: string;
  readonly deviceType: string;
  readonly platform: string;
  readonly appVersion: string;
  readonly deviceName: string | null;
  readonly lastSeen: string;
  readonly isOnline: boolean;
  readonly revokedAt: string | null;
}

export interface SessionRow {
  readonly sessionId: string;
  readonly deviceId: string;
  readonly phase: 'reading' | 'live' | 'behind';
  readonly hasCursor: boolean;
  readonly pushesInFlight: number;
  readonly bytesWaiting: number;
  readonly openedAt: string;
}

export interface NewestRows<Row> {
  readonly items: readonly Row[];
  readonly isTruncated: boolean;
}

/** What `GET /api/v1/inspector/users/{userId}` and its `continue-watching` answer, as far as the page shows it. */
export interface InspectedUser {
  readonly userId: string;
  readonly serverTime: number;
  readonly watchlist: NewestRows<TagRow>;
  readonly watching: NewestRows<ExplainedRow>;
  readonly progress: NewestRows<RegisterRow>;
  readonly registers: NewestRows<SaidRow>;
  readonly plays: NewestRows<PlayRow>;
  readonly devices: NewestRows<DeviceRow>;
  readonly sessions: readonly SessionRow[];
}

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

/** What `GET /api/v1/inspector/users/{userId}` answers, as far as the page shows it. */
export interface InspectedUser {
  readonly userId: string;
  readonly serverTime: number;
  readonly watchlist: NewestRows<TagRow>;
  readonly progress: NewestRows<RegisterRow>;
  readonly devices: NewestRows<DeviceRow>;
  readonly sessions: readonly SessionRow[];
}

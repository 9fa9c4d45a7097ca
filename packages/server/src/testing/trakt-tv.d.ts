declare module 'trakt.tv' {
  /** The part that tests call. It has no types of its own. */
  export default class Trakt {
    constructor(settings: object);
    get_url(): string;
    exchange_code(code: string, state?: string): Promise<ClientTokens>;
    get_codes(): Promise<ClientCodes>;
    poll_access(codes: ClientCodes): Promise<ClientTokens>;
    import_token(token: object): Promise<{ access_token: string; refresh_token: string }>;
    export_token(): { access_token: string; refresh_token: string; expires: number };
    revoke_token(): Promise<void> | undefined;
    // oxlint-disable-next-line typescript/no-explicit-any
    readonly scrobble: Record<'start' | 'pause' | 'stop', (params: object) => Promise<any>>;
    // oxlint-disable-next-line typescript/no-explicit-any
    readonly checkin: Record<'add' | 'delete', (params?: object) => Promise<any>>;
    readonly sync: {
      // oxlint-disable-next-line typescript/no-explicit-any
      readonly playback: Record<'get' | 'remove', (params?: object) => Promise<any>>;
    };
    // oxlint-disable-next-line typescript/no-explicit-any
    readonly users: { settings(): Promise<any> };
  }

  export interface ClientCodes {
    readonly device_code: string;
    readonly user_code: string;
    readonly verification_url: string;
    readonly expires_in: number;
    readonly interval: number;
  }

  export interface ClientTokens {
    readonly access_token: string;
    readonly token_type: string;
    readonly expires_in: number;
    readonly refresh_token: string;
    readonly scope: string;
    readonly created_at: number;
  }
}

import type { DeviceCapabilities, DeviceType } from '@cuepoint/core';
import type { GetToken } from './connection/connection.ts';
import type { CreateSocket } from './connection/web-socket.ts';
import type { ClientEnvironment } from './environment.ts';
import type { ClientStorage } from './storage/client-storage.ts';
import type { TabGroup } from './tabs/tab-group.ts';

/** What other devices see of this one. */
export interface ClientDevice {
  readonly deviceType: DeviceType;
  /** Such as `Tizen`, `iOS`, `Web`; 1 to 50 code points. */
  readonly platform: string;
  /** 1 to 50 code points. */
  readonly appVersion: string;
  /** What people call it; 1 to 255 code points. */
  readonly deviceName?: string | null;
  readonly capabilities?: DeviceCapabilities;
  /** Of the installed app, always the same; minted and kept by the SDK when it is left out. */
  readonly deviceId?: string;
}

export interface WatchStateOptions {
  /** Where the service is: `https://media.example`, or with a path in front of `/api/v1`. */
  readonly url: string;
  /**
   * A token of the signed-in user, fresh: called for each connection and before each expiry. Nothing, or an empty
   * text, says that nobody is signed in; a rejection is tried again like a network that is away.
   */
  readonly getToken: GetToken;
  readonly device: ClientDevice;
  /** Default: IndexedDB where there is one, else memory. */
  readonly storage?: ClientStorage;
  /** Default: the platform's WebSocket. On Node before 22 use the package `ws`: `(url) => new WebSocket(url)`. */
  readonly createSocket?: CreateSocket;
  /** `shared`: the tabs of an origin have one outbox and one connection. [SDK6] Default `shared` with IndexedDB. */
  readonly tabs?: 'shared' | 'alone' | TabGroup;
  /** Replaces parts of the platform: clocks, timers, chance. */
  readonly environment?: Partial<ClientEnvironment>;
}

import type { HelloDevice } from '@cuepoint/core';
import type { CreateSocket } from './connection/web-socket.ts';
import { defined } from './defined.ts';
import type { ClientEnvironment } from './environment.ts';
import type { ClientDevice, WatchStateOptions } from './options.ts';
import type { ClientStorage } from './storage/client-storage.ts';
import { indexedDbStorage } from './storage/indexed-db-storage.ts';
import { memoryStorage } from './storage/memory-storage.ts';
import { browserTabs } from './tabs/browser-tabs.ts';
import { aloneGroup, type TabGroup } from './tabs/tab-group.ts';
import { engine } from './engine.ts';

let browserStorage: ClientStorage | undefined;

/** What lasts, where there is such a thing: one for the page, so that whoever opens it next knows whether it hangs. */
export function defaultStorage(): ClientStorage {
  if (engine.indexedDB === undefined) return memoryStorage();
  browserStorage ??= indexedDbStorage();
  return browserStorage;
}

export function groupOf(
  { tabs, storage }: WatchStateOptions,
  environment: ClientEnvironment,
): TabGroup {
  if (typeof tabs === 'object') return tabs;
  // Tabs that share no storage cannot share an outbox.
  const isShared = tabs === 'shared' || (tabs === undefined && storage === undefined);
  return isShared ? browserTabs(environment) : aloneGroup();
}

export function platformSocket(): CreateSocket {
  const { WebSocket } = engine;
  if (WebSocket === undefined) {
    throw new TypeError('This platform has no WebSocket: pass createSocket to createWatchState.');
  }
  return (url) => new WebSocket(url);
}

export function helloDevice(device: ClientDevice, deviceId: string): HelloDevice {
  const { deviceType, platform, appVersion, deviceName, capabilities } = device;
  return defined({
    deviceId,
    deviceType,
    platform,
    appVersion,
    deviceName,
    capabilities: capabilities as HelloDevice['capabilities'],
  });
}

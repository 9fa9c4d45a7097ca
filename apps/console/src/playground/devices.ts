import type { ClientDevice } from '@cuepoint/client';

export interface PlaygroundDevice {
  /** Of its storage and its settings. */
  readonly key: string;
  readonly name: string;
  readonly device: ClientDevice;
}

function device(key: string, name: string, fields: Pick<ClientDevice, 'deviceType' | 'platform'>) {
  const capabilities = { remoteControllable: true };
  return { key, name, device: { ...fields, appVersion: '1.0', deviceName: name, capabilities } };
}

export const PLAYGROUND_DEVICES: readonly PlaygroundDevice[] = [
  device('tv', 'TV', { deviceType: 'TV', platform: 'Tizen' }),
  device('phone', 'Phone', { deviceType: 'Phone', platform: 'Android' }),
  device('browser', 'Browser', { deviceType: 'Web', platform: 'Web' }),
];

/** What a person set for a device of the playground; it stays over a reload, as a real device's would. */
export interface DeviceSettings {
  readonly isOnline: boolean;
  /** An index of the slider's stops. */
  readonly skew: number | undefined;
}

const keyOf = (device: string) => `cuepoint.playground.${device}`;
const DEFAULTS: DeviceSettings = { isOnline: true, skew: undefined };

export function readSettings(device: string): DeviceSettings {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(keyOf(device)) ?? '{}') as object) };
  } catch {
    return DEFAULTS;
  }
}

export function writeSettings(device: string, settings: DeviceSettings): void {
  try {
    localStorage.setItem(keyOf(device), JSON.stringify(settings));
  } catch {
    // Without storage they last as long as the page.
  }
}

const USER_KEY = 'cuepoint.playground.user';

/** One person a browser; the inspector looks at the same one. */
export function playgroundUser(): string {
  const known = localStorage.getItem(USER_KEY);
  if (known !== null) return known;
  const userId = crypto.randomUUID();
  localStorage.setItem(USER_KEY, userId);
  return userId;
}

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

/** The user of development mode: what the `curl` lines of `npm start` write appears on the page. */
const DEVELOPMENT_USER = '00000000-0000-4000-8000-000000000001';

/** Whose devices these are; the inspector looks at the same person. */
export function playgroundUser(): string {
  const known = localStorage.getItem(USER_KEY);
  if (known !== null) return known;
  localStorage.setItem(USER_KEY, DEVELOPMENT_USER);
  return DEVELOPMENT_USER;
}

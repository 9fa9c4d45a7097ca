/**
 * The id of this browser as a device: made once, kept with the browser's data.
 *
 * @param use what it is the device of: the key in the storage, and how the id begins.
 */
export function browserDeviceId(use: 'screen' | 'page'): string {
  const key = `cuepoint.${use}.device`;
  const known = localStorage.getItem(key);
  if (known !== null) return known;
  // Pages over plain HTTP have no `randomUUID`.
  const random = crypto.getRandomValues(new Uint8Array(16));
  const id = `${use}-${Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  localStorage.setItem(key, id);
  return id;
}

const DEVICE = 'cuepoint.page.device';

/** The id of this browser as a device of whoever is signed in: made once, kept with the browser's data. */
export function pageId(): string {
  const known = localStorage.getItem(DEVICE);
  if (known !== null) return known;
  // Pages over plain HTTP have no `randomUUID`.
  const random = crypto.getRandomValues(new Uint8Array(16));
  const id = `page-${Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  localStorage.setItem(DEVICE, id);
  return id;
}

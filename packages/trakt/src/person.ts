import { wordsOf } from './items/slug.ts';
import type { TraktCaller, TraktPorts } from './ports.ts';

/** The profile as clients name it in paths and show it. */
export interface TraktPerson {
  readonly username: string;
  readonly name: string;
  readonly ids: { readonly slug: string; readonly uuid: string };
}

/** A profile that the service does not keep itself is called by its id. */
export async function personOf(
  { nameOfProfile }: Pick<TraktPorts, 'nameOfProfile'>,
  { userId }: TraktCaller,
): Promise<TraktPerson> {
  const name = await nameOfProfile(userId);
  const words = wordsOf(name ?? '');
  const slug = words === '' ? userId : words;
  return { username: slug, name: name ?? slug, ids: { slug, uuid: userId } };
}

/** Whether a path such as `/users/{user}/…` means the caller: nobody else's lists are here. */
export function isSelf(person: TraktPerson, user: string): boolean {
  return ['me', person.username, person.ids.slug, person.ids.uuid, person.name].includes(user);
}

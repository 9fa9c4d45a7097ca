import bcd, {
  type CompatStatement,
  type Identifier,
  type SimpleSupportStatement,
} from '@mdn/browser-compat-data/forLegacyNode';

/** What the browser tests take a Chromium for. */
export const OLDER_VERSIONS = [53, 63, 69, 79, 94] as const;

/** Names that the SDK has a fallback for, or does without, by the first version of Chromium that has them. */
export const YOUNGER: Readonly<Record<string, number>> = {
  BroadcastChannel: 54,
  'Object.entries': 54,
  'String.prototype.padStart': 57,
  'Promise.prototype.finally': 63,
  AbortController: 66,
  'Array.prototype.flatMap': 69,
  'navigator.locks': 69,
  globalThis: 71,
  queueMicrotask: 71,
  'Object.fromEntries': 73,
  'Promise.allSettled': 76,
  'String.prototype.replaceAll': 85,
  'Array.prototype.at': 92,
  'crypto.randomUUID': 92,
  structuredClone: 98,
};

/** An object of the page, and names of it that an older engine lacks. */
type Lacking = readonly [of: string, names: readonly string[]];

/** Whether a version of Chromium has it, by MDN's data; what they do not know of counts as there. */
function has({ support }: CompatStatement, version: number): boolean {
  const { chrome } = support;
  if (chrome === undefined) return true;
  const statements: readonly SimpleSupportStatement[] = Array.isArray(chrome) ? chrome : [chrome];
  return statements.some(
    ({ version_added: added, flags, partial_implementation: isPartial }) =>
      flags === undefined &&
      isPartial !== true &&
      (added === true ||
        (typeof added === 'string' && Number.parseInt(added.replace('≤', ''), 10) <= version)),
  );
}

const isName = (name: string): boolean => /^[A-Za-z]\w*$/.test(name);

function lackingIn(section: Identifier, version: number): Lacking[] {
  const lacking: Lacking[] = [];
  const globals: string[] = [];
  for (const [owner, { __compat: compat, ...members }] of Object.entries<Identifier>(section)) {
    if (!isName(owner)) continue;
    if (compat !== undefined && !has(compat, version)) globals.push(owner);
    const names = Object.entries<Identifier>(members)
      .filter(([member, { __compat: own }]) => member !== owner && own && !has(own, version))
      .map(([member]) => member)
      .filter((member) => isName(member) && !member.endsWith('_event'));
    if (names.length > 0) lacking.push([owner, names]);
  }
  return [...lacking, ['window', globals]];
}

/**
 * A classic script that takes away what MDN dates after a version of Chromium: names of the language and of the platform, and
 * their methods and properties. Syntax, options of functions, and faults that were mended since stay: the linter is for the first.
 */
export function takeAwayAfter(version: number): string {
  const { api, javascript } = bcd;
  const lacking = [
    ...lackingIn(api, version),
    ...lackingIn((javascript as { builtins: Identifier }).builtins, version).map(
      ([owner, names]) => [owner, names, true],
    ),
  ];
  return `(function () {
    var lacking = ${JSON.stringify(lacking)};
    var view = window;
    var takeAway = function (from, name) {
      try { if (from) delete from[name]; } catch (error) { /* It cannot be deleted. */ }
    };
    lacking.forEach(function (entry) {
      var owner = entry[0] === 'window' || entry[0] === 'Window' ? view : view[entry[0]];
      if (!owner) return;
      entry[1].forEach(function (name) {
        var isStatic = /_static$/.test(name);
        if (!isStatic) takeAway(owner.prototype, name);
        // Of the language they are not told apart, and those of a window are its own.
        if (isStatic || entry[2] || owner === view) takeAway(owner, name.replace(/_static$/, ''));
      });
    });
  })();`;
}

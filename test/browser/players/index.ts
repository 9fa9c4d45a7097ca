/** Each player of the tests: the file and the name of its page's part, and the package that has it. */
export const PLAYERS = {
  'no player': { file: 'plain', code: 'plain' },
  'hls.js': { file: 'hls-js', code: 'hlsJs', package: 'hls.js' },
  shaka: { file: 'shaka-player', code: 'shakaPlayer', package: 'shaka-player' },
  'dash.js': { file: 'dash-js', code: 'dashJs', package: 'dashjs' },
  'video.js': { file: 'video-js', code: 'videoJs', package: 'video.js' },
  vidstack: { file: 'vidstack', code: 'vidstack', package: 'vidstack' },
  plyr: { file: 'plyr', code: 'plyr', package: 'plyr' },
} as const;

export type PlayerName = keyof typeof PLAYERS;

/** The page of each: its name in an address, and what it imports. */
export const pageOf = (name: PlayerName): string => PLAYERS[name].file;

export function pages(): Record<string, string> {
  return Object.fromEntries(
    Object.values(PLAYERS).map(({ file, code }) => [
      file,
      `import { memoryStorage } from '@cuepoint/client';
      import { perform } from './test/browser/players/stage.ts';
      import { ${code} } from './test/browser/players/${file}.ts';
      const MORE = {
        options: { tabs: 'alone', storage: memoryStorage() },
        code: ${code},
        perform: (name, start) => perform(name, ${code}, start),
      };`,
    ]),
  );
}

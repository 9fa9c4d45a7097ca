// The watch state of an app in React Native: AsyncStorage keeps it, and AppState says when the app is put aside. docs/native.md
// takes it from here.
import {
  createWatchState,
  keyValueStorage,
  type GetToken,
  type WatchState,
} from '@cuepoint/client';
import AsyncStorage from '@react-native-async-storage/async-storage';
import { randomUUID } from 'expo-crypto';
import { AppState } from 'react-native';

/** Once for each signed-in person; what they did offline is there at the next start. */
export function openWatchState(url: string, getToken: GetToken): Promise<WatchState> {
  return createWatchState({
    url,
    getToken,
    device: { deviceType: 'Phone', platform: 'React Native', appVersion: '1.0.0' },
    storage: keyValueStorage({
      get: (key) => AsyncStorage.getItem(key),
      set: (key, value) => AsyncStorage.setItem(key, value),
      delete: (key) => AsyncStorage.removeItem(key),
      keys: () => AsyncStorage.getAllKeys(),
    }),
    environment: {
      // Hermes has no `crypto`.
      uuid: randomUUID,
      // Nor is there a page that tells of itself.
      onSignal(listener) {
        const subscription = AppState.addEventListener('change', (appState) =>
          listener(appState === 'active' ? 'visible' : 'hidden'),
        );
        return () => subscription.remove();
      },
    },
  });
}

// As much of the packages of an app in React Native as the example takes: they are not installed here.
declare module '@react-native-async-storage/async-storage' {
  const AsyncStorage: {
    getItem(key: string): Promise<string | null>;
    setItem(key: string, value: string): Promise<void>;
    removeItem(key: string): Promise<void>;
    getAllKeys(): Promise<readonly string[]>;
  };
  export default AsyncStorage;
}
declare module 'expo-crypto' {
  export function randomUUID(): string;
}
declare module 'react-native' {
  export const AppState: {
    addEventListener(
      type: 'change',
      listener: (state: 'active' | 'background' | 'inactive') => void,
    ): { remove(): void };
  };
}

declare module 'virtual:films' {
  const films: readonly { title: string; year: string; genre: string | null }[];
  export default films;
}

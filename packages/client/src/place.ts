/** Where a state is kept, and whose it is. [SDK9] [ENG6] */
export interface Place {
  readonly namespace: string;
  /** As the service names them; `undefined` until a welcome has. */
  readonly userId: string | undefined;
  /** Nobody has said who writes here: what a run wrote goes to whoever its token names. */
  readonly isNobodys: boolean;
  /** Whose state shows under what is written here: that of the last user, where no token is to be had. */
  readonly below: Place | undefined;
}

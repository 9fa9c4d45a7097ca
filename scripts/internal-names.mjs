// Properties that never leave a page's memory: the build gives them short names. What is told to the service, to other tabs or to a
// storage, and what apps see, keeps its name; test/architecture/internal-names.test.ts holds that these are none of it.
// Plain JavaScript: `npm start` runs the build in a fresh clone.
const NAMES = `
  applyOfOtherTab applyStored beforeHello below clock commands confirmLead contentIds deadCount differencesFrom effects
  entryCount expectClose expire expiresAtMs failAll follow forgetDevice forgetNobodys forgetUser fromRecords hasAdopted
  hasFailed installationId isEmpty isLeading isNobodys isOfThisRun isProvisional isSetBy keysOf learnFloor liveTags
  markPersisted maxDriftMs measuredMs monotonicMs nextEntryId offsetMs onAck onAcknowledged onChanged onCommitted
  onNamespace onParted onPresence onProgress onReplaced onResult onSignedOut onUser onWake onWelcomed passed
  pendingKeysOf pendingOf place placeAt placeOf placeOfNobody placeOfUser probe receiveCommand refusals
  registerOf registerRecord rememberUser replica restamp sameText schedule sendByLeader sendLess serviceNowMs
  session settle settleSeek showsLast switchTo tagRecord takeChangedTags takeLeft takeUnpersisted tellParted
  tellSignedOut tickPast timeOf tombstones unpersisted untilMs wasWiped whenAnswered wipeDevice wipeUser writerId
`;

export const INTERNAL_NAMES = NAMES.trim().split(/\s+/);

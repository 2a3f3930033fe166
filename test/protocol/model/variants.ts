/** The protocol with one rule taken away, each in an instance in which that is found out. */
import { apart, later, noUidPlus, of, one, slides, stranger, twins, waits } from './instances.ts';
import { violated } from './judge.ts';
import { meets, shipped, type Rules } from './rules.ts';
import type { Instance } from './setting.ts';

export interface Variant {
  /** In which it holds. */
  instance: Instance;
  without: Partial<Rules>;
  /** What must be found. */
  breaks: string;
}

export const without = (rules: Partial<Rules>, overs: Partial<Instance>[], breaks: string): Variant => ({
  instance: of(...overs),
  without: rules,
  breaks,
});

/** The instance in which the rule is taken away; rules of its own stay. */
export const broken = ({ instance, without: rules }: Variant): Instance => ({
  ...instance,
  rules: { ...instance.rules, ...rules },
});

const { twin, loss, avoidable, double, part } = violated;

const octetsOnly: Partial<Rules> = { identityOf: (hash) => hash };
const noneSetAside: Partial<Rules> = {
  assignCopies: (look) => shipped.assignCopies({ ...look, deliveredUnknown: [] }),
};
/** Settling does not look for double claims. */
export const noNet: Partial<Rules> = {
  withoutDoubleClaims: (rows) => [...rows],
  judgeFolder: (folder, at) =>
    shipped.judgeFolder(folder, { ...at, rows: at.rows.map((row) => ({ ...row, targetUid: null })) }),
};

export const variants: Record<string, Variant> = {
  'V1 intent before bytes': without(
    { claimChunk: (record, me) => shipped.claimChunk({ ...record, open: null }, me) },
    [one, { budget: { crash: 1 } }],
    twin,
  ),
  'V2 commits are fenced': without(
    { permits: (stored, t) => t.next.committed > stored.committed || meets(stored, t.condition) },
    [one, { budget: { takeOver: 1 } }],
    twin,
  ),
  'V3 a refused write closes and ends': without({ isMine: () => true }, [one, { budget: { takeOver: 1 } }], twin),
  'V4 a claim keeps the floor': without(
    {
      claimChunk: (record, me) => {
        const { open } = record;
        return shipped.claimChunk({ ...record, open: open && { ...open, uidFloor: open.uidFloor + 1 } }, me);
      },
    },
    [waits, { budget: { crash: 1 } }],
    avoidable,
  ),
  'V5 durable doubt': without(
    { toCommit: (outcome, at) => ({ ...shipped.toCommit(outcome, at), doubt: false }) },
    [{ budget: { cut: 1 } }],
    twin,
  ),
  'what was refused together and is sent again is in doubt': without(
    { marksRepeats: false },
    [twins, { together: true, budget: { refuse: 1 } }],
    twin,
  ),
  'a window that was found open is looked at first': without(
    { inDoubt: () => false },
    [{ budget: { crash: 1 } }],
    twin,
  ),
  'a released chunk keeps its open window': without(
    { release: (record, ending) => shipped.release({ ...record, open: null }, ending) },
    [{ budget: { halt: 1 } }],
    twin,
  ),
  'V6 INTERNALDATE in the key': without(octetsOnly, [apart, noUidPlus, { budget: { crash: 1 } }], loss),
  'V10 twins in one chunk': without(
    { cutChunks: (rows) => rows.map((row) => [row]) },
    [twins, noUidPlus, { workers: [0, 0, 1], budget: { crash: 1 } }],
    loss,
  ),
  'a twin of an unfinished chunk waits': without(
    { withoutTwinsOf: (rows) => [...rows] },
    [later, noUidPlus, { budget: { crash: 1, abort: 1 } }],
    loss,
  ),
  'V17 drain before looking': without({ drains: false }, [twins, { budget: { refuse: 1 } }], loss),
  'V18 rows with unknown UID claim first': without(
    noneSetAside,
    [twins, one, noUidPlus, { budget: { crash: 1 } }],
    loss,
  ),
  'V33 those of the same window too': without(
    {
      claimsOn: (rows, claims, own) =>
        shipped.claimsOn(
          rows,
          claims,
          own.filter(({ outcome }) => outcome.targetUid !== null),
        ),
    },
    [twins, noUidPlus, { budget: { refuse: 1 } }],
    loss,
  ),
  'V23 an open window is resumed by the next pass': without(
    { carriedOf: () => ({ chunks: [], pending: new Map(), sequence: 0 }) },
    [{ budget: { crash: 1, abort: 1 } }],
    twin,
  ),
  'V28 distinct target UIDs at settling': without(
    { ...octetsOnly, ...noNet },
    [apart, { budget: { crash: 1 } }],
    double,
  ),
  'V29 after a new UIDVALIDITY delivered rows claim first': without(
    noneSetAside,
    [twins, one, { budget: { crash: 1, renumber: 1 } }],
    loss,
  ),
  'a UID seen before a new UIDVALIDITY is forgotten': without(
    { withoutUid: (outcome) => outcome },
    [twins, { stranger, budget: { refuse: 1, renumber: 1, foreign: 1 } }],
    loss,
  ),
  'after a new UIDVALIDITY the whole folder is looked through': without(
    { lookFrom: ({ uidFloor }) => uidFloor },
    [waits, one, { stranger, budget: { crash: 1, take: 1, foreign: 1, renumber: 1 } }],
    avoidable,
  ),
  'a ledger part is written after its commit': without(
    { parts: 'before its commit' },
    [one, { parts: true, budget: { takeOver: 1, crash: 1 } }],
    part,
  ),
  'a ledger part is repeated by the successor': without(
    { parts: 'by its writer only' },
    [one, { parts: true, budget: { crash: 1 } }],
    part,
  ),
};

/** Rules without which nothing breaks: another one holds where they fail. */
export const nets: Record<string, Variant> = {
  'INTERNALDATE in the key, while target UIDs must be distinct': without(
    octetsOnly,
    [apart, { budget: { crash: 1 } }],
    loss,
  ),
  'V26 claims are read after the FETCH, while twins share a chunk': without(
    { claimsAfterFetch: false },
    [apart, noUidPlus, { budget: { crash: 1, cut: 1 } }],
    loss,
  ),
  'V24 a sliding window keeps its floor, while what is in doubt does not slide': without(
    {
      commitHead: (record, commit, then) => {
        const { next, condition } = shipped.commitHead(record, commit, then);
        const open = next.open && then ? { ...next.open, uidFloor: then.uidFloor } : next.open;
        return { next: { ...next, open }, condition };
      },
    },
    [slides, waits, { budget: { crash: 1, halt: 2 } }],
    avoidable,
  ),
};

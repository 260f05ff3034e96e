import { defineStore } from 'pinia';
import { computed, shallowRef, triggerRef } from 'vue';
import type { Row } from '../../../contract/app-state.ts';
import type { JobState } from '../../../contract/batch.ts';
import { createBreather, sortInSlices } from '../slices.ts';

export type SortKey = 'added' | 'name' | 'state' | 'before' | 'after' | 'saved' | 'score';
export interface Sorting {
  readonly key: SortKey;
  readonly descending: boolean;
}

/** Between two orderings of a list that changes, milliseconds. */
const reorderMs = 400;

const collator = new Intl.Collator('en', { numeric: true });
const stateOrder: Readonly<Record<JobState, number>> = {
  failed: 0,
  running: 1,
  waiting: 2,
  done: 3,
  skipped: 4,
  cancelled: 5,
};

/**
 * The rows of the batch. Plain objects in a plain map, since a hundred thousand reactive ones would be slow and large;
 * `version` rises when any has changed.
 */
export const useRows = defineStore('rows', () => {
  const all = new Map<number, Row>();
  const version = shallowRef(0);
  /** Ids in the order of the list. */
  const order = shallowRef<number[]>([]);
  const sorting = shallowRef<Sorting>({ key: 'added', descending: false });
  const state = shallowRef<JobState | 'all'>('all');
  const text = shallowRef('');
  const selected = shallowRef<ReadonlySet<number>>(new Set());
  let batch: number | undefined;
  let ordering = 0;
  let planned: ReturnType<typeof setTimeout> | undefined;

  const plain = computed(
    () =>
      state.value === 'all' &&
      text.value === '' &&
      sorting.value.key === 'added' &&
      !sorting.value.descending,
  );

  function clear(): void {
    all.clear();
    order.value = [];
    selected.value = new Set();
    batch = undefined;
    version.value += 1;
  }

  async function merge(answer: {
    batch: number;
    rows: readonly Row[];
    removed: readonly number[];
  }): Promise<void> {
    if (answer.batch !== batch) clear();
    batch = answer.batch;
    if (answer.rows.length + answer.removed.length === 0) return;
    const breathe = createBreather();
    let appended = false;
    for (const row of answer.rows) {
      if (!all.has(row.id) && plain.value) {
        // In the order of arrival a new row is simply the last one.
        order.value.push(row.id);
        appended = true;
      }
      all.set(row.id, row);
      await breathe();
    }
    for (const id of answer.removed) all.delete(id);
    if (answer.removed.length > 0) {
      selected.value = new Set([...selected.value].filter((id) => all.has(id)));
      void reorder();
    } else if (!plain.value) planned ??= setTimeout(() => void reorder(), reorderMs);
    if (appended) triggerRef(order);
    version.value += 1;
  }

  /** Filters and sorts anew, in slices; a later call makes an earlier one void. */
  async function reorder(): Promise<void> {
    clearTimeout(planned);
    planned = undefined;
    const mine = (ordering += 1);
    const breathe = createBreather();
    const wanted = text.value.toLowerCase();
    const shown: Row[] = [];
    for (const row of all.values()) {
      if (state.value !== 'all' && row.state !== state.value) continue;
      if (wanted !== '' && !`${row.folder}/${row.name}`.toLowerCase().includes(wanted)) continue;
      shown.push(row);
      await breathe();
    }
    const { key, descending } = sorting.value;
    const compare = comparers[key];
    const sorted = await sortInSlices(shown, descending ? (a, b) => compare(b, a) : compare);
    if (mine !== ordering) return;
    order.value = sorted.map(({ id }) => id);
    version.value += 1;
  }

  return {
    version,
    order,
    sorting,
    state,
    text,
    selected,
    row: (id: number): Row | undefined => all.get(id),
    all: (): IterableIterator<Row> => all.values(),
    clear,
    merge,
    sortBy(key: SortKey) {
      const again = sorting.value.key === key;
      sorting.value = { key, descending: again ? !sorting.value.descending : false };
      void reorder();
    },
    show(only: JobState | 'all') {
      state.value = only;
      void reorder();
    },
    find(wanted: string) {
      text.value = wanted;
      void reorder();
    },
    select(ids: Iterable<number>) {
      selected.value = new Set(ids);
    },
  };
});

const comparers: Readonly<Record<SortKey, (a: Row, b: Row) => number>> = {
  added: (a, b) => a.id - b.id,
  name: (a, b) => collator.compare(a.name, b.name) || a.id - b.id,
  state: (a, b) => stateOrder[a.state] - stateOrder[b.state] || a.id - b.id,
  before: (a, b) => (a.bytes ?? -1) - (b.bytes ?? -1) || a.id - b.id,
  after: (a, b) => (a.output?.bytes ?? -1) - (b.output?.bytes ?? -1) || a.id - b.id,
  saved: (a, b) => savedShare(a) - savedShare(b) || a.id - b.id,
  score: (a, b) => (a.output?.score ?? -1) - (b.output?.score ?? -1) || a.id - b.id,
};

function savedShare({ bytes, output }: Row): number {
  return bytes === undefined || output === undefined || bytes === 0 ? -Infinity : 1 - output.bytes / bytes;
}

import { ref, type Ref } from 'vue';
import { useRows } from './stores/rows.ts';

export interface Selection {
  /** Place in the list that the keyboard is at. */
  readonly current: Ref<number>;
  click(index: number, event: MouseEvent): void;
  /** The context menu is about this row, and about the whole selection when the row belongs to it. */
  menu(index: number): void;
  /** Whether the key was one of ours. */
  key(event: KeyboardEvent): boolean;
}

/** Rows that a page of the keyboard moves over. */
const pageRows = 10;

/** Selecting by mouse and keyboard as lists do everywhere: shift for a range, ctrl (or command) for one more. */
export function useSelection(scrollTo: (index: number) => void): Selection {
  const rows = useRows();
  const current = ref(0);
  let anchor = 0;

  function selectRange(to: number): void {
    const [from, until] = anchor < to ? [anchor, to] : [to, anchor];
    rows.select(rows.order.slice(from, until + 1));
  }

  function selectOne(index: number): void {
    const id = rows.order[index];
    anchor = index;
    rows.select(id === undefined ? [] : [id]);
  }

  function toggle(index: number): void {
    const id = rows.order[index];
    if (id === undefined) return;
    anchor = index;
    const selected = new Set(rows.selected);
    if (!selected.delete(id)) selected.add(id);
    rows.select(selected);
  }

  function moveTo(index: number, extend: boolean): void {
    const to = Math.max(0, Math.min(rows.order.length - 1, index));
    current.value = to;
    if (extend) selectRange(to);
    else selectOne(to);
    scrollTo(to);
  }

  const moves: Readonly<Record<string, (at: number) => number>> = {
    ArrowDown: (at) => at + 1,
    ArrowUp: (at) => at - 1,
    PageDown: (at) => at + pageRows,
    PageUp: (at) => at - pageRows,
    Home: () => 0,
    End: () => rows.order.length - 1,
  };

  return {
    current,
    click(index, event) {
      current.value = index;
      if (event.shiftKey) selectRange(index);
      else if (event.ctrlKey || event.metaKey) toggle(index);
      else selectOne(index);
    },
    menu(index) {
      current.value = index;
      if (!rows.selected.has(rows.order[index] ?? -1)) selectOne(index);
    },
    key(event) {
      const move = moves[event.key];
      if (move !== undefined) moveTo(move(current.value), event.shiftKey);
      else if (event.key === ' ') toggle(current.value);
      else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) rows.select(rows.order);
      else if (event.key === 'Escape') rows.select([]);
      else return false;
      return true;
    },
  };
}

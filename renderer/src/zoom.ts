import { computed, ref, type ComputedRef, type Ref } from 'vue';

/** How two or more panes look at the same place of a picture. */
export interface View {
  /** Zoom as a power of two: 0 is one picture pixel for one pixel of the screen, 3 is 800 %. */
  readonly power: Ref<number>;
  readonly label: ComputedRef<string>;
  /** How large a picture pixel is, CSS pixels. */
  readonly scale: ComputedRef<number>;
  /** Where the middle of the pane is in the picture, as shares of its size. */
  readonly x: Ref<number>;
  readonly y: Ref<number>;
  zoomTo(factor: number): void;
  /** In steps of a power of two. */
  zoomBy(steps: number): void;
  /** The whole picture, in a pane of this size; the last one known when none is given. */
  fit(pane?: { width: number; height: number }, picture?: { width: number; height: number }): void;
  /** Moves by CSS pixels. */
  move(dx: number, dy: number, picture: { width: number; height: number }): void;
  /** Whether the key was one of ours. */
  key(key: string): boolean;
}

const minPower = -4;
const maxPower = 3;
/** Share of the picture that an arrow moves by. */
const step = 0.05;

export function createView(): View {
  const power = ref(0);
  const x = ref(0.5);
  const y = ref(0.5);
  let known:
    { pane: { width: number; height: number }; picture: { width: number; height: number } } | undefined;

  const scale = computed(() => 2 ** power.value / window.devicePixelRatio);

  function clamp(value: number, from: number, to: number): number {
    return Math.max(from, Math.min(to, value));
  }

  function setPower(value: number): void {
    power.value = clamp(value, minPower, maxPower);
  }

  const view: View = {
    power,
    label: computed(() => `${String(Math.round(2 ** power.value * 100))} %`),
    scale,
    x,
    y,
    zoomTo(factor) {
      setPower(Math.log2(factor));
    },
    zoomBy(steps) {
      setPower(power.value + steps);
    },
    fit(pane = known?.pane, picture = known?.picture) {
      if (pane === undefined || picture === undefined) return;
      known = { pane, picture };
      const share = Math.min(
        pane.width / picture.width,
        pane.height / picture.height,
        1 / window.devicePixelRatio,
      );
      setPower(Math.log2(share * window.devicePixelRatio));
      x.value = 0.5;
      y.value = 0.5;
    },
    move(dx, dy, picture) {
      x.value = clamp(x.value - dx / (picture.width * scale.value), 0, 1);
      y.value = clamp(y.value - dy / (picture.height * scale.value), 0, 1);
    },
    key(key) {
      switch (key) {
        case '+':
        case '=':
          setPower(power.value + 0.5);
          return true;
        case '-':
          setPower(power.value - 0.5);
          return true;
        case '0':
          view.fit();
          return true;
        case '1':
          setPower(0);
          return true;
        case 'ArrowLeft':
          x.value = clamp(x.value - step, 0, 1);
          return true;
        case 'ArrowRight':
          x.value = clamp(x.value + step, 0, 1);
          return true;
        case 'ArrowUp':
          y.value = clamp(y.value - step, 0, 1);
          return true;
        case 'ArrowDown':
          y.value = clamp(y.value + step, 0, 1);
          return true;
        default:
          return false;
      }
    },
  };
  return view;
}

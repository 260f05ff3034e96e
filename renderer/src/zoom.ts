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
  /** The whole picture, in the pane. */
  fit(): void;
  /** A pane got this size, or this picture: what was seen whole is seen whole again. */
  resized(pane: { width: number; height: number }, picture: { width: number; height: number }): void;
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
  /** The whole picture is in view, until a person zooms or moves. */
  let isWhole = true;
  let known:
    { pane: { width: number; height: number }; picture: { width: number; height: number } } | undefined;

  const scale = computed(() => 2 ** power.value / window.devicePixelRatio);

  function clamp(value: number, from: number, to: number): number {
    return Math.max(from, Math.min(to, value));
  }

  function setPower(value: number): void {
    isWhole = false;
    power.value = clamp(value, minPower, maxPower);
  }

  function moveTo(toX: number, toY: number): void {
    isWhole = false;
    x.value = clamp(toX, 0, 1);
    y.value = clamp(toY, 0, 1);
  }

  const view: View = {
    // Also entered by the slider.
    power: computed({ get: () => power.value, set: setPower }),
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
    fit() {
      if (known === undefined) return;
      const { pane, picture } = known;
      const share = Math.min(
        pane.width / picture.width,
        pane.height / picture.height,
        1 / window.devicePixelRatio,
      );
      setPower(Math.log2(share * window.devicePixelRatio));
      moveTo(0.5, 0.5);
      isWhole = true;
    },
    resized(pane, picture) {
      known = { pane, picture };
      if (isWhole) view.fit();
    },
    move(dx, dy, picture) {
      moveTo(x.value - dx / (picture.width * scale.value), y.value - dy / (picture.height * scale.value));
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
          moveTo(x.value - step, y.value);
          return true;
        case 'ArrowRight':
          moveTo(x.value + step, y.value);
          return true;
        case 'ArrowUp':
          moveTo(x.value, y.value - step);
          return true;
        case 'ArrowDown':
          moveTo(x.value, y.value + step);
          return true;
        default:
          return false;
      }
    },
  };
  return view;
}

import { computed, ref, type ComputedRef, type Ref } from 'vue';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where a pane is on the screen, CSS pixels. */
export interface Pane extends Size {
  readonly left: number;
  readonly top: number;
}

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
  /** In steps of a power of two. What is at `around`, CSS pixels from the middle of the pane, stays where it is. */
  zoomBy(steps: number, around?: { readonly x: number; readonly y: number }): void;
  /** The whole picture, in the pane. */
  fit(): void;
  /** A pane got this size, or this picture: what was seen whole is seen whole again. */
  resized(pane: Size, picture: Size): void;
  /** Moves by CSS pixels. */
  move(dx: number, dy: number): void;
  /**
   * Where the picture's corner is in a pane, CSS pixels. A whole number of the screen's own pixels from the screen's
   * edge, so that a picture pixel is not smeared over two of them.
   */
  corner(pane: Pane): { readonly left: number; readonly top: number };
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
  /** The screen's own pixels in a CSS pixel; another one after the window was moved to another screen. */
  const ratio = ref(window.devicePixelRatio);
  const known = ref<{ readonly pane: Size; readonly picture: Size }>();
  /** The whole picture is in view, until a person zooms or moves. */
  let isWhole = true;

  const scale = computed(() => 2 ** power.value / ratio.value);
  /** Of the picture as it is shown, CSS pixels. */
  const shown = computed(() => ({
    width: (known.value?.picture.width ?? 1) * scale.value,
    height: (known.value?.picture.height ?? 1) * scale.value,
  }));

  function setPower(value: number): void {
    isWhole = false;
    power.value = clamp(value, minPower, maxPower);
  }

  function moveTo(toX: number, toY: number): void {
    isWhole = false;
    x.value = clamp(toX, 0, 1);
    y.value = clamp(toY, 0, 1);
  }

  function toScreenPixel(start: number, offset: number): number {
    return Math.round((start + offset) * ratio.value) / ratio.value - start;
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
    zoomBy(steps, around = { x: 0, y: 0 }) {
      const before = shown.value;
      setPower(power.value + steps);
      const after = shown.value;
      moveTo(
        x.value + around.x / before.width - around.x / after.width,
        y.value + around.y / before.height - around.y / after.height,
      );
    },
    fit() {
      if (known.value === undefined) return;
      const { pane, picture } = known.value;
      const share = Math.min(pane.width / picture.width, pane.height / picture.height, 1 / ratio.value);
      setPower(Math.log2(share * ratio.value));
      moveTo(0.5, 0.5);
      isWhole = true;
    },
    resized(pane, picture) {
      known.value = { pane, picture };
      ratio.value = window.devicePixelRatio;
      if (isWhole) view.fit();
    },
    move(dx, dy) {
      moveTo(x.value - dx / shown.value.width, y.value - dy / shown.value.height);
    },
    corner: (pane) => ({
      left: toScreenPixel(pane.left, pane.width / 2 - x.value * shown.value.width),
      top: toScreenPixel(pane.top, pane.height / 2 - y.value * shown.value.height),
    }),
    key(key) {
      switch (key) {
        case '+':
        case '=':
          view.zoomBy(0.5);
          return true;
        case '-':
          view.zoomBy(-0.5);
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

function clamp(value: number, from: number, to: number): number {
  return Math.max(from, Math.min(to, value));
}

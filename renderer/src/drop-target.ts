import { onMounted, onUnmounted, ref, type Ref } from 'vue';

/**
 * Makes the whole document a place to drop things on, with whatever stands in front of it: dialogs too.
 *
 * @param take gets what was dropped; it is gone after the event
 * @returns whether something is held over the window
 */
export function useDropTarget(take: (data: DataTransfer | null) => void): Readonly<Ref<boolean>> {
  const isOver = ref(false);
  const listeners = {
    dragenter() {
      isOver.value = true;
    },
    dragover() {
      // Only cancelled does it say that a drop is welcome here.
    },
    dragleave({ relatedTarget }: DragEvent) {
      // From one element to the next it leaves as well; there is no next one where it leaves the window, or is called off.
      if (relatedTarget === null) isOver.value = false;
    },
    drop({ dataTransfer }: DragEvent) {
      isOver.value = false;
      take(dataTransfer);
    },
  };
  const controller = new AbortController();
  onMounted(() => {
    for (const [type, listener] of Object.entries(listeners)) {
      document.addEventListener(
        type as keyof typeof listeners,
        (event) => {
          event.preventDefault();
          listener(event);
        },
        { signal: controller.signal },
      );
    }
  });
  onUnmounted(() => {
    controller.abort();
  });
  return isOver;
}

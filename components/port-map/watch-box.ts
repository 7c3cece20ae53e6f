/** Calls `look` in the next frame whenever the box was scrolled or resized, and once at the start. Returns: what ends that. */
export function watchBox(box: HTMLElement, look: () => void): () => void {
  let frame = 0;
  const request = (): void => {
    if (frame !== 0) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      look();
    });
  };
  box.addEventListener("scroll", request, { passive: true });
  const observer = new ResizeObserver(request);
  observer.observe(box);
  return () => {
    cancelAnimationFrame(frame);
    box.removeEventListener("scroll", request);
    observer.disconnect();
  };
}

/** Runs at once, then at most once per pause; the last call of a burst is never lost. */
export function paced(run: () => void, pause: number): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let again = false;
  const fire = (): void => {
    run();
    timer = setTimeout(() => {
      timer = null;
      if (!again) return;
      again = false;
      fire();
    }, pause);
  };
  return () => {
    if (timer) again = true;
    else fire();
  };
}

/** What happens without waiting for anything but its turn. */

/** Lets everything run that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const turn = new Promise((resolve) => port2.onmessage = resolve);
  port1.postMessage(null);
  await turn;
  port1.close();
  port2.close();
}

/** Whether a promise is still open when all of that has run. */
export async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let pending = true;
  promise.finally(() => pending = false);
  await settle();
  return pending;
}

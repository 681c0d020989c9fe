/** Processes of a test that start others. */
import process from "node:process";

/** Sends a signal to a process and to all of its group; nothing happens where none is left. */
export function signalGroup(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nothing of it is left.
  }
}

/** The systems that a release has finpipe for. */

export interface Target {
  /** As `deno compile --target` has it, and the files of a release. */
  triple: string;
  /** As npm has it, in `os` and `cpu`, and in the names of packages. */
  os: "linux" | "darwin" | "win32";
  cpu: "x64" | "arm64";
  /** The C library, as npm has it. */
  libc?: "glibc";
}

export const TARGETS: readonly Target[] = [
  { triple: "x86_64-unknown-linux-gnu", os: "linux", cpu: "x64", libc: "glibc" },
  { triple: "aarch64-unknown-linux-gnu", os: "linux", cpu: "arm64", libc: "glibc" },
  { triple: "x86_64-apple-darwin", os: "darwin", cpu: "x64" },
  { triple: "aarch64-apple-darwin", os: "darwin", cpu: "arm64" },
  { triple: "x86_64-pc-windows-msvc", os: "win32", cpu: "x64" },
];

/** The name of a target's file in a release. */
export function fileOf({ triple, os }: Target): string {
  return `finpipe-${triple}${os === "win32" ? ".exe" : ""}`;
}
